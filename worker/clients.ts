/**
 * Makes all SDK clients, once. Tenants' clients share one handler, and so its sockets: they cost some 20 KB each, are simply dropped when they are
 * no longer needed, and must never be destroyed, since that would cut the calls of all others.
 */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export interface ClientOptions {
  /** Of the central side. */
  readonly region: string;
  /** One endpoint for all services: an emulator's, or a private one. Whatever else the environment says of endpoints, the SDK reads itself. */
  readonly endpoint?: string;
  readonly callTimeoutMs: number;
  readonly putTimeoutMs: number;
  readonly receiveWaitMs: number;
  /** Sockets to DynamoDB, and as many to STS. */
  readonly maxSockets: number;
}

/** What AssumeRole hands out. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface Clients {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly documents: DynamoDBDocumentClient;
  /** With the worker's own credentials, in the central region: the regional endpoint's sessions hold in all regions, opt-in ones too. */
  readonly sts: STSClient;
  /** The same with the credentials of an assumed session. */
  stsWith(credentials: SessionCredentials): STSClient;
  /** CloudWatch Logs of a tenant's account. One try only: an answer that was lost must be counted, so deliver alone tries again. */
  logsWith(region: string, credentials: SessionCredentials): CloudWatchLogsClient;
}

/** Tries of a central call, the first included; the SDK waits some 100 ms between them. */
const CENTRAL_ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 5_000;
/** Fewer would make the calls of one tenant wait for another's, however small the worker. */
const MIN_SOCKETS = 16;
/**
 * An idle socket is closed by us before AWS does it: what is sent on one that AWS is just closing is lost without an answer. As the SDK for Java:
 * https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/http-configuration-apache.html
 */
const IDLE_SOCKET_MS = 60_000;

/** Credentials come by the SDK's default chain. Nothing is called here. */
export function makeClients(options: ClientOptions): Clients {
  const { region, endpoint, callTimeoutMs, putTimeoutMs, receiveWaitMs } = options;
  const where = endpoint === undefined ? { region } : { region, endpoint };
  const maxSockets = Math.max(MIN_SOCKETS, options.maxSockets);
  const central = { ...where, maxAttempts: CENTRAL_ATTEMPTS, requestHandler: handler({ timeoutMs: callTimeoutMs, maxSockets }) };
  const puts = handler({ timeoutMs: putTimeoutMs });
  return {
    sqs: new SQSClient({
      ...central,
      requestHandler: handler({ timeoutMs: receiveWaitMs + callTimeoutMs }),
      useQueueUrlAsEndpoint: endpoint === undefined,
    }),
    s3: new S3Client({
      ...central,
      requestHandler: handler({ timeoutMs: callTimeoutMs, slowBodies: true }),
      forcePathStyle: endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(central)),
    sts: new STSClient(central),
    stsWith: (credentials) => new STSClient({ ...central, credentials }),
    logsWith: (region, credentials) => new CloudWatchLogsClient({ ...where, region, credentials, maxAttempts: 1, requestHandler: puts }),
  };
}

interface Traffic {
  /** From the call (the wait for a socket counts) to the head of the answer, and each silence within the answer. */
  readonly timeoutMs: number;
  /**
   * To one host. Missing: any number. Admission bounds them already, and a bound here would let slow accounts, or the bodies of objects that wait
   * for them, take the sockets of all others.
   */
  readonly maxSockets?: number;
  /** Answers are read as slowly as their lines are delivered: silence is no fault, and whoever waits for a byte has a time-out of its own. */
  readonly slowBodies?: boolean;
}

/**
 * What the time-outs of this handler mean was read in its source (4.14): `requestTimeout` ends when the head of the answer is there, and only logs
 * unless `throwOnRequestTimeout`; `socketTimeout` is silence on the socket, also when nobody reads, and 0 is "none" where undefined is not.
 */
function handler({ timeoutMs, maxSockets = Infinity, slowBodies = false }: Traffic): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS };
  return new NodeHttpHandler({
    connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
    requestTimeout: timeoutMs,
    throwOnRequestTimeout: true,
    socketTimeout: slowBodies ? 0 : timeoutMs,
    httpAgent: agent,
    httpsAgent: agent,
  });
}
