/**
 * The one schema of a row of the tenant table: worker, demo and command line read rows by it (pure). It takes the original's rows too, keyed by
 * `tenant_id` alone and without a `type`. It never guesses at a value that it does not understand: the row is faulty then.
 */
import { z } from 'zod';
import { templateFault } from './templates.ts';

/** `tenant_id` of the row that is the switch for all. No object key can name such a tenant. */
export const FLEET = '*';

const CLOUDWATCH = 'cloudwatch';
export const DEFAULT_GROUP = '/ROSA/cluster-logs/application';
export const DEFAULT_STREAM = '{cluster_id}/{application}/{pod_name}';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const template = z.string().refine((text) => templateFault(text) === undefined);

/** A list, or one of DynamoDB's own sets. An empty one would drop every line in silence, which nobody means. */
const applications = z
  .union([z.array(z.string()), z.set(z.string())])
  .transform((names) => [...names])
  .pipe(z.array(z.string().min(1)).min(1));

export const CloudWatchRow = z.object({
  tenant_id: z.string().min(1),
  type: z.literal(CLOUDWATCH).default(CLOUDWATCH),
  enabled: z.boolean().default(true),
  log_distribution_role_arn: z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  external_id: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/)
    .optional(),
  target_region: z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d$/),
  log_group_name: template.default(DEFAULT_GROUP),
  log_stream_name: template.default(DEFAULT_STREAM),
  create_log_group: z.boolean().default(false),
  environment: z
    .string()
    .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u)
    .optional(),
  message_format: z.enum(['message', 'record']).default('message'),
  desired_applications: applications.optional(),
  /** The original's name of `desired_applications`. */
  desired_logs: applications.optional(),
  late: z.enum(['quarantine', 'now']).default('quarantine'),
  retention_days: z.literal(RETENTION_DAYS).optional(),
  updated_at: z.union([z.string(), z.number()]).optional(),
});

export type CloudWatchRow = z.output<typeof CloudWatchRow>;

/** What each field must be, in words. */
const EXPECTED: { readonly [F in keyof CloudWatchRow]-?: string } = {
  tenant_id: 'the customer_id of the object keys',
  type: `\`${CLOUDWATCH}\``,
  enabled: '`true` or `false`, not a text',
  log_distribution_role_arn: "the ARN of the tenant's role, arn:aws:iam::<account>:role/<name>",
  external_id: '2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -',
  target_region: 'an AWS region such as us-east-1',
  log_group_name: 'a text',
  log_stream_name: 'a text',
  create_log_group: '`true` or `false`, not a text',
  environment: 'at most 256 letters, digits, spaces and _ . : / = + - @, as a session tag may hold',
  message_format: '`message` or `record`',
  desired_applications: 'a list or set of at least one application; to stop all deliveries, set enabled to false',
  desired_logs: 'a list or set of at least one application; to stop all deliveries, set enabled to false',
  late: '`quarantine` or `now`',
  retention_days: `one of ${RETENTION_DAYS.join(', ')}`,
  updated_at: 'a time, as a text or a number',
};

/** Its value would let others in; a message must not repeat it. */
const SECRET: ReadonlySet<string> = new Set(['external_id']);

export type TenantRow =
  | { readonly kind: 'cloudwatch'; readonly row: CloudWatchRow }
  /** Of a type that this version does not deliver to. */
  | { readonly kind: 'unknown-type'; readonly type: string }
  | {
      readonly kind: 'faulty';
      readonly faults: readonly string[];
      /** Fields that it cannot do without; where these are all its faults, it is only not yet complete. */
      readonly missing: readonly string[];
    };

/** @param item a row as DynamoDBDocumentClient reads it. An empty text and NULL count as missing. */
export function parseRow(item: Readonly<Record<string, unknown>>): TenantRow {
  const fields = Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== ''));
  const { type = CLOUDWATCH } = fields;
  if (typeof type === 'string' && type !== CLOUDWATCH) return { kind: 'unknown-type', type };
  const parsed = CloudWatchRow.safeParse(fields);
  if (parsed.success) return { kind: 'cloudwatch', row: parsed.data };
  const faulty = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  return {
    kind: 'faulty',
    faults: [...faulty].map((field) => faultOf(field, fields[field])),
    missing: [...faulty].filter((field) => fields[field] === undefined),
  };
}

/**
 * The row `tenant_id = "*"`: whether all deliveries are paused. Whoever wrote something else than true or false into it meant to stop something.
 * @returns why all is paused, in words; undefined when it is not.
 */
export function pauseOf(items: readonly Readonly<Record<string, unknown>>[]): string | undefined {
  const set = items.map(({ paused }) => paused).find((paused) => paused !== undefined && paused !== null && paused !== false);
  if (set === undefined) return undefined;
  return set === true
    ? 'the fleet is paused'
    : `paused is ${shown(set)}; expected \`true\` or \`false\`, and until then the fleet is paused`;
}

function faultOf(field: string, value: unknown): string {
  const said = value === undefined ? 'is missing' : SECRET.has(field) ? 'cannot be used' : `is ${shown(value)}`;
  const unknown = typeof value === 'string' && field.endsWith('_name') ? templateFault(value) : undefined;
  return `${field} ${said}; expected ${unknown === undefined ? EXPECTED[field as keyof CloudWatchRow] : `a template, but ${unknown}`}`;
}

/** Cut: a row may be 400 KB. */
function shown(value: unknown): string {
  const text = JSON.stringify(value instanceof Set ? [...value] : value, (_, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  );
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
