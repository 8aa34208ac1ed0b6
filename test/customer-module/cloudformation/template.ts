/** The CloudFormation template as a plain document: its short tags (`!Ref`) in their long form (`Ref`), as CloudFormation itself reads them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';

export const TEMPLATE = join(import.meta.dirname, '..', '..', '..', 'customer-module', 'cloudformation', 'customer-log-distribution.yaml');

export interface Parameter {
  readonly Type: 'String' | 'Number' | 'CommaDelimitedList';
  readonly Description?: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MinValue?: number;
  readonly ConstraintDescription?: string;
  readonly NoEcho?: boolean;
}

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Assertion {
  readonly Assert: unknown;
  readonly AssertDescription: string;
}

export interface Interface {
  readonly ParameterGroups: readonly { readonly Label: { readonly default: string }; readonly Parameters: readonly string[] }[];
  readonly ParameterLabels: Readonly<Record<string, { readonly default: string }>>;
}

export interface Template {
  readonly Metadata: { readonly 'AWS::CloudFormation::Interface': Interface };
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Rules: Readonly<Record<string, { readonly RuleCondition?: unknown; readonly Assertions: readonly Assertion[] }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Description?: string; readonly Value: unknown }>>;
}

/** @throws Error for what is no YAML. */
export function readTemplate(text: string = readFileSync(TEMPLATE, 'utf8')): Template {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  return plain(document.contents) as Template;
}

function plain(node: unknown): unknown {
  const value = untagged(node as Node);
  const tag = (node as Node).tag;
  if (tag === undefined || !tag.startsWith('!') || tag.startsWith('!!')) return value;
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  return { [`Fn::${name}`]: name === 'GetAtt' && typeof value === 'string' ? value.split('.') : value };
}

function untagged(node: Node | null): unknown {
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [String(plain(key)), plain(value)]));
  if (isSeq(node)) return node.items.map(plain);
  if (isScalar(node)) return node.value;
  if (isAlias(node)) throw new Error('CloudFormation knows no aliases');
  return undefined;
}
