/** What `verify` goes by: made of its options, and of the fleet's rows. */
import type { Command } from 'commander';
import { isSegment } from '../../worker/locate/object-key.ts';
import { CloudWatchRow } from '../../worker/locate/tenant-row.ts';
import { makeCliClients, type CliClients } from '../clients.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../error.ts';
import { centralRoleOf } from '../tenant/central-role.ts';
import type { Item } from '../tenant/table.ts';
import { checkClock } from './clock.ts';
import { viewByDocument, viewByProfile, type CustomerView } from './customer-view.ts';
import { Probe, probeRoleBeside } from './probe.ts';
import { readRoleDocument } from './role-document.ts';
import type { VerifyDeps } from './verify.ts';

export interface PrepareOptions {
  readonly centralRoleArn?: string;
  readonly probeRole?: string;
  readonly cluster: string;
  readonly application: string;
  readonly environment?: string;
  readonly canary: boolean;
  readonly reveal?: boolean;
  readonly roleDocument?: string;
  readonly customerProfile?: string;
  readonly tryExternalId: readonly string[];
  readonly tryCluster: readonly string[];
  readonly tryEnvironment: readonly string[];
}

/** @param rows of the fleet. @throws UsageError, CliError for options that cannot be used. */
export async function depsOf(command: Command, { clients }: Context, options: PrepareOptions, rows: readonly Item[]): Promise<VerifyDeps> {
  const { cluster, application, environment, tryExternalId, tryCluster, tryEnvironment } = options;
  const centralRoleArn = centralRoleOf(options.centralRoleArn);
  checkTags(options);
  const probeRole = options.probeRole ?? probeRoleBeside(centralRoleArn);
  const view = await viewOf(command, options);
  let clock: ReturnType<typeof checkClock> | undefined;
  return {
    clients,
    centralRoleArn,
    tags: { cluster, application, ...(environment !== undefined && { environment }) },
    reveal: options.reveal ?? false,
    isCanary: options.canary,
    tries: {
      ...(probeRole !== undefined && { probe: new Probe(clients.iam, probeRole) }),
      externalIds: tryExternalId,
      clusters: tryCluster,
      environments: tryEnvironment,
    },
    regions: [...regionsOf(rows), await clients.sts.config.region()],
    clock: () => (clock ??= checkClock(clients.sts)),
    ...(view !== undefined && { view }),
  };
}

function checkTags({ cluster, application, tryCluster }: PrepareOptions): void {
  const odd = [cluster, application, ...tryCluster].find((one) => !isSegment(one));
  if (odd !== undefined) throw new UsageError(`${JSON.stringify(odd)} cannot stand in an object key: 1 to 128 of A-Z a-z 0-9 . _ -`);
}

/** The commonest first. */
function regionsOf(rows: readonly Item[]): string[] {
  const counts = new Map<string, number>();
  for (const { target_region } of rows) {
    const region = CloudWatchRow.shape.target_region.safeParse(target_region).data;
    if (region !== undefined) counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([region]) => region);
}

async function viewOf(command: Command, { roleDocument, customerProfile }: PrepareOptions): Promise<CustomerView | undefined> {
  if (roleDocument !== undefined) return viewByDocument(await readRoleDocument(roleDocument));
  if (customerProfile === undefined) return undefined;
  const theirs: CliClients = makeCliClients({ ...command.optsWithGlobals(), profile: customerProfile }, process.env);
  return viewByProfile(theirs);
}
