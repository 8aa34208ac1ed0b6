/**
 * A customer's trust policy as it is, asked by the evaluator of the local IAM for what the worker sends: does it let us in, and if not, what of it differs
 * (pure). What the evaluator does not know is said, and never taken for a yes.
 */
import { type Condition, holds } from '../../local/iam/condition.ts';
import { MalformedPolicy } from '../../local/iam/malformed-policy.ts';
import { matchesGlob, type PolicyContext } from '../../local/iam/pattern.ts';
import { evaluate, parsePolicy, type Policy, type Question } from '../../local/iam/policy.ts';
import { matchPrincipal } from '../../local/iam/principal.ts';
import { sessionName } from '../../worker/locate/assume-role.ts';
import type { Side } from './statements.ts';
import type { Cause } from './check.ts';

export interface Difference {
  readonly cause: Cause;
  /** In words; no ExternalId. */
  readonly says: string;
}

type Statement = Policy['statements'][number];

const ASSUME = 'sts:AssumeRole';
const TAG_SESSION = 'sts:TagSession';

/** @returns what has to change, for each action that is refused; empty when it lets us in. */
export function differencesOf(trust: object, side: Side): Difference[] {
  const { readable, deleted } = withoutDeleted(trust);
  const { policy, unread } = parseEach(readable);
  // One that is not understood may be the one that should let us in.
  const isWhole = unread.every(({ isDeny }) => isDeny);
  const found = [ASSUME, TAG_SESSION].flatMap((action) => refusals(policy, questionOf(action, side), isWhole));
  const odd = unread.filter(({ isDeny }) => isDeny || found.length > 0).map(({ says }): Difference => ({ cause: 'other-condition', says }));
  const gone = deleted.map((id): Difference => {
    return {
      cause: 'trust-principal',
      says: `it names ${id}: a role that was deleted, and does not let in one that was made again under its name`,
    };
  });
  return [...(found.some(({ cause }) => cause === 'trust-principal') ? gone : []), ...found, ...odd];
}

/** Statement by statement: one for somebody else, of a kind that is not known here, must not hide the others. */
function parseEach(trust: object): { policy: Policy[]; unread: { says: string; isDeny: boolean }[] } {
  const { Statement = [], ...rest } = trust as { Statement?: unknown };
  const policy: Policy[] = [];
  const unread: { says: string; isDeny: boolean }[] = [];
  for (const [at, one] of (Array.isArray(Statement) ? (Statement as unknown[]) : [Statement]).entries()) {
    try {
      policy.push(parsePolicy({ ...rest, Statement: [one] }, 'trust'));
    } catch (error) {
      if (!(error instanceof MalformedPolicy)) throw error;
      const isDeny = (one as { Effect?: unknown } | null)?.Effect === 'Deny';
      const why = error.message.replace('Statement[0]', `Statement[${at}]`).replace('this emulator', 'this command');
      unread.push({ says: `a statement of it cannot be judged here (${why})`, isDeny });
    }
  }
  return { policy, unread };
}

function questionOf(action: string, { route, centralRoleArn }: Side): Question {
  const [, partition = '', , , account = ''] = centralRoleArn.split(':');
  const role = centralRoleArn.split('/').at(-1) ?? '';
  const name = sessionName(route.source);
  const context = new Map<string, string>([
    ['aws:principalarn', centralRoleArn],
    ['aws:principalaccount', account],
    ['aws:principaltype', 'AssumedRole'],
    ['aws:resourceaccount', route.account],
    ['sts:rolesessionname', name],
    ['aws:principaltag/tenant_id', route.source.tenant],
    ['aws:principaltag/cluster_id', route.source.cluster],
    ['aws:principaltag/environment', route.environment],
    ...(route.externalId === undefined ? [] : [['sts:externalid', route.externalId] as const]),
  ]);
  const asker = { account, arn: `arn:${partition}:sts::${account}:assumed-role/${role}/${name}`, roleArn: centralRoleArn };
  return { asker, action, resource: route.roleArn, context };
}

