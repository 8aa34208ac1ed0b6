/**
 * AWS as the AWS CLI finds it: profile, region and endpoint by the same options and variables. Credentials come by the SDK's default chain. Nothing is
 * called here.
 */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient, NumberValue } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { SessionCredentials } from '../worker/clients.ts';

export interface AwsOptions {
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
}

export interface CliClients {
  readonly documents: DynamoDBDocumentClient;
  readonly sts: STSClient;
  readonly iam: IAMClient;
  stsWith(credentials: SessionCredentials): STSClient;
  /** @param credentials of an assumed role; without, those that all the others have. */
  logs(region: string, credentials?: SessionCredentials): CloudWatchLogsClient;
  /** @param credentials of an assumed role; without, those that all the others have. */
  s3(credentials?: SessionCredentials): S3Client;
}

const ATTEMPTS = 3;
/** Somebody waits at the keyboard. */
const CONNECT_TIMEOUT_MS = 5_000;
const CALL_TIMEOUT_MS = 20_000;

const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** @param environment for what the AWS CLI reads otherwise than the SDK: AWS_DEFAULT_REGION, and keys beside AWS_PROFILE. All else the SDK reads itself. */
export function makeCliClients({ profile, region, endpointUrl }: AwsOptions, environment: NodeJS.ProcessEnv): CliClients {
  const where = region ?? (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION']);
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: CALL_TIMEOUT_MS,
    // Of an answer that has begun, too.
    socketTimeout: CALL_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  });
  const config = {
    ...(profile !== undefined && { profile }),
    ...(profile === undefined && keysOf(environment)),
    // It would say on every call with a profile that there are keys in the environment, too.
    logger: SILENT,
    // Left out, the SDK asks the profile.
    ...(where && { region: where }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    maxAttempts: ATTEMPTS,
    requestHandler,
  };
  return {
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(config), {
      marshallOptions: { removeUndefinedValues: true },
      unmarshallOptions: { wrapNumbers: numberOf },
    }),
    sts: new STSClient(config),
    iam: new IAMClient(config),
    stsWith: (credentials) => new STSClient({ ...config, credentials }),
    logs: (region, credentials) => new CloudWatchLogsClient({ ...config, region, ...(credentials && { credentials }) }),
    s3: (credentials) =>
      new S3Client({ ...config, ...(credentials && { credentials }), forcePathStyle: isElsewhere(endpointUrl, environment) }),
  };
}

/** As exactly as it is: one number of a foreign field, too long for JavaScript, must not hide the whole fleet. */
function numberOf(text: string): unknown {
  if (String(Number(text)) === text) return Number(text);
  return /^-?\d+$/.test(text) ? BigInt(text) : NumberValue.from(text);
}

/** With the AWS CLI, keys in the environment go before AWS_PROFILE there, and after --profile; with the SDK, after both. */
function keysOf(environment: NodeJS.ProcessEnv): { credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } } {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = environment;
  if (!accessKeyId || !secretAccessKey) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) } };
}

/** Emulators and private endpoints are rarely behind a wildcard name, which bucket hosts need. */
function isElsewhere(endpointUrl: string | undefined, environment: NodeJS.ProcessEnv): boolean {
  return Boolean(endpointUrl ?? (environment['AWS_ENDPOINT_URL'] || environment['AWS_ENDPOINT_URL_S3']));
}

function nothing(): void {}
