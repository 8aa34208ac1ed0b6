/** Whether a tenant's side may have changed since it was refused: a short hash over all that its deliveries depend on in the tenant table. */
import { createHash } from 'node:crypto';
import type { TenantDirectory } from '../locate/tenant-directory.ts';
import type { TenantRow } from '../locate/tenant-row.ts';

const PAUSED = 'paused';

export interface Standing {
  readonly fingerprint: string;
  /** Whether the rows as they stand have a delivery that is switched on. */
  readonly isOn: boolean;
}

/** @throws what the directory throws. */
export async function standingOf(tenant: string, directory: Pick<TenantDirectory, 'rows' | 'pause'>): Promise<Standing> {
  if ((await directory.pause()) !== undefined) return { fingerprint: PAUSED, isOn: false };
  const rows = await directory.rows(tenant);
  return { fingerprint: hashOf(rows), isOn: rows.some((row) => row.kind === 'cloudwatch' && row.row.enabled) };
}

/** The directory gives the same array until it reads anew. */
const known = new WeakMap<readonly TenantRow[], string>();

function hashOf(rows: readonly TenantRow[]): string {
  const hash = known.get(rows) ?? createHash('sha256').update(JSON.stringify(rows)).digest('base64url').slice(0, 22);
  known.set(rows, hash);
  return hash;
}
