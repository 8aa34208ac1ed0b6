/**
 * SQS behind the front: fauxqs does the queueing; long polls, receipt handles and queue addresses are made right here. Queues are one account's,
 * whoever calls.
 */
import { readBody } from '../read-body.ts';
import type { LocalService, ServiceRequest } from '../service.ts';
import type { QueueCall } from './call.ts';
import { engineQueueUrl, type Fauxqs, type FauxqsAnswer } from './fauxqs.ts';
import { receiveMessage } from './receive.ts';
import { Receipts } from './receipts.ts';
import { settleBatch, settleOne } from './settle.ts';

export function createSqs(fauxqs: Fauxqs): LocalService {
  const receipts = new Receipts();
  return {
    handle: async (request) => {
      const action = String(request.req.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '');
      const call = queueCall(fauxqs, receipts, request.caller.region, await readJson(request));
      const answer = await perform(call, action, request);
      if (answer !== undefined) send(request, withOurQueueUrls(answer, request));
    },
  };
}

async function perform(call: QueueCall, action: string, { res }: ServiceRequest): Promise<FauxqsAnswer | undefined> {
  switch (action) {
    case 'ReceiveMessage':
      return receiveMessage(call, res);
    case 'DeleteMessage':
    case 'ChangeMessageVisibility':
      return settleOne(call, action);
    case 'DeleteMessageBatch':
    case 'ChangeMessageVisibilityBatch':
      return settleBatch(call, action);
    default:
      return call.engine(action, call.input);
  }
}

async function readJson({ req }: ServiceRequest): Promise<Record<string, unknown>> {
  const text = (await readBody(req)).toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // A Query call of an old SDK, or nothing at all: the engine says what is missing.
  }
  return {};
}

function queueCall(fauxqs: Fauxqs, receipts: Receipts, region: string, given: Record<string, unknown>): QueueCall {
  const name = typeof given['QueueUrl'] === 'string' ? (given['QueueUrl'].split('/').at(-1) ?? '') : undefined;
  return {
    input: name === undefined ? given : { ...given, QueueUrl: engineQueueUrl(region, name) },
    queue: `${region}/${name ?? ''}`,
    receipts,
    engine: (action, input) => fauxqs.sqs(action, input, region),
  };
}

/** Clients that follow the QueueUrl's host must come back here, by the name they called us. */
function withOurQueueUrls(answer: FauxqsAnswer, { req }: ServiceRequest): FauxqsAnswer {
  if (!answer.body.includes('"QueueUrl')) return answer;
  const value = JSON.parse(answer.body) as { QueueUrl?: string; QueueUrls?: string[] };
  const ours = (url: string): string => `http://${req.headers.host ?? '127.0.0.1'}${new URL(url).pathname}`;
  if (value.QueueUrl !== undefined) value.QueueUrl = ours(value.QueueUrl);
  if (value.QueueUrls !== undefined) value.QueueUrls = value.QueueUrls.map(ours);
  return { ...answer, body: JSON.stringify(value) };
}

/** The engine puts the service's name before all of its error codes; AWS does not before these. */
const PLAIN_ERROR = /^AWS\.SimpleQueueService\.(?=Invalid(?:Parameter|Attribute)|MissingParameter)/;

function send({ res }: ServiceRequest, { status, headers, body }: FauxqsAnswer): void {
  const queryError = headers['x-amzn-query-error']?.replace(PLAIN_ERROR, '');
  res.writeHead(status, {
    ...headers,
    ...(queryError === undefined ? {} : { 'x-amzn-query-error': queryError }),
    'content-length': Buffer.byteLength(body),
  });
  res.end(body);
}
