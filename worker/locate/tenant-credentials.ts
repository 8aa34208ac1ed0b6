/**
 * A session in the tenant's own account, by a double hop, cached under everything it depends on. One tenant's session is never handed out for
 * another's route, and no credential gets into a message, an event or a log.
 */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LRUCache } from 'lru-cache';
import type { Clients, SessionCredentials } from '../clients.ts';
import { asLogferryError, LogferryError } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import { accountOf, assumeRole, centralRoleInput, tenantRoleInput, type AssumedSession, type Hop } from './assume-role.ts';
import type { Route } from './locate.ts';
import { centralRoleFault, isSessionEnded, tenantRoleFault, wrongAccount } from './sts-faults.ts';

export interface TenantSession {
  readonly client: CloudWatchLogsClient;
  readonly tenant: string;
  /** As the ARN of the assumed session says it. */
  readonly account: string;
}

export interface SessionOptions {
  readonly clients: Pick<Clients, 'sts' | 'stsWith' | 'logsWith'>;
  readonly centralRoleArn: string;
  readonly observer: Observer;
  /** Of both hops; a chained session lasts an hour at most. */
  readonly durationSeconds: number;
  /** A session is renewed so long before its end, at the latest. */
  readonly marginMs: number;
  /** How long a refused role is not asked again. */
  readonly denialMs: number;
  /** Sessions kept ready. */
  readonly max: number;
  /** In milliseconds since 1970. */
  readonly now?: () => number;
  /** In [0, 1): spreads the renewals of sessions that began together. */
  readonly random?: () => number;
}

interface Held {
  readonly session: TenantSession;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** What is so near its end is not begun with any more: the call that it signs must still arrive. */
const LAST_MOMENT_MS = 10_000;
/** A renewal comes up to so much of the session's life earlier than it must. */
const JITTER = 0.1;
/** A renewal that failed is not tried again for so long while the old session serves. */
const RENEWAL_PAUSE_MS = 10_000;

export class TenantSessions {
  readonly #options: SessionOptions;
  readonly #now: () => number;
  /** Hop 1, shared by all deliveries of one tenant's cluster. */
  readonly #central: LRUCache<string, SessionCredentials, Route>;
  readonly #held: LRUCache<string, Held, Route>;
  readonly #failures: LRUCache<string, LogferryError>;
  /** Sessions that the account no longer takes. */
  readonly #ended = new WeakSet<TenantSession>();

