/**
 * Which permissions a call needs, as IAM names them (pure): by the Service Authorization Reference, as far as the worker and the agents call. What it does not
 * know is an error, never a call that needs nothing.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import { Form } from '../../local/iam/query.ts';
import type { PolicyContext } from '../../local/iam/pattern.ts';
import type { Call } from './calls.ts';

export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** By lower-case key; what the call itself says, not who makes it. */
  readonly context: PolicyContext;
}

/** Operations that IAM knows by another name. */
const S3_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GetObject: ['s3:GetObject'],
  HeadObject: ['s3:GetObject'],
  ListObjects: ['s3:ListBucket'],
  ListObjectsV2: ['s3:ListBucket'],
  HeadBucket: ['s3:ListBucket'],
  PutObject: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  CompleteMultipartUpload: ['s3:PutObject'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
};

/** @param account of whose key made the call: resources without an account in the request are in that one. @throws Error for a call that is not known here. */
export function permissionsOf(call: Call, account: string): readonly Permission[] {
  const of: Readonly<Record<string, (call: Call, account: string) => readonly Permission[]>> = { s3, sqs, dynamodb, sts, logs, ecs };
  const needed = of[call.service]?.(call, account);
  if (needed === undefined) throw unknown(call);
  return needed;
}

function s3(call: Call): readonly Permission[] {
  const { pathname, searchParams } = new URL(call.url, 'http://s3');
  const [bucket = '', ...key] = decodeURIComponent(pathname).slice(1).split('/');
  const actions = S3_ACTIONS[call.operation];
  if (actions === undefined || bucket === '') throw unknown(call);
  const arn = `arn:aws:s3:::${bucket}`;
  // A version is another right than the object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  const named = searchParams.has('versionId') ? actions.map((action) => action.replace(/GetObject$/, 'GetObjectVersion')) : actions;
  return named.map((action) => {
    const isList = action === 's3:ListBucket';
    const context = new Map(isList ? [['s3:prefix', searchParams.get('prefix') ?? '']] : []);
    return { action, resource: isList ? arn : `${arn}/${key.join('/')}`, context };
  });
}

function sqs(call: Call, account: string): readonly Permission[] {
  const url = call.input['QueueUrl'];
  const name = typeof url === 'string' ? url.split('/').at(-1) : call.input['QueueName'];
  const owner = typeof url === 'string' ? url.split('/').at(-2) : account;
  if (typeof name !== 'string') throw unknown(call);
  const resource = `arn:aws:sqs:${call.region}:${owner}:${name}`;
  // Ten at a time are allowed by the name of one: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
  return [{ action: `sqs:${call.operation.replace(/Batch$/, '')}`, resource, context: new Map() }];
}

function dynamodb(call: Call, account: string): readonly Permission[] {
  const { TableName, IndexName } = call.input;
  if (typeof TableName !== 'string') throw unknown(call);
  const table = TableName.startsWith('arn:') ? TableName : `arn:aws:dynamodb:${call.region}:${account}:table/${TableName}`;
  const resource = typeof IndexName === 'string' ? `${table}/index/${IndexName}` : table;
  return [{ action: `dynamodb:${call.operation}`, resource, context: new Map() }];
}

/** The caller's side of it; the other, whom the role trusts, is asked by local/iam. */
function sts(call: Call): readonly Permission[] {
  const { RoleArn, RoleSessionName, ExternalId } = call.input as Readonly<Record<string, string>>;
  // Nobody needs a permission for it.
  if (call.operation === 'GetCallerIdentity') return [];
  if (call.operation !== 'AssumeRole' || RoleArn === undefined) throw unknown(call);
  const form = new Form(new URLSearchParams(call.input as Record<string, string>));
  const tags = form.tags('Tags');
  const transitive = form.texts('TransitiveTagKeys');
  const context = new Map<string, string | readonly string[]>([['sts:rolesessionname', RoleSessionName ?? '']]);
  if (ExternalId !== undefined) context.set('sts:externalid', ExternalId);
  for (const [key, value] of tags) context.set(`aws:requesttag/${key.toLowerCase()}`, value);
  if (transitive.length > 0) context.set('sts:transitivetagkeys', transitive);
  const assume = { action: 'sts:AssumeRole', resource: RoleArn, context };
  if (tags.length === 0) return [assume];
  context.set(
    'aws:tagkeys',
    tags.map(([key]) => key),
  );
  return [assume, { ...assume, action: 'sts:TagSession' }];
}

function logs(call: Call, account: string): readonly Permission[] {
  const { logGroupName, logStreamName } = call.input;
  if (typeof logGroupName !== 'string') throw unknown(call);
  const group = `arn:aws:logs:${call.region}:${account}:log-group:${logGroupName}`;
  // A stream that is still to be made is asked for by its group: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
  const resource = call.operation === 'PutLogEvents' ? `${group}:log-stream:${String(logStreamName)}` : `${group}:*`;
  return [{ action: `logs:${call.operation}`, resource, context: new Map() }];
}

/** A task does not know its own id beforehand: any of its cluster's. */
function ecs(call: Call, account: string): readonly Permission[] {
  const { cluster } = call.input;
  if (call.operation !== 'UpdateTaskProtection' || typeof cluster !== 'string') throw unknown(call);
  const resource = `arn:aws:ecs:${call.region}:${account}:task/${cluster}/0123456789abcdef0123456789abcdef`;
  return [{ action: `ecs:${call.operation}`, resource, context: new Map() }];
}

function unknown({ service, operation, url }: Call): Error {
  return new Error(`which permission does ${service} ${operation} (${url}) need? Add it to test/infra/permissions.ts`);
}
