/** What was asked of STS, for tests to read: counts by action, and the last calls. It never grows without bound, and keeps no credentials. */

export interface StsCall {
  readonly action: string;
  /** When, in ms since 1970 by the emulator's clock. */
  readonly at: number;
  readonly callerArn: string;
  /** AWS's error code, or undefined when the call was granted. */
  readonly error: string | undefined;
  readonly roleArn: string | undefined;
  readonly sessionName: string | undefined;
  readonly externalId: string | undefined;
  /** Those that the call passed itself. */
  readonly tags: Readonly<Record<string, string>>;
}

const MAX_CALLS = 10_000;

export class CallLog {
  /** By action, refused ones too. */
  readonly counts = new Map<string, number>();
  #calls: StsCall[] = [];

  /** The last ten thousand at most, oldest first. */
  get log(): readonly StsCall[] {
    return this.#calls;
  }

  /** All calls of an action so far, refused ones too. */
  count(action: string): number {
    return this.counts.get(action) ?? 0;
  }

  add(call: StsCall): void {
    this.counts.set(call.action, this.count(call.action) + 1);
    this.#calls.push(call);
    if (this.#calls.length > MAX_CALLS) this.#calls.shift();
  }

  clear(): void {
    this.counts.clear();
    this.#calls = [];
  }
}