  constructor(options: SessionOptions) {
    const { max, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    // An entry pushed out while it is made still serves those who wait for it.
    const common = { max, ignoreFetchAbort: true, perf: { now }, ttlResolution: 0 };
    this.#failures = new LRUCache({ max, perf: { now }, ttlResolution: 0 });
    this.#central = new LRUCache({
      ...common,
      // Each answer brings its own.
      ttl: 1,
      fetchMethod: async (_key, _before, { context: route, options }) => {
        const { credentials, lifeMs } = await this.#assumeCentral(route);
        options.ttl = Math.max(1, lifeMs - LAST_MOMENT_MS);
        return credentials;
      },
    });
    this.#held = new LRUCache({
      ...common,
      noDeleteOnFetchRejection: true,
      fetchMethod: async (key, _before, { context: route }) => await this.#renew(key, route),
    });
  }

  /**
   * A session for this route. One that nears its end is renewed in the background while it still serves; callers at the same time share one double hop.
   * @throws LogferryError `tenant-denied`, `bad-row`, `central-denied`, `dependency-down`.
   */
  async session(route: Route): Promise<TenantSession> {
    const { observer } = this.#options;
    const key = sessionKey(route);
    const held = this.#held.get(key);
    const failure = this.#failures.get(key);
    if (held && this.#serves(held)) {
      observer.emit('credentials:lookup', { outcome: 'hit' });
      if (this.#now() >= held.renewAt && !failure) this.#fetch(key, route).catch(() => undefined);
      return held.session;
    }
    if (failure && isDenial(failure)) {
      observer.emit('credentials:lookup', { outcome: 'denied' });
      throw failure;
    }
    const status: LRUCache.Status<string, Held, Route> = {};
    const fetching = this.#fetch(key, route, status);
    observer.emit('credentials:lookup', { outcome: status.fetch === 'inflight' ? 'hit' : 'miss' });
    return (await fetching).session;
  }

  /** The account no longer takes this session: the next call gets another. */
  invalidate(session: TenantSession): void {
    this.#ended.add(session);
  }

  #serves({ session, endsAt }: Held): boolean {
    return !this.#ended.has(session) && this.#now() < endsAt - LAST_MOMENT_MS;
  }

  async #fetch(key: string, route: Route, status?: LRUCache.Status<string, Held, Route>): Promise<Held> {
    // Whether what is held serves is decided here, not by the cache; fetchMethod always answers or throws.
    return (await this.#held.fetch(key, { context: route, forceRefresh: true, status })) as Held;
  }

  async #renew(key: string, route: Route): Promise<Held> {
    try {
      return await this.#doubleHop(route);
    } catch (thrown) {
      const error = asLogferryError(thrown);
      const ttl = isDenial(error) ? this.#options.denialMs : RENEWAL_PAUSE_MS;
      if (ttl > 0) this.#failures.set(key, error, { ttl });
      throw error;
    }
  }

  async #doubleHop(route: Route): Promise<Held> {
    const { credentials, arn, lifeMs } = await this.#assumeTenant(route);
    const account = accountOf(arn);
    if (account !== route.account) throw wrongAccount(arn, route);
    const { marginMs, random = Math.random, clients } = this.#options;
    const endsAt = this.#now() + lifeMs;
    const session = { client: clients.logsWith(route.region, credentials), tenant: route.source.tenant, account };
    return { session, endsAt, renewAt: endsAt - marginMs - lifeMs * JITTER * random() };
  }

  async #assumeTenant(route: Route): Promise<AssumedSession> {
    const { clients, centralRoleArn, durationSeconds } = this.#options;
    const input = tenantRoleInput(route, durationSeconds);
    const key = centralKey(route);
    for (let renewed = false; ; renewed = true) {
      const central = (await this.#central.fetch(key, { context: route, forceRefresh: renewed })) as SessionCredentials;
      try {
        return await assumeRole(clients.stsWith(central), input, this.#hop(2, route));
      } catch (error) {
        if (error instanceof LogferryError) throw error;
        if (!renewed && isSessionEnded(error)) continue;
        const fault = tenantRoleFault(error, centralRoleArn, route);
        // The session itself may be what is refused (revoked on our side, say): the next try begins with another.
        if (fault.code === 'tenant-denied') this.#central.delete(key);
        throw fault;
      }
    }
  }

  async #assumeCentral(route: Route): Promise<AssumedSession> {
    const { clients, centralRoleArn, durationSeconds } = this.#options;
    try {
      return await assumeRole(clients.sts, centralRoleInput(centralRoleArn, route, durationSeconds), this.#hop(1, route));
    } catch (error) {
      throw error instanceof LogferryError ? error : centralRoleFault(error, centralRoleArn, route);
    }
  }

  #hop(hop: 1 | 2, { source }: Route): Hop {
    return { hop, tenant: source.tenant, observer: this.#options.observer, now: this.#now };
  }
}

/** Passing faults must not outlive what caused them. */
function isDenial({ code }: LogferryError): boolean {
  return code === 'tenant-denied' || code === 'bad-row';
}

function centralKey({ source, environment }: Route): string {
  return JSON.stringify([source.tenant, source.cluster, environment]);
}

function sessionKey({ source, environment, roleArn, externalId, region }: Route): string {
  return JSON.stringify([source.tenant, source.cluster, environment, roleArn, externalId, region]);
}
