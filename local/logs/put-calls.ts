/** What was asked of PutLogEvents, for tests to read: counts by account, and the last calls. It never grows without bound, and keeps no message. */

export interface PutCall {
  /** When, in ms since 1970 by the emulator's clock. */
  readonly at: number;
  readonly callerArn: string;
  /** Session tags of the caller in force. */
  readonly tags: Readonly<Record<string, string>>;
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  /** In the request, whatever became of them. */
  readonly events: number;
  /** Of those, as AWS counts them: each message's UTF-8 bytes + 26. */
  readonly bytes: number;
  readonly accepted: number;
  /** AWS's error code, or undefined when the call was answered with 200. */
  readonly error: string | undefined;
}

export interface PutCounts {
  /** All calls, the failed ones too. */
  calls: number;
  failed: number;
  /** Accepted ones. */
  events: number;
}

const MAX_CALLS = 10_000;

export class PutCalls {
  readonly #counts = new Map<string, PutCounts>();
  #calls: PutCall[] = [];

  /** The last ten thousand at most, oldest first. */
  get log(): readonly PutCall[] {
    return this.#calls.slice(-MAX_CALLS);
  }

  /** Of the account that the caller's credentials belong to; of all accounts when none is given. */
  counts(account?: string): PutCounts {
    const sum = { calls: 0, failed: 0, events: 0 };
    for (const [key, { calls, failed, events }] of this.#counts) {
      if (account !== undefined && key !== account) continue;
      sum.calls += calls;
      sum.failed += failed;
      sum.events += events;
    }
    return sum;
  }

  add(call: PutCall): void {
    const counts = this.#counts.get(call.account) ?? { calls: 0, failed: 0, events: 0 };
    counts.calls++;
    counts.events += call.accepted;
    if (call.error !== undefined) counts.failed++;
    this.#counts.set(call.account, counts);
    this.#calls.push(call);
    // Cut seldom: to move ten thousand at each call would cost more than the call.
    if (this.#calls.length >= 2 * MAX_CALLS) this.#calls = this.#calls.slice(-MAX_CALLS);
  }

  clear(): void {
    this.#counts.clear();
    this.#calls = [];
  }
}
