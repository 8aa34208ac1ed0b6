/**
 * Every resource of the kinds that the stacks make, in the central account of the emulator: asked of each service, since a state that is empty does not say that
 * AWS is. Keys that wait for their deletion are left out: AWS deletes none at once.
 */
import { askJson, askRest, askXml, type JsonService } from './ask.ts';

type List = (endpoint: string) => Promise<readonly string[]>;

/** By an operation whose answer has a list of names or of objects. */
function json(service: JsonService, operation: string, field: string, name?: string, body?: object): List {
  return async (endpoint) => pick((await askJson<Record<string, unknown>>(endpoint, service, operation, body))[field], name);
}

function rest(service: 'scheduler' | 'lambda', path: string, field: string, name: string): List {
  return async (endpoint) => pick((await askRest<Record<string, unknown>>(endpoint, service, path))[field], name);
}

/** By an operation that answers in XML: the texts of an element. */
function xml(service: Parameters<typeof askXml>[1], Action: string, element: string, more: Record<string, string> = {}): List {
  const found = new RegExp(`<${element}>([^<]+)</${element}>`, 'g');
  return async (endpoint) => [...(await askXml(endpoint, service, { Action, ...more })).matchAll(found)].map(([, text = '']) => text);
}

const AS_ECS = { ServiceNamespace: 'ecs' };
const OWN = { Scope: 'Local' };
/** What was deleted is told of for a while. */
const living = (filter: string) => ({ 'Filter.1.Name': filter, 'Filter.1.Value.1': 'available' });

const KINDS: Readonly<Record<string, List>> = {
  alarm: xml('monitoring', 'DescribeAlarms', 'AlarmName'),
  bucket: xml('s3', 'ListBuckets', 'Name'),
  cluster: livingClusters,
  dashboard: xml('monitoring', 'ListDashboards', 'DashboardName'),
  'elastic address': xml('ec2', 'DescribeAddresses', 'allocationId'),
  function: rest('lambda', '/2015-03-31/functions', 'Functions', 'FunctionName'),
  'function mapping': rest('lambda', '/2015-03-31/event-source-mappings', 'EventSourceMappings', 'UUID'),
  'internet gateway': xml('ec2', 'DescribeInternetGateways', 'internetGatewayId'),
  key: livingKeys,
  'key alias': json('kms', 'ListAliases', 'Aliases', 'AliasName'),
  'log group': json('logs', 'DescribeLogGroups', 'logGroups', 'logGroupName'),
  'NAT gateway': xml('ec2', 'DescribeNatGateways', 'natGatewayId', living('state')),
  namespace: json('servicediscovery', 'ListNamespaces', 'Namespaces', 'Name'),
  policy: xml('iam', 'ListPolicies', 'Arn', OWN),
  queue: json('sqs', 'ListQueues', 'QueueUrls'),
  repository: json('ecr', 'DescribeRepositories', 'repositories', 'repositoryName'),
  role: xml('iam', 'ListRoles', 'RoleName'),
  'route table': xml('ec2', 'DescribeRouteTables', 'routeTableId'),
  rule: json('events', 'ListRules', 'Rules', 'Name'),
  'scalable target': json('application-autoscaling', 'DescribeScalableTargets', 'ScalableTargets', 'ResourceId', AS_ECS),
  'scaling policy': json('application-autoscaling', 'DescribeScalingPolicies', 'ScalingPolicies', 'PolicyName', AS_ECS),
  schedule: rest('scheduler', '/schedules', 'Schedules', 'Name'),
  'schedule group': rest('scheduler', '/schedule-groups', 'ScheduleGroups', 'Name'),
  'security group': xml('ec2', 'DescribeSecurityGroups', 'groupId'),
  subnet: xml('ec2', 'DescribeSubnets', 'subnetId'),
  subscription: xml('sns', 'ListSubscriptions', 'SubscriptionArn'),
  table: json('dynamodb', 'ListTables', 'TableNames'),
  'task definition': json('ecs', 'ListTaskDefinitions', 'taskDefinitionArns'),
  topic: xml('sns', 'ListTopics', 'TopicArn'),
  VPC: xml('ec2', 'DescribeVpcs', 'vpcId'),
  'VPC endpoint': xml('ec2', 'DescribeVpcEndpoints', 'vpcEndpointId', living('vpc-endpoint-state')),
};

/** @returns `<kind> <name>`, sorted. */
export async function whatIsThere(endpoint: string): Promise<string[]> {
  const lists = await Promise.all(
    Object.entries(KINDS).map(async ([kind, list]) => (await list(endpoint)).map((name) => `${kind} ${name}`)),
  );
  return [...new Set(lists.flat())].toSorted();
}

/** Those that are deleted stay on the list, inactive. */
async function livingClusters(endpoint: string): Promise<string[]> {
  const clusters = await json('ecs', 'ListClusters', 'clusterArns')(endpoint);
  const answer = await askJson<{ clusters: { clusterName: string; status: string }[] }>(endpoint, 'ecs', 'DescribeClusters', { clusters });
  return answer.clusters.filter(({ status }) => status !== 'INACTIVE').map(({ clusterName }) => clusterName);
}

/** moto calls AWS's own keys, which it makes when one is first asked for, `Default key`. */
async function livingKeys(endpoint: string): Promise<string[]> {
  const ids = await json('kms', 'ListKeys', 'Keys', 'KeyId')(endpoint);
  const keys = await Promise.all(
    ids.map(async (KeyId) => (await askJson<{ KeyMetadata: Key }>(endpoint, 'kms', 'DescribeKey', { KeyId })).KeyMetadata),
  );
  return keys
    .filter(({ KeyState, Description }) => KeyState !== 'PendingDeletion' && Description !== 'Default key')
    .map(({ KeyId }) => KeyId);
}

interface Key {
  readonly KeyId: string;
  readonly KeyState: string;
  readonly Description: string;
}

function pick(list: unknown, name: string | undefined): string[] {
  const all = (list ?? []) as readonly (string | Readonly<Record<string, string>>)[];
  return all.map((one) => (typeof one === 'string' ? one : (one[name ?? ''] ?? '')));
}
