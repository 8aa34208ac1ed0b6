/** What two tenants must not share, and what none may point at (pure, but for reading whose account ours is). */
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { CliError } from '../error.ts';
import { externalIdsOf } from './external-id.ts';
import type { Item, TenantTable } from './table.ts';

export interface Collisions {
  /** Tenants with the same ExternalId. */
  readonly externalId: readonly string[];
  readonly role: readonly string[];
  readonly account: readonly string[];
}

const ROLE = 'log_distribution_role_arn';

/** @param rows of the whole fleet. Removed tenants' count for the ExternalId only: that is never given again while they rest. */
export function collisionsOf(item: Item, rows: readonly Item[]): Collisions {
  const others = rows.filter((row) => row['tenant_id'] !== item['tenant_id']);
  const living = others.filter((row) => row['removed_at'] === undefined);
  const role = item[ROLE];
  const account = accountOf(role);
  const ids = new Set(externalIdsOf(item));
  return {
    externalId: tenantsOf(others.filter((row) => externalIdsOf(row).some((id) => ids.has(id)))),
    role: tenantsOf(living.filter((row) => isText(role) && row[ROLE] === role)),
    account: tenantsOf(living.filter((row) => account !== undefined && accountOf(row[ROLE]) === account)),
  };
}

/** @throws CliError for an ExternalId of another tenant, and, unless that is meant, a role or account of another. */
export function refuseCollisions(collisions: Collisions, isSharedAccount: boolean): void {
  const [fault] = collisionFaults(collisions, isSharedAccount, '--shared-account');
  if (fault !== undefined) throw new CliError(fault.says);
}

interface CollisionFault {
  readonly field: 'external_id' | typeof ROLE;
  readonly says: string;
}

/** @param meant what to give where sharing is meant. */
export function collisionFaults({ externalId, role, account }: Collisions, isSharedAccount: boolean, meant: string): CollisionFault[] {
  const faults: CollisionFault[] = [];
  if (externalId.length > 0)
    faults.push({
      field: 'external_id',
      says: `this ExternalId is already that of tenant ${names(externalId)}; each tenant needs its own`,
    });
  if (isSharedAccount) return faults;
  const [what, others] = role.length > 0 ? ['this role', role] : ["this role's account", account];
  if (others.length > 0)
    faults.push({ field: ROLE, says: `${what} is already used by tenant ${names(others)}; if that is meant, give ${meant}` });
  return faults;
}

/**
 * A tenant that points at our own account would be delivered into it, by a role of ours.
 * @throws CliError
 */
export async function refuseOwnAccount(item: Item, table: TenantTable, sts: STSClient): Promise<void> {
  if (accountOf(item[ROLE]) === undefined) return;
  const fault = ownAccountFault(item, await ownAccounts(table, sts));
  if (fault !== undefined) throw new CliError(fault);
}

/** @returns that of whoever runs the command, and that of the table. */
export async function ownAccounts(table: TenantTable, sts: STSClient): Promise<ReadonlySet<string>> {
  const [{ Account: ours }, shape] = await Promise.all([sts.send(new GetCallerIdentityCommand({})), table.shape()]);
  return new Set([ours, shape.account].filter((account) => account !== undefined));
}

export function ownAccountFault(item: Item, ours: ReadonlySet<string>): string | undefined {
  const account = accountOf(item[ROLE]);
  if (account === undefined || !ours.has(account)) return undefined;
  return `${String(item[ROLE])} is in account ${account}, which is our own; a tenant's role is in the tenant's account`;
}

export function accountOf(roleArn: unknown): string | undefined {
  return typeof roleArn === 'string' ? /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn)?.[1] : undefined;
}

export function names(tenants: readonly string[]): string {
  return tenants.length > 3 ? `${tenants.slice(0, 3).join(', ')} and ${tenants.length - 3} more` : tenants.join(', ');
}

function tenantsOf(rows: readonly Item[]): string[] {
  return [...new Set(rows.map(({ tenant_id }) => String(tenant_id)))].toSorted();
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
