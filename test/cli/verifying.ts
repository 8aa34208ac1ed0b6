/** Tenants on the operator's emulated AWS, made wrong in one way each, and what `tenant verify` says of them. */
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import type { Cause, Check, CheckName } from '../../cli/verify/check.ts';
import { makeTenant, setTrust, type TenantOptions, type TenantSide } from '../../local/provision/tenant.ts';
import type { Ended, Operator, RunOptions } from './operator.ts';

export interface Verified extends Ended {
  readonly checks: readonly Check[];
  readonly outcomes: Partial<Record<CheckName, string>>;
  readonly check: (name: CheckName) => Check;
}

let accounts = 0;

/** Keys of an account that no other case has. */
export function newAccount(): { account: string; keys: { accessKeyId: string; secretAccessKey: string } } {
  const account = String(210_000_000_000 + ++accounts);
  return { account, keys: { accessKeyId: account, secretAccessKey: 'test' } };
}

export interface Made {
  readonly tenant: TenantSide;
  /** Replaces whom their role trusts. */
  setTrust(document: object): Promise<void>;
  /** Replaces what their role may do. */
  setPermissions(document: object): Promise<void>;
}

export async function makeCustomer({ central }: Operator, options: Partial<TenantOptions> = {}): Promise<Made> {
  const { account, keys } = newAccount();
  const tenant = await makeTenant(central, { id: 'acme', account, keys, region: 'us-east-1', ...options });
  return {
    tenant,
    setTrust: (document) => setTrust(central, keys, JSON.stringify(document)),
    setPermissions: async (document) => {
      const iam = new IAMClient({ endpoint: central.cloud.endpoint, region: central.cloud.region, credentials: keys });
      const PolicyDocument = JSON.stringify(document);
      await iam.send(new PutRolePolicyCommand({ RoleName: 'CustomerLogDistribution', PolicyName: 'deliver', PolicyDocument }));
      iam.destroy();
    },
  };
}

export async function verify(operator: Operator, args: readonly string[] = [], options: RunOptions = {}): Promise<Verified> {
  const ended = await runVerify(operator, ['acme', ...args, '--json'], options);
  const checks = ended.stdout === '' ? [] : (JSON.parse(ended.stdout) as Check[]);
  const check = (name: CheckName): Check => {
    const found = checks.find((one) => one.check === name);
    if (found === undefined) throw new Error(`no check ${name}: ${ended.stderr}`);
    return found;
  };
  return { ...ended, checks, check, outcomes: Object.fromEntries(checks.map((one) => [one.check, one.outcome])) };
}

export function runVerify(operator: Operator, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const environment = { CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: operator.central.roleArn, ...options.environment };
  return operator.run(['tenant', 'verify', ...args], { ...options, environment });
}

/** What a red check says. */
export function red(causes: readonly Cause[], reason?: RegExp): object {
  return { outcome: 'red', causes, ...(reason && { reason: expect.stringMatching(reason) as string }) };
}

export const ALL_GREEN = {
  row: 'green',
  clock: 'green',
  'hop 1': 'green',
  'hop 2': 'green',
  group: 'green',
  put: 'green',
  kms: 'green',
  'read back': 'skipped',
  retention: 'green',
};
