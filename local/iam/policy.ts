/**
 * Policies: read once when they are put, asked for each call (pure, free of HTTP). What it does not know is refused when put; it never answers
 * "allow" for want of understanding.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { checkVariables, type Condition, holds, parseConditions } from './condition.ts';
import { MalformedPolicy } from './malformed-policy.ts';
import { fill, matchesGlob, parsePattern, type Piece, type PolicyContext } from './pattern.ts';
import { type Asker, matchPrincipal, parsePrincipals, type Principal } from './principal.ts';

/** `trust`: who may assume a role (Principal, no Resource). `permissions`: what a role may do (Resource, no Principal). */
export type PolicyKind = 'trust' | 'permissions';

export interface Policy {
  /** As it was put, for those who read it back. */
  readonly source: string;
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Absent in permission policies: their role is the principal. */
  readonly principals: readonly Principal[] | undefined;
  readonly actions: readonly string[];
  /** Absent in trust policies: their role is the resource. */
  readonly resources: readonly (readonly Piece[])[] | undefined;
  readonly conditions: readonly Condition[];
}

export interface Question {
  readonly asker: Asker;
  readonly action: string;
  readonly resource: string;
  readonly context: PolicyContext;
}

/** `direct`: allowed by a statement that names the caller's role itself; within one account that is enough without a policy of the role. */
export type Answer = 'explicit-deny' | 'implicit-deny' | 'allow' | 'allow-direct';

const VERSIONS: ReadonlySet<unknown> = new Set(['2012-10-17', '2008-10-17', undefined]);
/** Only this version gives `${...}` a meaning, and no version means 2008-10-17. */
const VERSION_WITH_VARIABLES = '2012-10-17';
const DOCUMENT_FIELDS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_FIELDS: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);
/** No part of it knows case. */
const ACTION = /^(?:\*|[a-z0-9-]+:[a-z0-9*?]+)$/i;
/** AWS forbids the one field and demands the other. */
const RULES = {
  trust: { required: 'Principal', prohibited: 'Resource' },
  permissions: { required: 'Resource', prohibited: 'Principal' },
} as const;

/** @param source JSON text, or the document itself. @throws MalformedPolicy naming the place. */
export function parsePolicy(source: string | object, kind: PolicyKind): Policy {
  const text = typeof source === 'string' ? source : JSON.stringify(source);
  const document = fieldsOf(parseJson(text), '', DOCUMENT_FIELDS);
  const version = document['Version'];
  if (!VERSIONS.has(version)) throw new MalformedPolicy('Version', 'expected "2012-10-17" or "2008-10-17"');
  const statement = document['Statement'];
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || list.length === 0) throw new MalformedPolicy('Statement', 'expected at least one statement');
  const variables = version === VERSION_WITH_VARIABLES;
  return { source: text, statements: list.map((one, at) => parseStatement(one, `Statement[${at}]`, kind, variables)) };
}

/** All that a trust policy names, in Deny statements too. */
export function principalsOf({ statements }: Policy): readonly Principal[] {
  return statements.flatMap(({ principals }) => principals ?? []);
}

/** An explicit deny wins, then an allow; silence is a deny. */
export function evaluate(policies: Iterable<Policy>, question: Question): Answer {
  let answer: Answer = 'implicit-deny';
  for (const statement of [...policies].flatMap(({ statements }) => statements)) {
    const match = matchStatement(statement, question);
    if (match === undefined) continue;
    if (statement.effect === 'Deny') return 'explicit-deny';
    if (answer !== 'allow-direct') answer = match === 'direct' ? 'allow-direct' : 'allow';
  }
  return answer;
}

function matchStatement(statement: Statement, { asker, action, resource, context }: Question): 'direct' | 'account' | undefined {
  const { principals, actions, resources, conditions } = statement;
  const matches = principals?.map((principal) => matchPrincipal(principal, asker)) ?? ['account' as const];
  const match = matches.find((one) => one === 'direct') ?? matches.find((one) => one !== undefined);
  if (match === undefined) return undefined;
  if (!actions.some((pattern) => matchesGlob([pattern], action.toLowerCase()))) return undefined;
  const covers = (pattern: readonly Piece[]): boolean => {
    const filled = fill(pattern, context);
    return filled !== undefined && matchesGlob(filled, resource, 'resource');
  };
  if (resources !== undefined && !resources.some(covers)) return undefined;
  return conditions.every((condition) => holds(condition, context)) ? match : undefined;
}

function parseStatement(source: unknown, place: string, kind: PolicyKind, variables: boolean): Statement {
  const { required, prohibited } = RULES[kind];
  const fields = fieldsOf(source, place, STATEMENT_FIELDS);
  if (fields[prohibited] !== undefined) throw new MalformedPolicy(place, `Has prohibited field ${prohibited}`);
  if (fields[required] === undefined) throw new MalformedPolicy(place, `Missing required field ${required}`);
  const effect = fields['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new MalformedPolicy(`${place}.Effect`, 'expected "Allow" or "Deny"');
  return {
    effect,
    principals: kind === 'trust' ? parsePrincipals(fields['Principal'], `${place}.Principal`) : undefined,
    actions: parseActions(fields['Action'], `${place}.Action`, kind),
    resources: kind === 'trust' ? undefined : parseResources(fields['Resource'], `${place}.Resource`, variables),
    conditions: fields['Condition'] === undefined ? [] : parseConditions(fields['Condition'], `${place}.Condition`, variables),
  };
}

function parseActions(source: unknown, place: string, kind: PolicyKind): readonly string[] {
  return textsOf(source, place).map((action) => {
    if (!ACTION.test(action))
      throw new MalformedPolicy(place, `"${action}" is no action: expected <service>:<action>, such as sts:AssumeRole`);
    if (kind === 'trust' && !/^sts:/i.test(action))
      throw new MalformedPolicy(place, `AssumeRole policy may only specify STS AssumeRole actions, not "${action}"`);
    return action.toLowerCase();
  });
}

function parseResources(source: unknown, place: string, variables: boolean): readonly (readonly Piece[])[] {
  return textsOf(source, place).map((resource) => {
    if (resource !== '*' && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/.test(resource))
      throw new MalformedPolicy(place, `Resource "${resource}" must be in ARN format or "*".`);
    return checkVariables(parsePattern(resource, variables), place);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedPolicy('', `This policy contains invalid Json: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fieldsOf(source: unknown, place: string, known: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) throw new MalformedPolicy(place, 'expected an object');
  for (const field of Object.keys(source)) {
    if (known.has(field)) continue;
    const problem = field.startsWith('Not') ? `${field} is not supported by this emulator` : `unknown field "${field}"`;
    throw new MalformedPolicy(place, problem);
  }
  return source as Record<string, unknown>;
}

function textsOf(source: unknown, place: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(source) ? source : [source];
  if (list.length === 0) throw new MalformedPolicy(place, 'expected at least one');
  return list.map((text) => {
    if (typeof text !== 'string') throw new MalformedPolicy(place, 'expected a text or a list of texts');
    return text;
  });
}
