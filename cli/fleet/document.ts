/** The fleet as one document, in a stable order, so that two exports differ where the fleet does (pure). */
import { Document } from 'yaml';
import { CloudWatchRow, FLEET } from '../../worker/locate/tenant-row.ts';
import { toJson } from '../output.ts';
import { accountOf } from '../tenant/collisions.ts';
import { isExternalId } from '../tenant/external-id.ts';
import { isCloudWatch, type Item } from '../tenant/table.ts';

export const VERSION = 1;

/** In the file alone: that another tenant may have the same role or account. */
export const SHARED = 'shared_account';

/** Fields that the commands write themselves; a file neither has nor changes them. */
export const OWN_FIELDS: ReadonlySet<string> = new Set([
  'tenant_id',
  'type',
  'updated_at',
  'paused_at',
  'pause_reason',
  'disabled_at',
  'removed_at',
  'expires_at',
]);

/** Of these no diff has to tell. */
export const SILENT: ReadonlySet<string> = new Set(['tenant_id', 'type', 'disabled_at']);

const ORDER = ['enabled', SHARED, ...Object.keys(CloudWatchRow.shape)];

const HEAD = ` The tenants of Logferry, as \`logferry tenant export\` found them. To change the fleet, change this file, and:

   logferry tenant import FILE --dry-run     what would be written
   logferry tenant import FILE               shows it, asks, and writes

 A tenant that is not in the file is left as it is. Of one that is, a field that the file has not is taken off its row, but for
 \`enabled\` and its ExternalIds: they stay as they are, and a new tenant is disabled and gets an ExternalId, unless the file says otherwise.
 \`shared_account: true\` lets a tenant have a role or account that another one has. A paused tenant stands here as \`enabled: false\`.`;

export interface Fleet {
  readonly version: typeof VERSION;
  /** Missing where there is no row "*". */
  readonly fleet?: { readonly paused: unknown; readonly pause_reason?: unknown };
  readonly tenants: ReadonlyMap<string, Item>;
}

interface Exported {
  readonly fleet: Fleet;
  /** Tenants with a row of a type that this version does not deliver to, which no document holds. */
  readonly others: readonly string[];
}

/** @param withExternalIds they would let others in: only on request. */
export function fleetOf(items: readonly Item[], withExternalIds: boolean): Exported {
  const living = items.filter((item) => item['tenant_id'] !== FLEET && item['removed_at'] === undefined);
  const rows = living.filter(isCloudWatch).toSorted(byId);
  const uses = Map.groupBy(rows, ({ log_distribution_role_arn: role }) => accountOf(role));
  const shared = new Set([...uses].flatMap(([account, users]) => (account !== undefined && users.length > 1 ? users : [])));
  const switches = items.filter(({ tenant_id }) => tenant_id === FLEET);
  return {
    fleet: {
      version: VERSION,
      ...(switches.length > 0 && { fleet: switchOf(switches) }),
      tenants: new Map(rows.map((row) => [idOf(row), fieldsOf(shared.has(row) ? { ...row, [SHARED]: true } : row, withExternalIds)])),
    },
    others: [...new Set(living.filter((item) => !isCloudWatch(item)).map(idOf))].toSorted(),
  };
}

export function toYaml(fleet: Fleet): string {
  // Other tools read `yes` and dates as YAML 1.1 did: quoted, they are texts to all.
  const document = new Document(fleet, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  document.commentBefore = HEAD;
  return document.toString({ lineWidth: 0 });
}

/** @returns what the row "*" says; several may be there, and one that stops everything counts. */
export function switchOf(items: readonly Item[]): { paused: unknown; pause_reason?: unknown } {
  const saying = items.find(({ paused }) => !isMissing(paused) && paused !== false);
  const reason = saying?.['pause_reason'];
  return { paused: saying?.['paused'] ?? false, ...(!isMissing(reason) && { pause_reason: reason }) };
}

/** As the worker sees it. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

export function idOf({ tenant_id }: Item): string {
  return String(tenant_id);
}

function fieldsOf(row: Item, withExternalIds: boolean): Item {
  const entries = Object.entries({ enabled: true, ...row })
    .filter(([field, value]) => !OWN_FIELDS.has(field) && !isMissing(value) && (withExternalIds || !isExternalId(field)))
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  // DynamoDB's sets become lists.
  return JSON.parse(toJson(Object.fromEntries(entries))) as Item;
}

function rank(field: string): number {
  const at = ORDER.indexOf(field);
  return at === -1 ? ORDER.length : at;
}

function byId(a: Item, b: Item): number {
  return idOf(a) < idOf(b) ? -1 : 1;
}
