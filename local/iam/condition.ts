/**
 * The conditions of policies: checked when a policy is put, evaluated when it is asked (pure). An operator or a key that is not known here is an
 * error that names it, never a condition that holds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { MalformedPolicy } from './malformed-policy.ts';
import {
  type Filled,
  fill,
  literalOf,
  matchesArn,
  matchesGlob,
  parsePattern,
  type Piece,
  type PolicyContext,
  variablesOf,
} from './pattern.ts';

type Comparison = 'string' | 'like' | 'arn';

interface Operator {
  readonly compares: Comparison;
  /** Holds when no value matches, and when the request lacks the key. */
  readonly negated: boolean;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  stringequals: { compares: 'string', negated: false },
  stringnotequals: { compares: 'string', negated: true },
  stringlike: { compares: 'like', negated: false },
  stringnotlike: { compares: 'like', negated: true },
  arnequals: { compares: 'arn', negated: false },
  arnlike: { compares: 'arn', negated: false },
  arnnotequals: { compares: 'arn', negated: true },
  arnnotlike: { compares: 'arn', negated: true },
};
const NULL_OPERATOR = 'null';
/**
 * Those that may compare sets. Of the negations only `ForAllValues:StringNotEquals`, "none of them is": the others say what nobody expects, and are refused
 * rather than guessed at.
 */
const SET_OPERATORS: ReadonlySet<string> = new Set([
  'forallvalues:stringequals',
  'forallvalues:stringlike',
  'forallvalues:stringnotequals',
  'foranyvalue:stringequals',
  'foranyvalue:stringlike',
]);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, as far as requests here can have them. */
const SINGLE_KEYS: ReadonlySet<string> = new Set([
  'sts:externalid',
  'sts:rolesessionname',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  // Set only when an AWS service calls on somebody's behalf, which none does here: always absent.
  'aws:sourceaccount',
  'aws:sourcearn',
  // Of calls that a service makes to KMS for its caller. None does here; the infrastructure tests ask what AWS would.
  'kms:viaservice',
]);
const TAG_KEY = /^aws:(?:request|principal)tag\/./;
const SET_KEYS: ReadonlySet<string> = new Set(['aws:tagkeys', 'sts:transitivetagkeys']);

type Quantifier = 'forallvalues' | 'foranyvalue';

export type Condition =
  | { readonly test: 'null'; readonly key: string; readonly absent: boolean }
  | {
      readonly test: 'match';
      readonly key: string;
      readonly operator: Operator;
      readonly set: Quantifier | undefined;
      readonly values: readonly (readonly Piece[])[];
    };

/** @param place where it stands in the document, for the error. @throws MalformedPolicy for anything that is not known here. */
export function parseConditions(source: unknown, place: string, variables: boolean): readonly Condition[] {
  return entriesOf(source, place).flatMap(([operator, keys]) =>
    entriesOf(keys, `${place}.${operator}`).map(([key, values]) =>
      parseCondition({ operator, key, values, place: `${place}.${operator}.${key}`, variables }),
    ),
  );
}

/** @throws MalformedPolicy unless `${key}` may stand in a policy here. */
export function checkVariables(pattern: readonly Piece[], place: string): readonly Piece[] {
  for (const { key } of variablesOf(pattern)) {
    const known = key.toLowerCase();
    if (!isSingle(known)) throw new MalformedPolicy(place, `the policy variable \${${key}} is not known to this emulator`);
  }
  return pattern;
}

/** Conditions are joined by "and", the values of one by "or". */
export function holds(condition: Condition, context: PolicyContext): boolean {
  const value = context.get(condition.key);
  if (condition.test === 'null') return (value === undefined) === condition.absent;
  const patterns = condition.values.map((pattern) => fill(pattern, context)).filter((filled) => filled !== undefined);
  const matches = (one: string): boolean => patterns.some((pattern) => compare(condition.operator.compares, pattern, one));
  if (condition.set !== undefined) {
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    const fits = (one: string): boolean => matches(one) !== condition.operator.negated;
    return condition.set === 'forallvalues' ? values.every(fits) : values.some(fits);
  }
  if (value === undefined) return condition.operator.negated;
  return typeof value === 'string' && matches(value) !== condition.operator.negated;
}

function compare(comparison: Comparison, pattern: Filled, value: string): boolean {
  if (comparison === 'string') return literalOf(pattern) === value;
  return comparison === 'arn' ? matchesArn(pattern, value) : matchesGlob(pattern, value);
}

interface ConditionSource {
  readonly operator: string;
  readonly key: string;
  readonly values: unknown;
  readonly place: string;
  readonly variables: boolean;
}

function parseCondition({ operator, key, values, place, variables }: ConditionSource): Condition {
  const known = key.toLowerCase();
  if (!isSingle(known) && !SET_KEYS.has(known))
    throw new MalformedPolicy(place, `the condition key "${key}" is not known to this emulator`);
  const texts = textsOf(values, place);
  if (operator.toLowerCase() === NULL_OPERATOR) return { test: 'null', key: known, absent: readBoolean(texts, place) };
  const { name, set } = splitOperator(operator);
  const found = OPERATORS[name];
  if (found === undefined || (set !== undefined && !SET_OPERATORS.has(operator.toLowerCase())))
    throw new MalformedPolicy(place, `the condition operator "${operator}" is not known to this emulator`);
  if (set === undefined && SET_KEYS.has(known))
    throw new MalformedPolicy(place, `"${key}" has several values: put ForAllValues: or ForAnyValue: before "${operator}"`);
  const patterns = texts.map((text) => checkVariables(parsePattern(text, variables), place));
  return { test: 'match', key: known, operator: found, set, values: patterns };
}

function splitOperator(operator: string): { name: string; set: Quantifier | undefined } {
  const [, set, name] = /^(?:(forallvalues|foranyvalue):)?(.*)$/s.exec(operator.toLowerCase()) ?? [];
  return { name: name ?? '', set: set as Quantifier | undefined };
}

function isSingle(key: string): boolean {
  return SINGLE_KEYS.has(key) || TAG_KEY.test(key);
}

function readBoolean(texts: readonly string[], place: string): boolean {
  const [text, ...more] = texts;
  if (more.length > 0 || (text !== 'true' && text !== 'false')) throw new MalformedPolicy(place, 'expected "true" or "false"');
  return text === 'true';
}

function textsOf(values: unknown, place: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) throw new MalformedPolicy(place, 'expected at least one value');
  return list.map((value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean' || typeof value === 'number') return String(value);
    throw new MalformedPolicy(place, 'expected a text or a list of texts');
  });
}

function entriesOf(source: unknown, place: string): readonly (readonly [string, unknown])[] {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) throw new MalformedPolicy(place, 'expected an object');
  return Object.entries(source);
}
