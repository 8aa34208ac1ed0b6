/** Who a trust policy names: read from the document, and matched against a caller (pure). Users and other identity providers do not exist here. */
import { MalformedPolicy } from './malformed-policy.ts';

/** Who asks. For an assumed session `roleArn` is its role. */
export interface Asker {
  readonly account: string;
  readonly arn: string;
  readonly roleArn?: string | undefined;
}

export type Principal =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'account'; readonly account: string }
  /** A role's ARN, or that of one session of it. */
  | { readonly kind: 'arn'; readonly arn: string }
  /** An AWS service, such as `ecs-tasks.amazonaws.com`: it never calls here. */
  | { readonly kind: 'service' };

const ACCOUNT = /^(?:arn:aws[\w-]*:iam::(\d{12}):root|(\d{12}))$/;
const ROLE_OR_SESSION = /^arn:aws[\w-]*:(?:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/)[\w+=,.@-]+$/;
const ROLE = /^arn:aws[\w-]*:iam::/;
const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/;

/** @throws MalformedPolicy with AWS's words, `Invalid principal in policy`, or for a kind that is not known here. */
export function parsePrincipals(source: unknown, place: string): readonly Principal[] {
  if (source === '*') return [{ kind: 'anyone' }];
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new MalformedPolicy(place, 'Invalid principal in policy');
  const principals = Object.entries(source).flatMap(([type, values]) =>
    (Array.isArray(values) ? (values as readonly unknown[]) : [values]).map((value) => parsePrincipal(type, value, place)),
  );
  if (principals.length === 0) throw new MalformedPolicy(place, 'Invalid principal in policy: it names nobody');
  return principals;
}

/**
 * AWS turns a role's ARN into its id when the document is put, and so refuses a role that is not there, in whichever account, in these words alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html. Sessions and accounts are taken at their word.
 * @throws MalformedPolicy
 */
export function checkExistence(principals: readonly Principal[], exists: (roleArn: string) => boolean): void {
  for (const principal of principals) {
    if (principal.kind === 'arn' && ROLE.test(principal.arn) && !exists(principal.arn))
      throw new MalformedPolicy('', `Invalid principal in policy: "AWS":"${principal.arn}"`);
  }
}

/** `direct` when it names the role or session itself, `account` when it leaves the choice to the caller's account. */
export function matchPrincipal(principal: Principal, asker: Asker): 'direct' | 'account' | undefined {
  switch (principal.kind) {
    case 'anyone':
      return 'account';
    case 'account':
      return principal.account === asker.account ? 'account' : undefined;
    case 'arn':
      return principal.arn === asker.roleArn || principal.arn === asker.arn ? 'direct' : undefined;
    case 'service':
  }
  return undefined;
}

function parsePrincipal(type: string, value: unknown, place: string): Principal {
  const invalid = new MalformedPolicy(place, `Invalid principal in policy: "${type}":${JSON.stringify(value)}`);
  if (typeof value !== 'string') throw invalid;
  if (type === 'Service') {
    if (!SERVICE.test(value)) throw invalid;
    return { kind: 'service' };
  }
  if (type !== 'AWS') throw new MalformedPolicy(place, `principals of the kind "${type}" are not known to this emulator`);
  if (value === '*') return { kind: 'anyone' };
  const [, root, digits] = ACCOUNT.exec(value) ?? [];
  const account = root ?? digits;
  if (account !== undefined) return { kind: 'account', account };
  if (!ROLE_OR_SESSION.test(value)) throw invalid;
  return { kind: 'arn', arn: value };
}
