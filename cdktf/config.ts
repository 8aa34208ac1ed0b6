/**
 * What an environment may say, with every default, its unit and advice; checked as a whole before anything is synthesized. It reads no file and no variable of
 * the process: the same input gives the same configuration everywhere.
 */
import { z } from 'zod';
import { SETTINGS, type SettingName } from '../worker/settings.ts';
import { Names } from './names.ts';

export const STACKS = ['core', 'queue', 'worker', 'lambda'] as const;
export type StackKind = (typeof STACKS)[number];

/** `deploy` refuses it: it belongs to nobody. */
export const PLACEHOLDER_ACCOUNT = '000000000000';

/** Messages live 14 days, a parked one longer, and both point at an object: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const MIN_OBJECT_DAYS = 45;

const arn = z.string().regex(/^arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:.+$/, 'an ARN');
const principal = z
  .string()
  .regex(/^(\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:.+)$/, 'an account of 12 digits, or the ARN of a role, a user or an OIDC provider');
/** Where `*` stands for a whole name, everybody would be an operator. */
const operator = z
  .string()
  .regex(
    /^arn:aws[\w-]*:iam::\d{12}:(role|user)\/([\w+=,.@*-]+\/)*[\w+=,.@-]+\*?$/,
    'the ARN of an IAM role or user, a role with its path (arn:aws:iam::<account>:role/<path>/<name>, not that of a session); * may stand in the path and end the name',
  );
/** Of the worker's pods, which are no people: no pattern, so that none of them is taken for it by its name. */
const workerRole = z
  .string()
  .regex(
    /^arn:aws[\w-]*:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]+$/,
    'the ARN of an IAM role, arn:aws:iam::<account>:role/<path>/<name>',
  );
const whole = (min: number, max: number, fallback: number) => z.int().min(min).max(max).default(fallback);
const email = z.email();

/** Of Fargate, in CPU units and MiB: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
const FARGATE_CPU = [256, 512, 1024, 2048, 4096, 8192, 16_384] as const;

/** What a `core` that was made elsewhere must name. */
export const coreRefs = z.strictObject({
  bucketName: z.string(),
  quarantineBucketName: z.string(),
  topicArn: arn,
  alarmTopicArn: arn,
  tenantTableName: z.string(),
  ledgerTableName: z.string(),
  centralRoleArn: arn,
  /** Missing: `tenant verify` cannot tell a role that is missing from one that does not trust us. */
  probeRoleArn: arn.optional(),
  /** Encrypts what rests: both buckets, both tables, the image repository. */
  dataKeyArn: arn,
  /** Encrypts what passes: topics, queues, the worker's own logs. */
  messagesKeyArn: arn,
  repositoryUrl: z.string(),
});
export type CoreRefs = z.infer<typeof coreRefs>;

/** What a `queue` that was made elsewhere must name. */
export const queueRefs = z.strictObject({ queueArn: arn, overflowQueueArn: arn, deadLetterQueueArn: arn });
export type QueueRefs = z.infer<typeof queueRefs>;

const serviceAccounts = z
  .array(z.string().regex(/^[a-z0-9.-]{1,253}:[a-z0-9.-]{1,253}$/, 'namespace:name of a service account'))
  .min(1)
  .default(['logging:vector-logs']);

const agents = z.strictObject({
  /** Who may assume the writer role: the platform's clusters. Default: the account itself, so that its own IAM policies decide. */
  principals: z.array(principal).default([]),
  /** `namespace:name` of Vector's pods, for those principals that are OIDC providers: of the cluster's other pods, none may write logs. */
  serviceAccounts,
  /** Customers who run the agents themselves: each gets a writer role bound to `customerId/*`. */
  customers: z
    .array(
      z.strictObject({
        customerId: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, '1 to 40 of A-Z, a-z, 0-9, ., _ and -'),
        principals: z.array(principal).min(1),
        serviceAccounts,
        externalId: z.string().min(2).max(1224).optional(),
      }),
    )
    .default([]),
});

const retention = z.strictObject({
  /** Log objects, in days. Nothing goes before 45 days: messages, parked rows and dead letters point at them. */
  objectDays: whole(MIN_OBJECT_DAYS, 3650, 60),
  /** Overwritten or deleted objects, in days from then. */
  noncurrentDays: whole(MIN_OBJECT_DAYS, 3650, 45),
  quarantineDays: whole(MIN_OBJECT_DAYS, 3650, 90),
  /** The worker's own log, in days; one of CloudWatch's steps. */
  workerLogDays: z.union([7, 14, 30, 60, 90, 180, 365].map((days) => z.literal(days))).default(30),
});

