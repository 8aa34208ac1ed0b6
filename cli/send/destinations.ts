/** Where the worker will deliver what was sent, or why not (yet): by its own reading of the row. */
import { LogferryError } from '../../worker/errors.ts';
import { locate, type Delivery, type LocateDeps } from '../../worker/locate/locate.ts';
import { FLEET, parseRow, pauseOf } from '../../worker/locate/tenant-row.ts';
import type { Context } from '../context.ts';

export interface Destination {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

export class Destinations {
  readonly #deps: LocateDeps;
  readonly #found = new Map<string, Destination>();
  readonly #faults = new Set<string>();

  private constructor(deps: LocateDeps) {
    this.#deps = deps;
  }

  /** @param environment for rows that name none. */
  static async open({ tenants, now }: Pick<Context, 'tenants' | 'now'>, id: string, environment: string): Promise<Destinations> {
    const [items, fleet] = await Promise.all([tenants.rows(id), tenants.rows(FLEET)]);
    const rows = items.map(parseRow);
    const pause = pauseOf(fleet);
    const directory = { rows: () => Promise.resolve(rows), pause: () => Promise.resolve(pause) };
    return new Destinations({ directory, environment, now: () => now().getTime() });
  }

  /** Whether the tenant can be delivered to at all: finds the faults of its row. */
  async look(id: string, cluster: string): Promise<void> {
    await this.#locate(`${id}/${cluster}/any/any/any`);
  }

  /** @param key of an object of this tenant. */
  async add(key: string): Promise<void> {
    for (const delivery of await this.#locate(key)) {
      if (delivery.kind === 'skip' && delivery.reason === 'not-wanted')
        this.#faults.add(`application ${key.split('/')[2]} is none of desired_applications: what was sent of it is not delivered`);
      if (delivery.kind === 'route') this.#keep(delivery.route);
    }
  }

  async #locate(key: string): Promise<readonly Delivery[]> {
    try {
      const { deliveries } = await locate({ bucket: '', key }, this.#deps);
      for (const delivery of deliveries) if (delivery.kind === 'fault') this.#faults.add(waits(delivery.error.message));
      return deliveries;
    } catch (error) {
      if (!(error instanceof LogferryError)) throw error;
      this.#faults.add(waits(error.message));
      return [];
    }
  }

  get found(): readonly Destination[] {
    return [...this.#found.values()];
  }

  /** In words; each once. */
  get faults(): readonly string[] {
    return [...this.#faults];
  }

  #keep({ account, region, group, stream }: Destination): void {
    this.#found.set(JSON.stringify([account, region, group, stream]), { account, region, group, stream });
  }
}

function waits(reason: string): string {
  return `${reason}; what is sent waits in the queue until that is mended, 14 days at most`;
}
