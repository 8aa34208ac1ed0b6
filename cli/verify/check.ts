/** What verify finds: one check after the other, in the worker's order; what needs a check that failed is skipped (pure). */

export const CHECKS = ['row', 'clock', 'hop 1', 'hop 2', 'group', 'put', 'kms', 'read back', 'retention'] as const;
export type CheckName = (typeof CHECKS)[number];

/**
 * - `warning`: deliveries work, and yet something should be mended.
 * - `unknown`: it could not be found out this time (throttled, no answer); run again.
 * - `skipped`: not asked, for the reason given.
 */
export type CheckOutcome = 'green' | 'warning' | 'unknown' | 'red' | 'skipped';

/** What is wrong, for machines and tests. */
export type Cause =
  | 'bad-row'
  | 'clock'
  | 'operator-not-trusted'
  | 'operator-policy'
  | 'central-policy'
  | 'bad-tag'
  | 'role-missing'
  | 'other-role'
  | 'trust-principal'
  | 'external-id'
  | 'tag-session'
  | 'tag-tenant_id'
  | 'tag-cluster_id'
  | 'tag-environment'
  | 'other-condition'
  | 'explicit-deny'
  | 'wrong-account'
  | 'no-external-id'
  | 'logs-permission'
  | 'group-missing'
  | 'wrong-region'
  | 'kms'
  | 'retention'
  | 'expired'
  | 'throttled'
  | 'unanswered'
  | 'unexpected';

export interface Fix {
  /** Who must act. */
  readonly side: 'customer' | 'operator';
  /** What, in words. */
  readonly does: string;
  /** One statement to add to a policy. */
  readonly statement?: object;
  /** A whole policy, in place of the one there is. */
  readonly document?: object;
  /** To run. */
  readonly command?: string;
}

export interface Result {
  readonly outcome: CheckOutcome;
  readonly reason: string;
  /** AWS's own words. */
  readonly said?: string;
  /** What it is, or, where it cannot be told, all that it may be. */
  readonly causes?: readonly Cause[];
  readonly fix?: Fix;
}

export interface Check extends Result {
  readonly check: CheckName;
}

/** A result and what the next checks go on with; without a value they are skipped. */
export interface Step<T> {
  readonly result: Result;
  readonly value?: T;
}

export class CheckList {
  readonly #checks: Check[] = [];

  /** In the worker's order; whatever was not asked is skipped. @param reason why; by default for want of the one that failed. */
  all(reason?: string): Check[] {
    const failed = this.#checks.find(({ outcome }) => outcome === 'red' || outcome === 'unknown')?.check;
    return CHECKS.map((check): Check => {
      const asked = this.#checks.find((one) => one.check === check);
      return asked ?? { check, outcome: 'skipped', reason: reason ?? `needs ${failed ?? 'what comes before it'}` };
    });
  }

  add(check: CheckName, result: Result): void {
    this.#checks.push({ check, ...result });
  }

  async step<T>(check: CheckName, step: Promise<Step<T>> | Step<T>): Promise<T | undefined> {
    const { result, value } = await step;
    this.add(check, result);
    return value;
  }

  /** The first that was not asked yet. */
  next(): CheckName {
    return CHECKS.find((check) => !this.#checks.some((one) => one.check === check)) ?? 'retention';
  }
}

const WORST: readonly CheckOutcome[] = ['red', 'unknown', 'warning', 'green'];

/** The worst of them. */
export function overall(checks: readonly Check[]): CheckOutcome {
  return WORST.find((outcome) => checks.some((check) => check.outcome === outcome)) ?? 'skipped';
}

/** Whether a tenant may go live: warnings are no hindrance, what could not be found out is. */
export function passes(checks: readonly Check[]): boolean {
  return !['red', 'unknown'].includes(overall(checks));
}
