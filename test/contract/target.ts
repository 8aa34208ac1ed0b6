/**
 * What a contract suite runs against: our own emulator or another's. The suites know nothing of it but this; each known difference carries its
 * reason.
 */
import { beforeEach, describe } from 'vitest';

/**
 * What only some emulators do; a suite that needs it is skipped elsewhere: `trust`: STS asks the role's trust policy; `limits`: PutLogEvents keeps all
 * its limits; `faults`: a proxy in front of it can make it fail; `accounts`: each account has its own; `tables`: DynamoDB.
 */
export type Ability = 'trust' | 'limits' | 'faults' | 'accounts' | 'tables';

/** Describes what any target does, and asks for the target only inside its hooks and cases. */
export type Suite = (aws: () => Target) => void;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Its name, abilities and differences are known while the cases are collected, the rest once it is started. */
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

declare module 'vitest' {
  interface TaskMeta {
    /** Why a case was skipped; the witnesses' numbers count the two apart. */
    skippedFor?: 'ability' | 'difference';
  }
}

/**
 * `describe` for a target: skips the whole suite, hooks and all, where the target lacks what it needs, and a case that the target is known to fail.
 * @param suite as `differences` names it.
 */
export function describeOn(aws: () => Target, suite: string, needs: readonly Ability[], body: () => void): void {
  const lacksSome = needs.some((ability) => !aws().has.has(ability));
  // oxlint-disable-next-line vitest/valid-title -- the title is the suite's own
  describe(suite, { skip: lacksSome, meta: lacksSome ? { skippedFor: 'ability' } : {} }, () => {
    beforeEach((context) => {
      const { differences, name } = aws();
      const difference = differences[`${suite}: ${context.task.name}`];
      if (difference === undefined) return;
      context.task.meta.skippedFor = 'difference';
      context.skip(`${name}: ${difference}`);
    });
    body();
  });
}

let names = 0;

/** A name that no other case uses, valid for buckets, queues, topics and tables. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${names++}`;
}
