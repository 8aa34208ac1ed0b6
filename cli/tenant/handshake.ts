/** What the customer sends back after they applied their side: read, checked, and turned into fields of their row. */
import { z } from 'zod';
import { DEFAULT_GROUP } from '../../worker/locate/tenant-row.ts';
import { CliError } from '../error.ts';
import { readText } from '../text-file.ts';
import { NEXT } from './external-id.ts';
import type { Item, Patch } from './table.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const GROUP = /^[\w\-/.#]{1,512}$/;

/** Output `handshake` of customer-module. */
const Handshake = z.object({
  version: z.literal(1, 'this command reads version 1'),
  tenant_id: z.string(),
  role_arn: z.string(),
  region: z.string(),
  external_id: z.string().min(1),
  /** By what the group is for: application, system, audit. */
  log_groups: z.record(z.string(), z.string().regex(GROUP, 'a name of a log group has a-z A-Z 0-9 _ - / . # and at most 512 of them')),
});

export type Handshake = z.output<typeof Handshake>;

/**
 * @param file `-` for standard input.
 * @throws CliError for what is no handshake.
 */
export async function readHandshake(file: string): Promise<Handshake> {
  const parsed = Handshake.safeParse(unwrap(await readText(file), file));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new CliError(`${nameOf(file)} is no handshake: ${faults.join('; ')}`);
}

/** `terraform output -json handshake` prints the value, `terraform output -json` all outputs; CloudFormation's outputs are texts. */
function unwrap(value: unknown, file: string): unknown {
  if (typeof value === 'string') return unwrap(parse(value, file), file);
  const all = z.object({ handshake: z.object({ value: z.unknown() }) }).safeParse(value);
  return all.success ? unwrap(all.data.handshake.value, file) : value;
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // V8's message quotes the text, which may hold the ExternalId.
    throw new CliError(`${nameOf(file)} is no JSON; \`terraform output -json handshake\` prints it`, { cause: error });
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/**
 * @param row of the tenant, as it is.
 * @throws CliError for a handshake of another tenant or with another ExternalId.
 */
export function patchOfHandshake(handshake: Handshake, row: Item): Patch {
  const { tenant_id, external_id, role_arn, region } = handshake;
  if (tenant_id !== row['tenant_id']) throw new CliError(`the handshake is tenant ${tenant_id}'s, not ${String(row['tenant_id'])}'s`);
  if (external_id === row[NEXT])
    throw new CliError(
      `the handshake has the next ExternalId of ${tenant_id}, whose rotation is under way: \`logferry tenant rotate ${tenant_id} --finish\` switches to it`,
    );
  if (row['external_id'] && external_id !== row['external_id'])
    throw new CliError(
      `the handshake has another ExternalId than the row of ${tenant_id}; the customer has to apply theirs with the one that \`tenant show ${tenant_id}\` tells`,
    );
  return { log_distribution_role_arn: role_arn, target_region: region, external_id, ...groupPatch(handshake, row) };
}

/** The row's own group where they have it, or where it is a template; else the one for applications, or the only one. */
function groupPatch({ log_groups, tenant_id }: Handshake, { log_group_name }: Item): Patch {
  const wanted = typeof log_group_name === 'string' && log_group_name !== '' ? log_group_name : DEFAULT_GROUP;
  const groups = Object.values(log_groups);
  if (groups.includes(wanted) || wanted.includes('{')) return {};
  const chosen = log_groups['application'] ?? (groups.length === 1 ? groups[0] : undefined);
  if (chosen !== undefined) return { log_group_name: chosen };
  const there = groups.length === 0 ? 'none' : groups.join(', ');
  throw new CliError(
    `the handshake of ${tenant_id} has no log group for applications, nor ${wanted}; there are ${there}. Say which with log_group_name=...`,
  );
}
