/**
 * What a contract suite runs against: our own emulator or another's. The suites know nothing of it but this; each known difference carries its
 * reason.
 */
import { beforeEach } from 'vitest';

/** What only some emulators do; a case that needs it is skipped elsewhere. */
export type Ability = 'trust' | 'limits' | 'faults' | 'accounts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Target {
  readonly name: string;
  /** Such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  /** Keys with every right in that account (twelve digits). */
  credentialsFor(account: string): Credentials;
  readonly has: ReadonlySet<Ability>;
  /** Cases that this emulator is known to fail, by `<suite>: <case>`, with the reason. */
  readonly differences: Readonly<Record<string, string>>;
}

/** The account that owns queues, topics, buckets and tables where an emulator does not tell accounts apart. */
export const CENTRAL_ACCOUNT = '000000000000';

/** What every SDK client needs to reach the target. */
export function clientConfig(target: Target, account = CENTRAL_ACCOUNT): { endpoint: string; region: string; credentials: Credentials } {
  return { endpoint: target.endpoint, region: target.region, credentials: target.credentialsFor(account) };
}

/**
 * Called inside a `describe`: skips, with the reason, the cases that the target is known not to do.
 * @param suite the describe's own title, as `differences` names it. @param needs what all its cases need.
 */
export function onTarget(suite: string, aws: () => Target, needs: readonly Ability[] = []): void {
  beforeEach((context) => {
    const { differences, has, name } = aws();
    const missing = needs.filter((ability) => !has.has(ability));
    if (missing.length > 0) context.skip(`${name} has no ${missing.join(', ')}`);
    const difference = differences[`${suite}: ${context.task.name}`];
    if (difference !== undefined) context.skip(`${name}: ${difference}`);
  });
}

let names = 0;

/** A name that no other case uses, valid for buckets, queues, topics and tables. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${names++}`;
}
