/**
 * One run of chaos: tenants, objects whose every line carries an id, faults and deaths meanwhile; then it heals, and each id must be found in exactly one place. What
 * is drawn at random comes from the seed alone.
 */
import { gzipSync } from 'node:zlib';
import { vi } from 'vitest';
import type { TenantSide } from '../../local/provision/tenant.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { envelopeOf, SWEEP_BODY } from '../../worker/receive/envelope.ts';
import { keyOf, ndjson, type Stage } from '../support/stage.ts';

/** Short where production is patient. */
export const CHAOTIC: Readonly<Record<string, string>> = {
  TENANT_CACHE_SECONDS: '0',
  DENIAL_CACHE_SECONDS: '0',
  BREAKER_CACHE_SECONDS: '0',
  BREAKER_PROBE_SECONDS: '1',
  BREAKER_PROBE_MAX_SECONDS: '2',
  VISIBILITY_SECONDS: '3',
  LEASE_SECONDS: '3',
  PUT_TIMEOUT_SECONDS: '1',
  SHUTDOWN_GRACE_SECONDS: '4',
  CONCURRENCY: '8',
  LOG_LEVEL: 'debug',
};

/** Numbers in [0, 1), the same for a seed anywhere: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Outcome {
  readonly lines: number;
  readonly accepted: number;
  readonly quarantined: number;
  /** Found nowhere. */
  readonly lost: readonly string[];
  /** Copies beyond the first, in a tenant's group. */
  readonly duplicated: number;
  /** In a group and in quarantine. */
  readonly both: readonly string[];
  /** In the group of another tenant. */
  readonly strayed: readonly string[];
}

/** Until all is found: an outage, its healing, and a lease or two. */
const HEALING = { timeout: 60_000, interval: 500 };

export class Trial {
  readonly random: () => number;
  readonly #stage: Stage;
  readonly #tenants: TenantSide[] = [];
  readonly #sent = new Map<string, string[]>();

  constructor(stage: Stage, seed: number) {
    this.#stage = stage;
    this.random = randomOf(seed);
  }

  async tenants(...ids: readonly string[]): Promise<TenantSide[]> {
    const made = await Promise.all(ids.map((id) => this.#stage.tenant(id)));
    this.#tenants.push(...made);
    return made;
  }

  /** Of a tenant that the stage has made. */
  watch(tenant: TenantSide): void {
    this.#tenants.push(tenant);
  }

  worker(environment: Readonly<Record<string, string>> = {}): WorkerProcess {
    return this.#stage.worker({ ...CHAOTIC, ...environment });
  }

  /** Uploads objects in turn for the tenants. @param edit what becomes of the NDJSON. @returns their keys. */
  async upload(tenants: readonly TenantSide[], objects: number, lines: number, edit = (body: string) => body): Promise<string[]> {
    const keys: string[] = [];
    for (let i = 0; i < objects; i++) {
      const tenant = tenants[i % tenants.length]!;
      const sent = this.#sent.get(tenant.id) ?? [];
      const ids = Array.from({ length: lines }, (_, line) => `${tenant.id}:${sent.length + line}`);
      this.#sent.set(tenant.id, [...sent, ...ids]);
      keys.push(await this.#stage.upload(keyOf(tenant.id), gzipSync(edit(ndjson(ids)))));
    }
    return keys;
  }

  /** Announces objects a second time, in any order. */
  async repeat(keys: readonly string[]): Promise<void> {
    const shuffled = keys.map((key) => ({ key, at: this.random() })).toSorted((a, b) => a.at - b.at);
    for (const { key } of shuffled) await this.#stage.send(envelopeOf({ bucket: this.#stage.central.bucket, key }));
  }

  /** Waits until no id is missing, sweeping as the schedule would, and until the queue is empty. */
  async settled(): Promise<Outcome> {
    await vi.waitFor(async () => {
      await this.#stage.send(SWEEP_BODY);
      const { lost } = await this.outcome();
      if (lost.length > 0) throw new Error(`${lost.length} lines are nowhere yet, such as ${lost[0]}`);
    }, HEALING);
    await this.#stage.expectQueueEmpty(HEALING);
    return await this.outcome();
  }

  async outcome(): Promise<Outcome> {
    const lost: string[] = [];
    const both: string[] = [];
    const strayed: string[] = [];
    const sums = { lines: 0, accepted: 0, quarantined: 0, duplicated: 0 };
    for (const tenant of this.#tenants) {
      const sent = new Set(this.#sent.get(tenant.id));
      const messages = await this.#stage.messages(tenant);
      const accepted = new Set(messages);
      const quarantined = new Set(
        (await this.#stage.quarantined(tenant.id))
          .flatMap(({ records }) => records)
          .map(({ raw = '{}' }) => String((JSON.parse(raw) as { message?: string }).message)),
      );
      strayed.push(...without(accepted, sent), ...without(quarantined, sent));
      both.push(...[...accepted].filter((id) => quarantined.has(id)));
      lost.push(...without(sent, new Set([...accepted, ...quarantined])));
      sums.lines += sent.size;
      sums.accepted += accepted.size;
      sums.quarantined += quarantined.size;
      sums.duplicated += messages.length - accepted.size;
    }
    return { ...sums, lost, both, strayed };
  }
}

function without(all: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...all].filter((id) => !others.has(id));
}
