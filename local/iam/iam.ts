/**
 * A small IAM: roles and their policies, in the Query protocol, so that anyone with an SDK, a CLI or Terraform can make them. It never keeps a
 * document that the evaluator does not understand.
 */
import type { LocalService } from '../service.ts';
import { callerContext, type Identities } from './identities.ts';
import { MalformedPolicy } from './malformed-policy.ts';
import { createQueryService, type QueryAction, type QueryCall, QueryError } from './query.ts';
import { roleActions } from './role-actions.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

export function createIam(identities: Identities): LocalService {
  const actions = Object.entries(roleActions(identities)).map(([action, answer]) => [action, guarded(identities, action, answer)] as const);
  return createQueryService({
    name: 'IAM',
    namespace: NAMESPACE,
    actions: Object.fromEntries(actions),
    explain: (error) => (error instanceof MalformedPolicy ? new QueryError('MalformedPolicyDocument', error.message) : undefined),
  });
}

/** Static keys are their account's administrator; a session may do what its role's policies allow. */
function guarded(identities: Identities, action: string, answer: QueryAction): QueryAction {
  return (call) => {
    const resource = resourceOf(identities, call);
    const may = identities.evaluateIdentity(call.caller, `iam:${action}`, resource, callerContext(call.caller));
    if (may !== 'allow') {
      const reason =
        may === 'explicit-deny'
          ? 'with an explicit deny in an identity-based policy'
          : `because no identity-based policy allows the iam:${action} action`;
      throw new QueryError(
        'AccessDenied',
        `User: ${call.caller.arn} is not authorized to perform: iam:${action} on resource: ${resource} ${reason}`,
        403,
      );
    }
    return answer(call);
  };
}

function resourceOf(identities: Identities, { caller, form }: QueryCall): string {
  const name = form.text('RoleName');
  const role = name === undefined ? undefined : identities.findRole(caller.account, name);
  return role?.arn ?? `arn:aws:iam::${caller.account}:role${form.text('Path') ?? '/'}${name ?? ''}`;
}
