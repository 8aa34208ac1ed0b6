/** What goes wrong when a customer is onboarded: the rows of the page's table, each made on the parts as they were applied. */
import type { Cause, CheckName } from '../../../cli/verify/check.ts';
import type { FaultRule } from '../../../local/faults/rule.ts';
import type { Customer } from './customer.ts';

export interface NamedFault {
  readonly check: CheckName;
  readonly cause: Cause;
  /** Wrong on the customer's side. */
  readonly make?: (customer: Customer) => Promise<void> | void;
  /** Wrong in the row: fields to set. */
  readonly row?: string;
  /** Wrong on the way there: what no emulator does by itself. It ends by itself, too. */
  readonly rule?: FaultRule;
  /** AWS answers alike to several faults: only their role, as they send it, tells which it is. */
  readonly byRole?: true;
}

const GROUP = '/ROSA/cluster-logs/application';
const KEY = 'arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const refuse = (code: string, message: string): FaultRule['effect'] => ({ kind: 'refuse', code, status: 400, message });

export const FAULTS: Readonly<Record<string, NamedFault>> = {
  'role missing': { check: 'hop 2', cause: 'role-missing', make: ({ role }) => role.delete() },
  'trust lacks the central role': {
    check: 'hop 2',
    cause: 'trust-principal',
    byRole: true,
    make: ({ role }) => role.changeTrust(/(:role\/[\w-]+)-central"/, '$1-probe"'),
  },
  'ExternalId differs': {
    check: 'hop 2',
    cause: 'external-id',
    byRole: true,
    make: ({ role }) => role.changeTrust(/("sts:ExternalId":)("[^"]*"|\[[^\]]*\])/, '$1"another-one"'),
  },
  '`sts:TagSession` missing': {
    check: 'hop 2',
    cause: 'tag-session',
    make: ({ role }) => role.changeTrust(/sts:TagSession/, 'sts:SetSourceIdentity'),
  },
  'tag condition differs': {
    check: 'hop 2',
    cause: 'tag-tenant_id',
    byRole: true,
    make: ({ role }) => role.changeTrust(/("aws:PrincipalTag\/tenant_id":)("[^"]*"|\[[^\]]*\])/, '$1"somebody-else"'),
  },
  'logs permission missing': { check: 'put', cause: 'logs-permission', make: ({ role }) => role.forbid('logs:PutLogEvents') },
  'group missing': { check: 'group', cause: 'group-missing', make: (customer) => customer.deleteGroup(GROUP) },
  'wrong region': { check: 'group', cause: 'wrong-region', row: 'target_region=us-west-2' },
  'KMS key refuses': {
    check: 'kms',
    cause: 'kms',
    rule: { action: 'PutLogEvents', effect: refuse('InvalidParameterException', `The specified KMS Key Id ${KEY} could not be used.`) },
  },
  'session expired': {
    check: 'clock',
    cause: 'expired',
    rule: { action: 'GetCallerIdentity', effect: refuse('ExpiredTokenException', 'The security token included in the request is expired') },
  },
  throttled: { check: 'put', cause: 'throttled', rule: { action: 'PutLogEvents', effect: 'throttle' } },
};
