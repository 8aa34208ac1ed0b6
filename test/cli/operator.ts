/** The operator's command as a process on an emulated AWS, as it is run: arguments and environment in, exit code and words out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { closeCentral, makeCentral, type Central } from '../../local/provision/central.ts';
import { CENTRAL_ACCOUNT, uniqueName } from '../contract/target.ts';

export const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** In place of cli/main.ts. */
  readonly main?: string;
}

export interface Operator {
  readonly local: LocalAws;
  readonly central: Central;
  /** Runs `logferry` with these arguments, on the table of the case. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** `logferry tenant ... --json`; fails the case unless it exits 0. */
  json<T>(...args: readonly string[]): Promise<T>;
  row(tenant: string, type?: string): Promise<Record<string, unknown> | undefined>;
  put(item: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A tenant table of its own for each case. @returns the operator, in the hooks and cases. */
export function withOperator(): () => Operator {
  let local: LocalAws;
  let operator: Operator;
  beforeAll(async () => void (local = await startLocalAws()));
  afterAll(() => local.stop());
  beforeEach(async () => void (operator = await makeOperator(local)));
  afterEach(() => closeCentral(operator.central));
  return () => operator;
}

async function makeOperator(local: LocalAws): Promise<Operator> {
  const keys = { accessKeyId: CENTRAL_ACCOUNT, secretAccessKey: 'test' };
  const cloud = { endpoint: local.endpoint, region: 'us-east-1', keys };
  const central = await makeCentral(cloud, { prefix: uniqueName('cli'), delivery: 'none' });
  const { documents } = central.clients;
  const TableName = central.table;
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Ended> => runLogferry(central, args, options);
  return {
    local,
    central,
    run,
    json: async <T>(...args: readonly string[]) => {
      const { code, stdout, stderr } = await run(['tenant', ...args, '--json']);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    row: async (tenant_id, type = 'cloudwatch') => (await documents.send(new GetCommand({ TableName, Key: { tenant_id, type } }))).Item,
    put: async (item) => void (await documents.send(new PutCommand({ TableName, Item: { type: 'cloudwatch', ...item } }))),
  };
}

/** Runs `logferry` with these arguments on the table of this central side, with keys that may do everything there. */
export async function runLogferry(
  { cloud, table }: Central,
  args: readonly string[],
  { input = '', environment, main = MAIN }: RunOptions = {},
): Promise<Ended> {
  const env = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.endpoint,
    TENANT_CONFIG_TABLE: table,
    ...environment,
  };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  // One that refuses before it reads breaks the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code: code as number | null, stdout, stderr };
}

/** A row that the worker takes. */
export function goodRow(tenant: string, account: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    tenant_id: tenant,
    log_distribution_role_arn: `arn:aws:iam::${account}:role/CustomerLogDistribution`,
    target_region: 'eu-west-1',
    external_id: `external-${tenant}`,
    ...more,
  };
}

/** What `terraform output -json handshake` of customer-module prints. */
export function handshake(tenant: string, account: string, externalId: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    version: 1,
    tenant_id: tenant,
    role_arn: `arn:aws:iam::${account}:role/CustomerLogDistribution`,
    region: 'eu-west-1',
    external_id: externalId,
    log_groups: { application: '/ROSA/cluster-logs/application', audit: '/ROSA/cluster-logs/audit', system: '/ROSA/cluster-logs/system' },
    ...more,
  });
}
