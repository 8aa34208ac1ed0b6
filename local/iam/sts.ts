/** STS by AWS's rules: AssumeRole and GetCallerIdentity in the Query protocol. It never grants what a trust policy does not. */
import type { Clock, LocalService } from '../service.ts';
import { assumeRole } from './assume-role.ts';
import { CallLog, type StsCall } from './call-log.ts';
import type { Identities } from './identities.ts';
import { createQueryService, type QueryAction, type QueryCall, QueryError } from './query.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export interface StsService extends LocalService {
  readonly calls: CallLog;
}

export interface StsOptions {
  /** Where calls are noted; one of its own by default. */
  readonly calls?: CallLog;
}

export function createSts(identities: Identities, clock: Clock, { calls = new CallLog() }: StsOptions = {}): StsService {
  const noted = (action: string, answer: QueryAction): QueryAction => {
    return (call) => {
      const note = (error?: string): void => calls.add({ ...describe(action, call), at: clock.now(), error });
      try {
        const result = answer(call);
        note();
        return result;
      } catch (error) {
        note(error instanceof QueryError ? error.code : 'InternalFailure');
        throw error;
      }
    };
  };
  const service = createQueryService({
    name: 'STS',
    namespace: NAMESPACE,
    explain: () => undefined,
    actions: {
      AssumeRole: noted('AssumeRole', (call) => answerAssumeRole(identities, call)),
      GetCallerIdentity: noted('GetCallerIdentity', (call) => answerCallerIdentity(identities, call)),
    },
  });
  return { ...service, calls };
}

function answerAssumeRole(identities: Identities, { caller, form }: QueryCall): Record<string, unknown> {
  const { role, session, sessionName, packedSizePercent } = assumeRole(identities, caller, form);
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: `${new Date(session.expiresAtMs).toISOString().slice(0, 19)}Z`,
    },
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: session.arn },
    ...(packedSizePercent === undefined ? {} : { PackedPolicySize: packedSizePercent }),
  };
}

/** Nobody needs a permission for it. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
function answerCallerIdentity(identities: Identities, { caller }: QueryCall): Record<string, unknown> {
  const role = caller.roleArn === undefined ? undefined : identities.getRole(caller.roleArn);
  const UserId = role === undefined ? caller.account : `${role.id}:${caller.arn.split('/').at(-1)}`;
  return { Arn: caller.arn, UserId, Account: caller.account };
}

function describe(action: string, { caller, form }: QueryCall): Omit<StsCall, 'at' | 'error'> {
  return {
    action,
    callerArn: caller.arn,
    roleArn: form.text('RoleArn'),
    sessionName: form.text('RoleSessionName'),
    externalId: form.text('ExternalId'),
    tags: Object.fromEntries(form.tags('Tags')),
  };
}
