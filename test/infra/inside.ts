/**
 * A run of the real worker inside what was applied: started with exactly the environment variables and the role of the task definition, for customers in accounts
 * and regions of their own. What Fargate or the machine adds stands in `added`; nothing of the task's own is left out or changed.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { closeCentral, type Central, type Keys } from '../../local/provision/central.ts';
import { makeTenant, type TenantSide } from '../../local/provision/tenant.ts';
import { WorkerProcess } from '../../local/worker-process.ts';
import { EcsAgent } from '../support/ecs-agent.ts';
import { judge, type Judgement } from './allowed.ts';
import { readKeys, readSchedule, readWorker, type AppliedWorker } from './applied.ts';
import { readRole } from './applied-roles.ts';
import { startRecorder, type Call, type Recorder } from './calls.ts';
import { CENTRAL_ACCOUNT } from './emulator/moto.ts';

/** moto takes any key that it has not given itself for the central account's own. */
const ROOT: Keys = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The platform's own: in the central account. */
const OWN_AGENTS = { account: CENTRAL_ACCOUNT };

export class Inside {
  readonly central: Central;
  readonly worker: WorkerProcess;
  readonly #recorder: Recorder;
  readonly #agent: EcsAgent;
  readonly applied: AppliedWorker;
  readonly #taskKeys: Keys;
  /** Access key -> role, of the sessions that a service of AWS begins: ECS the task's, Scheduler the schedule's. */
  readonly #sessions = new Map<string, string>();
  /** Access key -> account, of those that no policy limits. */
  readonly #administrators = new Map<string, string>();
  readonly #writers: string[] = [];
  readonly #tenants: TenantSide[] = [];

  private constructor(central: Central, applied: AppliedWorker, parts: { recorder: Recorder; agent: EcsAgent; keys: Keys }) {
    const { recorder, agent, keys } = parts;
    this.central = central;
    this.applied = applied;
    this.#recorder = recorder;
    this.#agent = agent;
    this.#taskKeys = keys;
    this.#sessions.set(keys.accessKeyId, applied.taskRoleArn);
    this.worker = new WorkerProcess({ environment: { ...applied.environment, ...added(recorder, agent, keys) } });
  }

  /** @param endpoint the emulator's; only the worker, the agents and the schedule go by the recorder. */
  static async start(endpoint: string): Promise<Inside> {
    const applied = await readWorker(endpoint);
    const central = centralOf(endpoint, applied.environment);
    const keys = await sessionOf(central, applied.taskRoleArn);
    return new Inside(central, applied, { keys, recorder: await startRecorder(endpoint), agent: await EcsAgent.start() });
  }

  /** A customer in an account of their own, whose row is in the tenant table as applied. */
  async tenant(id: string, account: string, region: string): Promise<TenantSide> {
    const keys = await administratorOf(this.central, account);
    const tenant = await makeTenant(this.central, { id, account, keys, region });
    this.#tenants.push(tenant);
    return tenant;
  }

  /** S3 as agents have it, with a session of the role that they assume. @param by whose agents: the account, and what it has agreed upon. */
  async writer(roleArn: string, { account, externalId }: { account: string; externalId?: string } = OWN_AGENTS): Promise<S3Client> {
    this.#writers.push(roleArn);
    const keys = account === CENTRAL_ACCOUNT ? ROOT : await administratorOf(this.central, account);
    this.#administrators.set(keys.accessKeyId, account);
    const { endpoint } = this.#recorder;
    const { region } = this.central.cloud;
    const credentials = await sessionOf({ cloud: { endpoint, region, keys } }, roleArn, externalId);
    return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  }

  /** As EventBridge Scheduler would: the schedule's own body, to its own target, by its own role. */
  async sweep(): Promise<void> {
    const { queueArn, roleArn, message } = await readSchedule(this.central.cloud.endpoint);
    const credentials = await sessionOf(this.central, roleArn);
    this.#sessions.set(credentials.accessKeyId, roleArn);
    const { region } = this.central.cloud;
    const sqs = new SQSClient({ endpoint: this.#recorder.endpoint, region, credentials, useQueueUrlAsEndpoint: false });
    await sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queueArn), MessageBody: message }));
    sqs.destroy();
  }

  /** All calls of the worker, the agents and the schedule so far, by the roles as they are in the emulator now. */
  async judge(): Promise<Judgement> {
    const { cloud, roleArn } = this.central;
    const ours = [...new Set([...this.#sessions.values(), roleArn, ...this.#writers])];
    const roles = await Promise.all([
      ...ours.map(async (arn) => await readRole(cloud, arn, ROOT)),
      ...this.#tenants.map(async (tenant) => await readRole(cloud, tenant.roleArn, await administratorOf(this.central, tenant.account))),
    ]);
    const applied = { roles, administrators: this.#administrators, sessions: this.#sessions, keys: await readKeys(this.central) };
    return judge([...this.#recorder.calls, ...this.#protections()], applied);
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    await this.worker.kill();
    await this.#recorder.stop();
    this.#agent.stop();
    for (const { logs } of this.#tenants) logs.destroy();
    closeCentral(this.central);
  }

  /** ECS's agent calls in the task's name. */
  #protections(): Call[] {
    const { accessKeyId } = this.#taskKeys;
    const input = { cluster: this.applied.cluster };
    const call = { service: 'ecs', operation: 'UpdateTaskProtection', region: this.central.cloud.region, url: '/', status: 200 };
    return this.#agent.calls.map(() => ({ ...call, accessKeyId, input }));
  }
}

/** The task's credentials, which Fargate hands out by an address; ECS's agent; and the way to the emulator. PATH comes from WorkerProcess, to find Node. */
function added(recorder: Recorder, agent: EcsAgent, keys: Keys): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: recorder.endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken ?? '',
    ECS_AGENT_URI: agent.uri,
  };
}

/** moto asks no trust policy; the judge does. */
async function sessionOf({ cloud }: Pick<Central, 'cloud'>, RoleArn: string, ExternalId?: string): Promise<Keys> {
  const sts = new STSClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.keys });
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ExternalId }));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** moto keeps accounts apart by the role that a session is of, whether there is such a role or not. */
async function administratorOf(central: Central, account: string): Promise<Keys> {
  return await sessionOf(central, `arn:aws:iam::${account}:role/administrator`);
}

/** The central side as the task definition names it. */
function centralOf(endpoint: string, environment: Readonly<Record<string, string>>): Central {
  const of = (name: string) => environment[name] ?? '';
  const region = of('AWS_REGION');
  const config = { endpoint, region, credentials: ROOT };
  return {
    cloud: { endpoint, region, keys: ROOT },
    account: CENTRAL_ACCOUNT,
    environment,
    bucket: of('S3_BUCKET_NAME'),
    quarantineBucket: of('QUARANTINE_BUCKET'),
    table: of('TENANT_CONFIG_TABLE'),
    ledgerTable: of('LEDGER_TABLE'),
    roleArn: of('CENTRAL_LOG_DISTRIBUTION_ROLE_ARN'),
    probeRoleArn: '',
    queueUrl: of('SQS_QUEUE_URL'),
    deadLetterUrl: of('DLQ_URL'),
    topicArn: '',
    clients: {
      s3: new S3Client({ ...config, forcePathStyle: true }),
      sqs: new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
      sns: new SNSClient(config),
      documents: DynamoDBDocumentClient.from(new DynamoDBClient(config)),
    },
  };
}

function urlOf(queueArn: string): string {
  const [, , , region, account, name] = queueArn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}
