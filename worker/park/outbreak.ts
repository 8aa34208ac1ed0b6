/**
 * Tells an illness of our own side from that of tenants (no I/O): where many tenants that were well refuse within a minute, it is hardly each of them. Of one task, by
 * what it has seen itself.
 */

export interface OutbreakRule {
  /** Fewer tenants are never an outbreak. */
  readonly minTenants: number;
  /** Of those active in the window, 0 to 1. */
  readonly share: number;
  readonly windowMs: number;
}

interface Seen {
  readonly at: number;
  readonly refused: boolean;
}

export class Outbreak {
  readonly #rule: OutbreakRule;
  readonly #now: () => number;
  /** The last of each tenant, the oldest first. */
  readonly #seen = new Map<string, Seen>();

  /** @param now in milliseconds; any start. */
  constructor(rule: OutbreakRule, now: () => number) {
    this.#rule = rule;
    this.#now = now;
  }

  /** A delivery of the tenant went through, or its side refused. */
  note(tenant: string, refused: boolean): void {
    this.#seen.delete(tenant);
    this.#seen.set(tenant, { at: this.#now(), refused });
    this.#forget();
  }

  /** Why it is taken for our own side's illness; undefined while it is not. */
  get suspicion(): string | undefined {
    this.#forget();
    const active = this.#seen.size;
    const refused = [...this.#seen.values()].filter((one) => one.refused).length;
    if (refused < this.#rule.minTenants || refused < this.#rule.share * active) return undefined;
    return `${refused} of ${active} tenants refused within ${this.#rule.windowMs / 1000} s, which is taken for a fault of our own side`;
  }

  #forget(): void {
    const oldest = this.#now() - this.#rule.windowMs;
    for (const [tenant, { at }] of this.#seen) {
      if (at >= oldest) return;
      this.#seen.delete(tenant);
    }
  }
}
