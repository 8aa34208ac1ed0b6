/** Hop 2: from the central role into the customer's, as the worker does it; and when it is refused, why. */
import type { SessionCredentials } from '../../worker/clients.ts';
import { describe } from '../../worker/errors.ts';
import { accountOf } from '../../worker/locate/assume-role.ts';
import type { CliClients } from '../clients.ts';
import type { Result, Step } from './check.ts';
import { denialOf, isThrottled, passingResult, type Denial } from './denial.ts';
import { experiment, isLetIn, type Tries } from './experiments.ts';
import { takeTenantRole } from './hops.ts';
import { refusedFor, refusedSomehow, type Found } from './hop-two-fix.ts';
import type { RoleDocument } from './role-document.ts';
import { assumeStatement, tagSessionStatement, type Side } from './statements.ts';
import { differencesOf } from './trust-diagnosis.ts';

export interface HopTwoDeps {
  readonly clients: Pick<CliClients, 'sts' | 'stsWith'>;
  readonly side: Side;
  readonly tries: Tries;
  /** The customer's role as they told it; `missing` when their own account has none. */
  readonly role?: RoleDocument | 'missing';
}

export async function checkHopTwo(deps: HopTwoDeps, central: SessionCredentials): Promise<Step<SessionCredentials>> {
  try {
    return await tried(deps, central);
  } catch (error) {
    return { result: passingResult(error, 'session') ?? (await refusal(deps, central, error)) };
  }
}

async function tried(deps: HopTwoDeps, central: SessionCredentials): Promise<Step<SessionCredentials>> {
  const { clients, side } = deps;
  const { credentials, arn } = await takeTenantRole(clients, central, side.route);
  if (accountOf(arn) === side.route.account) return { result: await letIn(deps, central), value: credentials };
  const reason = `STS gave a session of ${arn}, which is not of account ${side.route.account}`;
  return { result: { outcome: 'red', reason, causes: ['wrong-account'] } };
}

/** It works; but who else would be let in? */
async function letIn({ clients, side, role }: HopTwoDeps, central: SessionCredentials): Promise<Result> {
  const { route } = side;
  const { tenant } = route.source;
  if (route.externalId === undefined)
    return {
      outcome: 'warning',
      reason: 'their role lets us in, and the row has no ExternalId: whoever may write rows can point us at any role that trusts us',
      causes: ['no-external-id'],
      fix: {
        side: 'operator',
        does: 'agree on one, then send them the template again',
        command: `logferry tenant set ${tenant} external_id=...`,
      },
    };
  if (await isLetIn(clients, central, { ...route, externalId: undefined }))
    return {
      outcome: 'warning',
      reason: 'their role lets us in, and asks for no ExternalId',
      causes: ['no-external-id'],
      fix: { side: 'customer', does: 'put this in place of the statement that lets us in', statement: assumeStatement(side) },
    };
  const found = role === undefined || role === 'missing' ? [] : differencesOf(role.trust, side);
  if (found.some(({ cause }) => cause === 'tag-session'))
    return {
      outcome: 'warning',
      reason:
        'their role lets us in, but its trust policy does not allow sts:TagSession, without which AWS may refuse tags that are passed on',
      causes: ['tag-session'],
      fix: { side: 'customer', does: 'add this statement to their trust policy', statement: tagSessionStatement(side) },
    };
  return { outcome: 'green', reason: 'their role lets us in with the ExternalId, and not without' };
}

async function refusal(deps: HopTwoDeps, central: SessionCredentials, error: unknown): Promise<Result> {
  const { side, role, clients, tries } = deps;
  const said = withoutSecret(describe(error), side.route.externalId);
  const denial = denialOf(error);
  if (denial === undefined) return { outcome: 'red', reason: 'STS does not take the call', said, causes: ['unexpected'] };
  const told = toldByAws(denial) ?? toldByThem(role, side);
  if (told !== undefined) return refusedFor(told, side, said);
  try {
    const findings = await experiment(clients, central, side, { ...tries, isThere: denial.policy === 'role trust policy' });
    return findings.found === undefined ? refusedSomehow(findings, side, said) : refusedFor([findings.found], side, said);
  } catch (thrown) {
    const why = isThrottled(thrown) ? 'AWS throttles us' : withoutSecret(describe(thrown), side.route.externalId, ...tries.externalIds);
    return refusedSomehow({ ruledOut: [], untold: [`the experiments broke off: ${why}`] }, side, said);
  }
}

/** Policies of the role that is asked for; all others bind who asks, and so are ours. */
const THEIRS = /trust|resource/;

/** AWS names the policy, or the action, in some cases. */
function toldByAws({ action, policy, isExplicit }: Denial): Found[] | undefined {
  if (policy !== undefined && THEIRS.test(policy) && isExplicit)
    return [{ cause: 'explicit-deny', says: `a statement of their ${policy} denies it` }];
  if (policy !== undefined && !THEIRS.test(policy))
    return [
      {
        cause: 'central-policy',
        says: `our own side: the ${policy} of the central role ${isExplicit ? 'denies it' : 'does not let it take'} this role`,
      },
    ];
  if (action === 'sts:TagSession') return [{ cause: 'tag-session', says: 'their trust policy does not allow sts:TagSession' }];
  return undefined;
}

/** @returns undefined where they told nothing, or where what they told lets us in: then something else is in the way. */
function toldByThem(role: HopTwoDeps['role'], side: Side): Found[] | undefined {
  const { roleArn, account } = side.route;
  if (role === undefined) return undefined;
  if (role === 'missing') return [{ cause: 'role-missing', says: `there is no role ${roleArn} in account ${account}` }];
  if (role.arn !== undefined && role.arn !== roleArn)
    return [{ cause: 'other-role', says: `their role is ${role.arn}; the row says ${roleArn}` }];
  const found = differencesOf(role.trust, side);
  if (found.length > 0) return found;
  return [
    {
      cause: 'explicit-deny',
      says: 'the trust policy that they sent would let us in: a resource control policy of theirs or a service control policy of ours denies it, or it has changed since',
    },
  ];
}

function withoutSecret(text: string, ...externalIds: readonly (string | undefined)[]): string {
  return externalIds.reduce<string>((left, id) => (id === undefined ? left : left.replaceAll(id, '[external_id]')), text);
}
