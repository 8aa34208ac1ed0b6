/**
 * Names of log groups and streams from their templates (pure). A template is never guessed at: what it does not know is a fault of the row, since a
 * name that is almost right puts lines where nobody looks for them.
 */
import { createHash } from 'node:crypto';

export const PLACEHOLDERS = ['tenant_id', 'cluster_id', 'application', 'pod_name', 'environment', 'date'] as const;

export type TemplateValues = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html and API_CreateLogStream.html */
const MAX_NAME_LENGTH = 512;
const GROUP_NAME = /^[a-zA-Z0-9_\-/.#]+$/;
const NOT_IN_STREAMS = /[:*]/g;
/** Hexadecimal digits of the hash that tells cut names apart. */
const HASH_LENGTH = 16;

/** A placeholder, or a brace that is part of none. */
const BRACES = /\{([^{}]*)\}|[{}]/g;

/** @returns what is wrong with a template, in words; undefined when nothing is. */
export function templateFault(template: string): string | undefined {
  const [unknown] = [...template.matchAll(BRACES)].filter(([, name]) => !isPlaceholder(name));
  return unknown && `"${unknown[0]}" is none of ${PLACEHOLDERS.map((name) => `{${name}}`).join(' ')}`;
}

/**
 * @param template without a fault.
 * @returns the group's name, or what CloudWatch Logs would not take of it: a group is never made to fit, since it must be the one that the tenant has.
 */
export function groupName(template: string, values: TemplateValues): { readonly name: string } | { readonly fault: string } {
  const name = fill(template, values);
  if (name.length > MAX_NAME_LENGTH)
    return { fault: `its name would have ${name.length} characters; at most ${MAX_NAME_LENGTH} are allowed` };
  if (!GROUP_NAME.test(name)) return { fault: `its name would be ${JSON.stringify(name)}; allowed are a-z A-Z 0-9 _ - / . #` };
  return { name };
}

/**
 * @param template without a fault.
 * @returns a name that CloudWatch Logs takes: `:` and `*` become `_`; one that is too long is cut, and ends in a hash of the whole.
 */
export function streamName(template: string, values: TemplateValues): string {
  const name = fill(template, values).toWellFormed().replaceAll(NOT_IN_STREAMS, '_');
  if (name.length <= MAX_NAME_LENGTH) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  // A cut between the halves of a surrogate pair leaves half a character.
  const kept = name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}-${hash}`;
}

/** @param at in milliseconds since 1970. @returns the UTC day, `YYYY-MM-DD`. */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function fill(template: string, values: TemplateValues): string {
  return template.replaceAll(BRACES, (braces: string, name?: string) => (isPlaceholder(name) ? values[name] : braces));
}

function isPlaceholder(name: string | undefined): name is keyof TemplateValues {
  return (PLACEHOLDERS as readonly (string | undefined)[]).includes(name);
}
