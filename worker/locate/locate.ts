/**
 * Whose object is it, and where does it go: ObjectRef -> Source and Routes. The key alone decides the tenant; a row that is faulty or off stops its
 * own delivery and no other, and none is left out in silence.
 */
import { LogferryError } from '../errors.ts';
import type { ObjectRef } from '../receive/envelope.ts';
import { parseObjectKey, type Source } from './object-key.ts';
import { groupName, streamName, utcDay, type TemplateValues } from './templates.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import type { CloudWatchRow, TenantRow } from './tenant-row.ts';

/** One delivery of one object: everything that the later steps need to know of the tenant's side. A batch carries the route it was made for. */
export interface Route {
  readonly source: Source;
  readonly type: 'cloudwatch';
  readonly roleArn: string;
  /** The account of `roleArn`: what the assumed session's ARN must show. */
  readonly account: string;
  readonly externalId?: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  readonly environment: string;
  /** `message`: the line as the application wrote it; `record`: the whole record. */
  readonly format: 'message' | 'record';
  readonly late: 'quarantine' | 'now';
  /** Whether a missing log group may be created. */
  readonly createGroup: boolean;
}

/** What becomes of the object for one row. */
export type Delivery =
  | { readonly kind: 'route'; readonly route: Route }
  /** Settled unread. */
  | { readonly kind: 'skip'; readonly reason: 'not-wanted' | 'unknown-type' }
  | { readonly kind: 'fault'; readonly error: LogferryError };

export interface LocateDeps {
  readonly directory: Pick<TenantDirectory, 'rows' | 'pause'>;
  /** The only bucket there is, if set. */
  readonly bucket?: string;
  /** For rows that name none. */
  readonly environment: string;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * @returns one delivery for each row of the tenant.
 * @throws LogferryError `foreign-bucket`, `bad-key`; `unknown-tenant`; `tenant-disabled` while the fleet is paused; what the directory throws.
 */
export async function locate(ref: ObjectRef, deps: LocateDeps): Promise<{ source: Source; deliveries: readonly Delivery[] }> {
  const { bucket, directory } = deps;
  if (bucket !== undefined && ref.bucket !== bucket) {
    throw new LogferryError('foreign-bucket', `the notification names bucket ${JSON.stringify(ref.bucket)}; S3_BUCKET_NAME is ${bucket}`);
  }
  const source = parseObjectKey(ref.key);
  const pause = await directory.pause();
  if (pause !== undefined) throw new LogferryError('tenant-disabled', `${pause} (row "*" of the tenant table)`);
  const rows = await directory.rows(source.tenant);
  if (rows.length === 0) throw new LogferryError('unknown-tenant', `tenant ${source.tenant} has no row in the tenant table; onboard it`);
  // A version of the worker that knows none of its types has nothing to deliver: that must not settle the object.
  if (rows.every(({ kind }) => kind === 'unknown-type')) throw onlyUnknownTypes(source.tenant, rows);
  return { source, deliveries: rows.map((row) => deliveryOf(row, source, ref, deps)) };
}

function deliveryOf(parsed: TenantRow, source: Source, ref: ObjectRef, deps: LocateDeps): Delivery {
  if (parsed.kind === 'unknown-type') return { kind: 'skip', reason: 'unknown-type' };
  if (parsed.kind === 'faulty') return badRow(source.tenant, parsed.faults);
  const { row } = parsed;
  if (!row.enabled) return fault('tenant-disabled', `tenant ${source.tenant}: its ${row.type} row is not enabled`);
  if (!isWanted(source.application, row)) return { kind: 'skip', reason: 'not-wanted' };
  return routeOf(row, source, ref, deps);
}

/** Letter case does not matter, as in the original. */
function isWanted(application: string, { desired_applications, desired_logs }: CloudWatchRow): boolean {
  const wanted = desired_applications ?? desired_logs;
  return wanted === undefined || wanted.some((name) => name.toLowerCase() === application.toLowerCase());
}

function routeOf(row: CloudWatchRow, source: Source, ref: ObjectRef, deps: LocateDeps): Delivery {
  const environment = row.environment ?? deps.environment;
  const values: TemplateValues = {
    tenant_id: source.tenant,
    cluster_id: source.cluster,
    application: source.application,
    pod_name: source.pod,
    environment,
    // The object's own day, so that its repetition goes where it went before. Where S3 does not tell it, today's.
    date: utcDay(ref.eventTime ?? deps.now()),
  };
  const group = groupName(row.log_group_name, values);
  if ('fault' in group) return badRow(source.tenant, [`log_group_name is ${JSON.stringify(row.log_group_name)}; ${group.fault}`]);
  const route: Route = {
    source,
    type: row.type,
    roleArn: row.log_distribution_role_arn,
    account: row.log_distribution_role_arn.split(':')[4] ?? '',
    externalId: row.external_id,
    region: row.target_region,
    group: group.name,
    stream: streamName(row.log_stream_name, values),
    environment,
    format: row.message_format,
    late: row.late,
    createGroup: row.create_log_group,
  };
  return { kind: 'route', route };
}

function badRow(tenant: string, faults: readonly string[]): Delivery {
  return fault('bad-row', `the row of tenant ${tenant} cannot be used: ${faults.join('; ')}`);
}

function onlyUnknownTypes(tenant: string, rows: readonly TenantRow[]): LogferryError {
  const types = rows.flatMap((row) => (row.kind === 'unknown-type' ? [row.type] : []));
  return new LogferryError('bad-row', `tenant ${tenant} has rows of type ${types.join(', ')} only, which this version does not deliver to`);
}

function fault(code: 'bad-row' | 'tenant-disabled', detail: string): Delivery {
  return { kind: 'fault', error: new LogferryError(code, detail) };
}
