/** All checks of one tenant, in the worker's order. Whatever goes wrong is a check that says so: one broken tenant stops no other. */
import { describe } from '../../worker/errors.ts';
import type { CliClients } from '../clients.ts';
import { NEXT } from '../tenant/external-id.ts';
import type { Item } from '../tenant/table.ts';
import { checkCanary } from './canary.ts';
import { CheckList, type Check, type Step } from './check.ts';
import type { Me } from './clock.ts';
import { checkGroup } from './group.ts';
import { checkHopOne } from './hop-one.ts';
import { checkHopTwo, type HopTwoDeps } from './hop-two.ts';
import type { Tries } from './experiments.ts';
import { checkRow, type Tags } from './subject.ts';
import type { Route } from '../../worker/locate/locate.ts';
import type { CustomerView } from './customer-view.ts';

export interface VerifyDeps {
  readonly clients: CliClients;
  readonly centralRoleArn: string;
  readonly tags: Tags;
  readonly reveal: boolean;
  readonly isCanary: boolean;
  readonly tries: Tries;
  /** Of the other tenants, where a group may be that is not where the row says. */
  readonly regions: readonly string[];
  /** Asked once for a whole fleet. */
  readonly clock: () => Promise<Step<Me>>;
  readonly view?: CustomerView;
}

export async function verifyTenant(item: Item, deps: VerifyDeps): Promise<Check[]> {
  const list = new CheckList();
  try {
    const isWhole = await verifyStepwise(list, item, deps);
    return list.all(isWhole && !deps.isCanary ? 'no canary line was to be put (--no-canary)' : undefined);
  } catch (error) {
    list.add(list.next(), { outcome: 'unknown', reason: `it could not be asked: ${describe(error)}`, causes: ['unexpected'] });
    return list.all();
  }
}

/** @returns whether it came to the log group. */
async function verifyStepwise(list: CheckList, item: Item, deps: VerifyDeps): Promise<boolean> {
  const { clients, centralRoleArn, tags, isCanary, regions, view } = deps;
  const route = await list.step('row', checkRow(item, tags));
  if (route === undefined) return false;
  const me = await list.step('clock', deps.clock());
  if (me === undefined) return false;
  const central = await list.step('hop 1', checkHopOne(clients.sts, { centralRoleArn, route, me: me.arn }));
  if (central === undefined) return false;
  const session = await list.step('hop 2', checkHopTwo(await hopTwoDeps(item, route, deps), central));
  if (session === undefined) return false;
  const logs = await list.step('group', checkGroup({ route, logsIn: (region) => clients.logs(region, session), regions }));
  if (logs === undefined) return false;
  if (isCanary) await checkCanary(list, logs, route, view?.logs(route.region));
  return true;
}

async function hopTwoDeps(item: Item, route: Route, { clients, centralRoleArn, reveal, tries, view }: VerifyDeps): Promise<HopTwoDeps> {
  const next = item[NEXT];
  const externalIds = [...(typeof next === 'string' && next !== '' ? [next] : []), ...tries.externalIds];
  const role = await view?.role(route);
  return { clients, side: { route, centralRoleArn, reveal }, tries: { ...tries, externalIds }, ...(role !== undefined && { role }) };
}
