/**
 * What must wait for its tenant waits in the ledger, not in the queue: whose fault it is, the breaker told, the row written. It never answers for a message: whoever
 * parks returns from here only once the row is there.
 */
import { START } from '../account/progress.ts';
import { LogferryError, type FaultCode } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { objectId } from '../ledger/row.ts';
import { takeUp, type Tenure, type TenureDeps } from '../ledger/tenure.ts';
import type { Route } from '../locate/locate.ts';
import type { TenantDirectory } from '../locate/tenant-directory.ts';
import type { Observer } from '../observe/events.ts';
import type { ObjectRef } from '../receive/envelope.ts';
import { leaveOf } from './breaker.ts';
import type { Breakers } from './breakers.ts';
import { standingOf } from './fingerprint.ts';
import type { Outbreak } from './outbreak.ts';

export interface ParkingDeps {
  readonly ledger: Ledger;
  readonly breakers: Breakers;
  readonly directory: Pick<TenantDirectory, 'rows' | 'pause'>;
  readonly outbreak: Outbreak;
  readonly observer: Observer;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Asks for a sweep, now that a tenant's objects may go. Never throws. */
  readonly sweepSoon: () => void;
}

/** One delivery of one object. */
export interface Which {
  readonly ref: ObjectRef;
  readonly tenant: string;
  readonly type: string;
}

/**
 * The type under which objects are parked that have no route yet: of an unknown tenant, say. It is what a row without a type means, so that the claim which follows
 * the replay is a claim of the same row.
 */
export const NO_ROUTE = 'cloudwatch';

/** Answers of the tenant's side, to a call that was made. */
const REFUSALS: ReadonlySet<FaultCode> = new Set(['tenant-denied', 'group-missing', 'delivery-refused']);
/** Faults that say nothing against giving an old message's object a new one. */
const PASSING: ReadonlySet<FaultCode> = new Set(['evicted', 'out-of-patience', 'unexpected']);

/** Whether the object must wait for its tenant; or its message is so old that it must be replaced before the queue drops it. */
export function isParkable({ fault, code }: LogferryError, ref: ObjectRef): boolean {
  return fault.disposition === 'later' || (ref.isAging === true && PASSING.has(code));
}

export class Parking {
  readonly #deps: ParkingDeps;

  constructor(deps: ParkingDeps) {
    this.#deps = deps;
  }

  /**
   * Asks the tenant's breaker; where it is time for a try, this one is it.
   * @returns why the object is to be parked unread; undefined: go on.
   * @throws what the ledger or the directory throws.
   */
  async refusal({ source: { tenant }, type }: Route, ref: ObjectRef): Promise<LogferryError | undefined> {
    const { breakers, directory, now } = this.#deps;
    const whose = { tenant, type };
    let breaker = await breakers.look(whose);
    if (!breaker || breaker.state === 'closed') return undefined;
    // What was sent since it was closed must not be stopped by a copy from before.
    if (ref.isReplay) breaker = await breakers.read(whose);
    const { fingerprint } = await standingOf(tenant, directory);
    const leave = leaveOf(breaker, fingerprint, now());
    if (!breaker || leave === 'all' || leave === 'changed') return undefined;
    if (leave === 'due' && (await breakers.tell(whose, { kind: 'probe' }))) return undefined;
    return new LogferryError(breaker.reason as FaultCode, `the breaker of tenant ${tenant} is open: ${breaker.detail}`);
  }

  /** Parks what is not claimed: since its tenant's breaker is open, it was not even begun with. @throws what the ledger throws; `leased`. */
  async unread(which: Which, error: LogferryError): Promise<void> {
    const { ledger, observer } = this.#deps;
    const { ref, tenant, type } = which;
    const parked = await ledger.park({ object: objectId(ref), delivery: type }, { ref, tenant, reason: error.code });
    if (parked === 'parked') return this.#parked(which, error);
    if (parked.action === 'return')
      throw new LogferryError('leased', `${ref.key}: another attempt holds it, or its row is of another version`, {
        retryAfterMs: parked.delayMs,
      });
    observer.emit('object:skip', { tenant, bucket: ref.bucket, key: ref.key, reason: parked.because });
  }

  /**
   * The tenant's side must change first, or the message is too old to wait: tells the breaker, then parks.
   * @param error one that `isParkable`.
   * @param tenure missing: it is not claimed.
   * @throws LogferryError `central-denied` where so many tenants refuse that it is hardly them; what the ledger throws.
   */
  async park(which: Which, error: LogferryError, tenure?: Tenure): Promise<void> {
    await this.#tell(which, error);
    if (!tenure) return await this.unread(which, error);
    await tenure.park({ ref: which.ref, tenant: which.tenant, reason: error.code });
    this.#parked(which, error);
  }

  /** A delivery went through. Never throws: its object is settled, whatever becomes of the breaker. */
  async delivered({ source: { tenant }, type }: Route): Promise<void> {
    const { breakers, outbreak, sweepSoon } = this.#deps;
    const whose = { tenant, type };
    outbreak.note(tenant, false);
    const { state = 'closed' } = breakers.known(whose) ?? {};
    if (state === 'closed') return;
    try {
      if (await breakers.tell(whose, { kind: 'close' })) sweepSoon();
    } catch {
      // The ledger is down: the next delivery says it again, or the next probe.
    }
  }

  /** Ends the row of an object that was parked, and is not wanted by the tenant's row as it is now. @throws as `takeUp`. */
  async unwanted({ ref, tenant, type }: Which, deps: TenureDeps, source: Route['source']): Promise<void> {
    const tenure = await takeUp(ref, { type: type as Route['type'], source: { ...source, tenant } }, deps);
    await tenure?.settle(tenure.from ?? START);
  }

  async #tell({ tenant, type }: Which, { code: reason, fault, message: detail }: LogferryError): Promise<void> {
    const { breakers, directory, now } = this.#deps;
    const whose = { tenant, type };
    if (fault.disposition !== 'later') return void (await breakers.tell(whose, { kind: 'list', reason }));
    const breaker = await breakers.look(whose);
    const { fingerprint } = await standingOf(tenant, directory);
    if (breaker?.state === 'open' && leaveOf(breaker, fingerprint, now()) === 'none') return;
    this.#suspect(tenant, reason);
    await breakers.tell(whose, { kind: 'refused', reason, detail, fingerprint });
  }

  /** @throws LogferryError `central-denied`. */
  #suspect(tenant: string, reason: FaultCode): void {
    const { outbreak, breakers } = this.#deps;
    if (!REFUSALS.has(reason)) return;
    // A tenant that is known to refuse, and does so again when tried, is no news.
    const isNews = (breakers.known({ tenant, type: NO_ROUTE })?.state ?? 'closed') === 'closed';
    if (isNews) outbreak.note(tenant, true);
    if (isNews && outbreak.suspicion !== undefined) throw new LogferryError('central-denied', outbreak.suspicion);
  }

  #parked({ ref, tenant, type }: Which, { code: reason }: LogferryError): void {
    this.#deps.observer.emit('object:park', { tenant, bucket: ref.bucket, key: ref.key, type, reason });
  }
}
