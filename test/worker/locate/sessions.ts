/** Customers on the emulator, and sessions whose every hop and look-up is recorded. */
import { makeTenantSide, type TenantSide } from '../../../local/provision/tenant.ts';
import type { LogferryError } from '../../../worker/errors.ts';
import type { Route } from '../../../worker/locate/locate.ts';
import { TenantSessions, type SessionOptions } from '../../../worker/locate/tenant-credentials.ts';
import { keysOf, recorded, REGION, type CentralSide } from './central-side.ts';

export const MINUTE = 60_000;

let accounts = 100_000_000_000;

/** In an account of their own. */
export async function makeCustomer({ central }: CentralSide, id: string): Promise<TenantSide> {
  const account = String(++accounts);
  return await makeTenantSide(central, { id, account, keys: keysOf(account) });
}

export function routeTo({ id, account, roleArn, externalId, group }: TenantSide, over: Partial<Route> = {}): Route {
  return {
    source: { tenant: id, cluster: 'prod-1', application: 'web', pod: 'web-0' },
    type: 'cloudwatch',
    roleArn,
    account,
    externalId,
    region: REGION,
    group,
    stream: 's',
    environment: 'production',
    format: 'message',
    late: 'quarantine',
    createGroup: false,
    ...over,
  };
}

/** `hops`: each AssumeRole so far, negative when it failed. The clock is the emulator's. */
export function recordedSessions({ clients, central, aws }: CentralSide, over: Partial<SessionOptions> = {}) {
  const { observer, facts } = recorded('credentials:assume');
  const lookups: string[] = [];
  observer.on('credentials:lookup', ({ outcome }) => lookups.push(outcome));
  const sessions = new TenantSessions({
    clients,
    centralRoleArn: central.roleArn,
    observer,
    durationSeconds: 3600,
    marginMs: 5 * MINUTE,
    denialMs: 15_000,
    max: 1000,
    now: () => aws.clock.now(),
    random: () => 0,
    ...over,
  });
  return { sessions, observer, lookups, hops: () => facts.map(({ hop, ok }) => (ok ? hop : -hop)) };
}

/** Calls that reached the proxy, retries of the SDK included. */
export function assumeCalls({ faults }: CentralSide): number {
  return faults.requests()['sts:AssumeRole'] ?? 0;
}

export async function failureOf(work: Promise<unknown>): Promise<LogferryError | undefined> {
  return await work.then(
    () => undefined,
    (error: LogferryError) => error,
  );
}