function refusals(policies: readonly Policy[], question: Question, isWhole: boolean): Difference[] {
  const answer = evaluate(policies, question);
  if (answer === 'allow' || answer === 'allow-direct') return [];
  if (answer === 'explicit-deny') return [{ cause: 'explicit-deny', says: `a statement that denies ${question.action} holds for us` }];
  const candidates = policies
    .flatMap(({ statements }) => statements)
    .filter(({ effect, actions }) => effect === 'Allow' && actions.some((one) => matchesGlob([one], question.action.toLowerCase())))
    .map((statement) => faultsOf(statement, question))
    .toSorted((a, b) => a.length - b.length);
  const [nearest] = candidates;
  if (question.action === TAG_SESSION)
    return [{ cause: 'tag-session', says: `no statement lets the central role pass session tags on (${TAG_SESSION})` }];
  const none = isWhole ? `no statement allows ${ASSUME}` : `no statement that is understood here allows ${ASSUME}`;
  return nearest ?? [{ cause: isWhole ? 'trust-principal' : 'other-condition', says: none }];
}

/** What of the one statement does not hold. */
function faultsOf({ principals = [], conditions }: Statement, { asker, context }: Question): Difference[] {
  const isNamed = principals.some((principal) => matchPrincipal(principal, asker) !== undefined);
  const who = principals.flatMap((one) => (one.kind === 'arn' ? [one.arn] : one.kind === 'account' ? [`account ${one.account}`] : []));
  const principal: Difference[] = isNamed
    ? []
    : [{ cause: 'trust-principal', says: `it trusts ${who.join(', ') || 'nobody of AWS'}, not ${asker.roleArn ?? ''}` }];
  const failing = conditions.filter((condition) => !holds(condition, context)).map((condition) => conditionFault(condition, context));
  return [...principal, ...failing];
}

const TAG = /^aws:(principal|request)tag\/(.+)$/;
const TAG_CAUSES: ReadonlyMap<string, Cause> = new Map([
  ['tenant_id', 'tag-tenant_id'],
  ['cluster_id', 'tag-cluster_id'],
  ['environment', 'tag-environment'],
]);

function conditionFault(condition: Condition, context: PolicyContext): Difference {
  const { key } = condition;
  if (key === 'sts:externalid')
    return {
      cause: 'external-id',
      says: context.has(key) ? 'it asks for another ExternalId than the row has' : 'it asks for an ExternalId, and the row has none',
    };
  const [, kind, tag = ''] = TAG.exec(key) ?? [];
  const wanted = condition.test === 'match' ? condition.values.map((pieces) => pieces.map(textOf).join('')).join(' or ') : 'something else';
  const cause = TAG_CAUSES.get(tag);
  if (kind === undefined || cause === undefined)
    return { cause: 'other-condition', says: `its condition on ${key} (${wanted}) does not hold` };
  if (kind === 'request')
    return {
      cause,
      says: `it asks for aws:RequestTag/${tag}, which sees only what hop 2 passes itself: nothing; it must be aws:PrincipalTag/${tag}`,
    };
  return { cause, says: `it asks for the tag ${tag} ${wanted}; the worker sends ${String(context.get(key) ?? 'none')}` };
}

function textOf(piece: string | { readonly literal: string } | { readonly key: string }): string {
  if (typeof piece === 'string') return piece;
  return 'literal' in piece ? piece.literal : `\${${piece.key}}`;
}

const UNIQUE_ID = /^A(ROA|IDA)[A-Z0-9]{12,}$/;

/** A principal that was deleted shows as its unique id. Here it becomes the ARN of nobody. */
function withoutDeleted(trust: object): { readable: object; deleted: string[] } {
  const deleted: string[] = [];
  const text = JSON.stringify(trust, (_, part: unknown) => {
    if (typeof part !== 'string' || !UNIQUE_ID.test(part)) return part;
    deleted.push(part);
    return `arn:aws:iam::000000000000:role/deleted-${part}`;
  });
  return { readable: JSON.parse(text) as object, deleted };
}