const network = z.strictObject({
  /** A VPC that is there already; its subnets must be private and reach the internet or hold endpoints. Nothing else of this section is used then. */
  existing: z.strictObject({ vpcId: z.string().regex(/^vpc-/), subnetIds: z.array(z.string().regex(/^subnet-/)).min(1) }).optional(),
  cidr: z
    .string()
    .regex(/^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2[0-2])$/, 'a block of /16 to /22')
    .default('10.64.0.0/20'),
  zones: whole(1, 4, 2),
  /** The way out: customers' regions are reached by it. Without it only customers in this very region are, and `interfaceEndpoints` is needed. */
  nat: z.boolean().default(true),
  natPerZone: z.boolean().default(false),
  /** Calls to this region's services stay off the NAT: worth it from about 1.5 TB a month and zone on. */
  interfaceEndpoints: z.boolean().default(false),
});

const settings = z.partialRecord(z.enum(Object.keys(SETTINGS) as [SettingName, ...SettingName[]]), z.string());

const worker = z.strictObject({
  cpu: z.union(FARGATE_CPU.map((units) => z.literal(units))).default(1024),
  memoryMiB: whole(512, 122_880, 2048),
  /** 0 lets the service sleep: the first line after a quiet time waits for a task to start, and the sweep comes hourly. */
  minTasks: whole(0, 500, 1),
  maxTasks: whole(1, 500, 10),
  /** Tasks that are never Spot; of those above, `spotShare` in a hundred are. */
  onDemandBase: whole(0, 500, 1),
  spotShare: whole(0, 100, 75),
  /**
   * Messages, visible and in flight, that one task is to have at most; more tasks are started above it. Lower where objects are few and heavy: a task takes up to 200
   * messages (ADMISSION_OBJECTS) that new tasks cannot take over. docs/scaling.md shows what it does to lag and cost.
   */
  backlogPerTask: whole(1, 100_000, 100),
  /** Further settings of the worker by their names in docs/configuration.md, such as { LOG_LEVEL: 'debug' }. */
  settings: settings.default({}),
});

const lambda = z.strictObject({
  memoryMiB: whole(256, 10_240, 1024),
  /** Below the queue's 900 s of invisibility, or the mapping is refused. */
  timeoutSeconds: whole(60, 900, 300),
  /** Shared by the queue (all but 2) and the overflow queue; a mapping has 2 at least. */
  reservedConcurrency: whole(4, 1000, 100),
  settings: settings.default({}),
});

const environment = z.strictObject({
  account: z.string().regex(/^\d{12}$/, 'the 12 digits of the account'),
  region: z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'a region such as us-east-1'),
  /** What is deployed when no stack is named. */
  stacks: z.array(z.enum(STACKS)).min(1).default(['core', 'queue', 'worker']),
  /** Both processors on one queue take turns at random: only for moving from one to the other. */
  allowWorkerAndLambda: z.boolean().default(false),
  /**
   * Whether `destroy` may take logs, rows and images with it. Without it Terraform refuses, before it touches anything, a plan that would delete or replace what
   * holds them. For taking an environment down: set it, deploy `core`, destroy. Default: only on an emulator.
   */
  expendable: z.boolean().optional(),
  /** An AWS-compatible emulator in place of AWS; credentials are then "test". */
  endpoint: z.url().optional(),
  /** Where Terraform's state is kept: a bucket of yours, locked by a lock file in it. Missing: terraform.state/ in this folder, for one person alone. */
  state: z
    .strictObject({ bucket: z.string(), region: z.string(), keyPrefix: z.string().default('logferry'), kmsKeyId: z.string().optional() })
    .optional(),
  /** Parts made elsewhere, in place of the stacks of the same name. */
  existing: z.strictObject({ core: coreRefs.optional(), queue: queueRefs.optional() }).default({}),
  /** The roles in the customers' accounts that the central role may assume; `*` at its end allows suffixes. */
  customerRoleName: z
    .string()
    .regex(/^[\w+=,.@-]{1,63}\*?$/, 'the name of a role, with or without * at its end')
    .default('CustomerLogDistribution*'),
  /**
   * Who may verify tenants: roles and users of this account, which may assume the central role as the worker does and so write into every tenant's groups. Default:
   * nobody. docs/deployment.md, "Operators", says how those of IAM Identity Center are named.
   */
  operators: z.array(operator).default([]),
  /**
   * Roles of this account in which the worker runs elsewhere than in the stacks `worker` and `lambda`, as on Kubernetes: they may assume the central role as the
   * worker does, and `queue` makes a policy for them with all else that the worker needs. Default: none.
   */
  workerRoles: z.array(workerRole).default([]),
  agents: agents.prefault({}),
  retention: retention.prefault({}),
  /** Tag of the image; tags are never overwritten, so each build has its own. Default: the version in package.json. */
  imageTag: z
    .string()
    .regex(/^[\w][\w.-]{0,127}$/, 'a tag of an image')
    .optional(),
  network: network.prefault({}),
  worker: worker.prefault({}),
  lambda: lambda.prefault({}),
  /** Blocks of addresses and security groups from which Prometheus scrapes the tasks. Missing: nobody can. */
  scrapeFrom: z.strictObject({ cidrs: z.array(z.string()).default([]), securityGroupIds: z.array(z.string()).default([]) }).prefault({}),
  /** Told of alarms, after each has confirmed a mail of AWS. */
  alarmEmails: z.array(email).default([]),
  /** Ten addresses at most: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html */
  budget: z.strictObject({ monthlyUsd: z.number().positive(), emails: z.array(email).min(1).max(10) }).optional(),
});

