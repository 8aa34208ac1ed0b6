/** The TTL calls that dynalite does not know: remembered per table and answered. Nothing ever expires by them, as rows may live days longer on AWS too. */

interface Specification {
  readonly AttributeName: string;
  readonly Enabled: boolean;
}

export class TimeToLive {
  readonly #byTable = new Map<string, Specification>();

  /** @returns the answer of UpdateTimeToLive. */
  update(table: string, specification: Specification): unknown {
    this.#byTable.set(table, specification);
    return { TimeToLiveSpecification: specification };
  }

  /** @returns the answer of DescribeTimeToLive. */
  describe(table: string): unknown {
    const known = this.#byTable.get(table);
    if (known?.Enabled !== true) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
    return { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: known.AttributeName } };
  }

  forget(table: string): void {
    this.#byTable.delete(table);
  }
}
