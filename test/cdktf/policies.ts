/** Every policy document of a synthesized stack, with where it stands. They are text inside the JSON; what Terraform fills in stays `${...}`. */
import { type Json, type StackJson } from './synthesized.ts';

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Found {
  /** Such as `aws_iam_role_policy.worker_1A2B.policy`. */
  readonly place: string;
  readonly type: string;
  readonly statements: readonly PolicyStatement[];
}

export function policiesOf(stack: StackJson): Found[] {
  const found: Found[] = [];
  for (const [type, ones] of Object.entries(stack.resource ?? {})) {
    for (const [name, one] of Object.entries(ones))
      walk(one, `${type}.${name}`, (place, text) => found.push({ place, type, statements: statementsOf(text) }));
  }
  return found;
}

function walk(value: unknown, place: string, see: (place: string, text: string) => void): void {
  if (typeof value === 'string' && value.includes('"Statement"')) see(place, value);
  else if (Array.isArray(value)) value.forEach((one, at) => walk(one, `${place}[${at}]`, see));
  else if (typeof value === 'object' && value !== null) for (const [key, one] of Object.entries(value)) walk(one, `${place}.${key}`, see);
}

export function statementsOf(text: string): readonly PolicyStatement[] {
  return (JSON.parse(text) as { Statement: readonly PolicyStatement[] }).Statement;
}

/** One or many, as IAM allows. */
export function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** What the policies that are attached to a role let it do: inline ones, by the role's name as synthesized. */
export function grantsOf(stack: StackJson, roleName: string): readonly PolicyStatement[] {
  const logical = Object.entries(stack.resource?.['aws_iam_role'] ?? {}).find(([, role]) => role['name'] === roleName)?.[0];
  if (logical === undefined) throw new Error(`no role is called ${roleName}`);
  const inline = Object.values(stack.resource?.['aws_iam_role_policy'] ?? {}).filter((one) => isOf(one, logical, roleName));
  return inline.flatMap((one) => statementsOf(String(one['policy'])));
}

function isOf(policy: Json, logical: string, roleName: string): boolean {
  return policy['role'] === roleName || String(policy['role']).startsWith(`\${aws_iam_role.${logical}.`);
}