/** What the image's repository and the DNS name of the tasks may be made of: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const WORDS = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const word = (min: number, max: number) =>
  z.string().min(min).max(max).regex(WORDS, `${min} to ${max} of a-z, 0-9 and single - between them, a letter first`);
const environmentName = word(1, 16);
const input = z.strictObject({
  project: word(2, 12),
  environments: z.record(environmentName, environment),
});

export type EnvironmentsInput = z.input<typeof input>['environments'];

/** One environment, checked, nothing optional left but what may really be missing. */
export type Environment = z.output<typeof environment> & { readonly project: string; readonly name: string };

/** @throws EnvironmentsError that names every fault with its place. */
export function checkEnvironments(project: string, environments: EnvironmentsInput): Environment[] {
  const parsed = input.safeParse({ project, environments });
  if (!parsed.success) throw new EnvironmentsError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  const all = Object.entries(parsed.data.environments).map(([name, one]) => ({ ...one, project: parsed.data.project, name }));
  const faults = all.flatMap((one) => crossChecks(one).map((fault) => `environments.${one.name}.${fault}`));
  if (faults.length > 0) throw new EnvironmentsError(faults);
  return all;
}

function crossChecks(one: Environment): string[] {
  const ours = new Names(one).globalArn('iam', '');
  const has = (kind: StackKind) => one.stacks.includes(kind);
  const faults: string[] = [];
  const rule = (broken: boolean, fault: string) => broken && faults.push(fault);
  const customers = one.agents.customers.map(({ customerId }) => customerId.toLowerCase());
  rule(
    new Set(customers).size < customers.length,
    'agents.customers: two have the same customerId; IAM, which names a role after each, does not tell upper from lower case',
  );
  for (const operator of one.operators.filter((arn) => !arn.startsWith(ours)))
    faults.push(`operators: ${operator} is not of this account, ${ours}; let its people take on a role here, and name that`);
  for (const role of one.workerRoles.filter((arn) => !arn.startsWith(ours)))
    faults.push(`workerRoles: ${role} is not of this account, ${ours}; the worker runs in the central account's own roles`);
  rule(
    has('worker') && has('lambda') && !one.allowWorkerAndLambda,
    'stacks: worker and lambda would take turns on one queue at random; leave one out, or set allowWorkerAndLambda while you move from one to the other',
  );
  rule(one.worker.minTasks > one.worker.maxTasks, 'worker.minTasks: must not be above worker.maxTasks');
  rule(
    !fitsFargate(one.worker.cpu, one.worker.memoryMiB),
    `worker.memoryMiB: Fargate has no ${one.worker.memoryMiB} MiB with ${one.worker.cpu} CPU units`,
  );
  rule(
    !one.network.nat && !one.network.interfaceEndpoints && one.network.existing === undefined,
    'network.nat: without it tasks reach no AWS service; set interfaceEndpoints',
  );
  rule(
    !has('core') && one.existing.core === undefined,
    'stacks: the others need `core`; add it, or name what was made elsewhere in existing.core',
  );
  rule(
    (has('worker') || has('lambda')) && !has('queue') && one.existing.queue === undefined,
    'stacks: worker and lambda need `queue`; add it, or name what was made elsewhere in existing.queue',
  );
  rule(has('core') && one.existing.core !== undefined, 'existing.core: there is a stack `core` too; leave one out');
  rule(has('queue') && one.existing.queue !== undefined, 'existing.queue: there is a stack `queue` too; leave one out');
  return faults;
}

/** 2 to 8 MiB a CPU unit, whole GiB; the smallest size has half a GiB too, and the largest have coarser steps. */
function fitsFargate(cpu: number, memoryMiB: number): boolean {
  if (cpu === 256) return [512, 1024, 2048].includes(memoryMiB);
  const step = cpu === 16_384 ? 8192 : cpu === 8192 ? 4096 : 1024;
  const [least, most] = cpu === 512 ? [1024, 4096] : cpu === 16_384 ? [32_768, 122_880] : [cpu * 2, Math.min(cpu * 8, 61_440)];
  return memoryMiB >= least && memoryMiB <= most && memoryMiB % step === 0;
}

/** What an emulator holds is nobody's. */
export function isExpendable({ expendable, endpoint }: Environment): boolean {
  return expendable ?? endpoint !== undefined;
}

/** The configuration of the infrastructure is wrong. Nothing was synthesized. */
export class EnvironmentsError extends Error {
  constructor(faults: readonly string[]) {
    super(
      `the environments are wrong (cdktf/environments.ts, or the file named by LOGFERRY_ENVIRONMENTS):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'EnvironmentsError';
  }
}
