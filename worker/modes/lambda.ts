/**
 * The same worker behind an SQS event source mapping: a handler with partial batch responses, and the loop that speaks the Lambda Runtime API for
 * the container image. What is not settled is reported as failed and stays in the queue; nothing is reported settled that is not.
 */
import { Acknowledger } from '../acknowledge/acknowledge.ts';
import type { Verdict } from '../acknowledge/outcome.ts';
import { describe, LogferryError } from '../errors.ts';
import { openMessage, processMessage } from '../message.ts';
import { REASON, timeOf, type Receipt } from '../receive/receipt.ts';
import type { Shutdown } from '../run/shutdown.ts';
import type { Worker } from '../worker.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
    readonly attributes?: { readonly ApproximateReceiveCount?: string; readonly SentTimestamp?: string };
    readonly messageAttributes?: Readonly<Record<string, unknown>>;
  }[];
}

export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Work is ended so long before the function's own limit, so that the answer still gets out. */
const STOP_BEFORE_MS = 20_000;

export type SqsHandler = (event: SqsEvent, context: { getRemainingTimeInMillis(): number }) => Promise<BatchResponse>;

/** @param deadLetterUrl where hopeless messages go; without it they are reported as failed, and the mapping's own redrive takes them. */
export function makeHandler(worker: Worker, deadLetterUrl: string | undefined, shutdown: Shutdown): SqsHandler {
  const ack = new Acknowledger({
    sqs: worker.clients.sqs,
    queueUrl: '',
    deadLetterUrl,
    observer: worker.observer,
    persistMs: 0,
    signal: shutdown.signals.force,
  });
  return async (event, context) => {
    if (!Array.isArray(event.Records)) throw new TypeError('the event is not of an SQS event source mapping: it has no Records');
    const limit = new AbortController();
    const reason = new LogferryError('stopping', 'the function is about to reach its time limit');
    const timer = setTimeout(() => limit.abort(reason), Math.max(0, context.getRemainingTimeInMillis() - STOP_BEFORE_MS));
    const stop = {
      drain: AbortSignal.any([shutdown.signals.drain, limit.signal]),
      windUp: AbortSignal.any([shutdown.signals.windUp, limit.signal]),
      force: AbortSignal.any([shutdown.signals.force, limit.signal]),
    };
    limit.signal.addEventListener('abort', () => worker.lanes.clear());
    try {
      const failures = await Promise.all(
        event.Records.map(async (record) => {
          const receipt = receiptOfRecord(record);
          const opened = openMessage(receipt.body);
          if ('envelope' in opened && opened.envelope.kind === 'objects') receipt.objects = opened.envelope.objects.length;
          const verdict = await processMessage(receipt, opened, worker, stop);
          return (await settled(verdict, receipt, ack, deadLetterUrl, worker)) ? [] : [{ itemIdentifier: record.messageId }];
        }),
      );
      return { batchItemFailures: failures.flat() };
    } finally {
      clearTimeout(timer);
    }
  };
}

async function settled(
  verdict: Verdict,
  receipt: Receipt,
  ack: Acknowledger,
  deadLetterUrl: string | undefined,
  { observer, pipeline }: Worker,
): Promise<boolean> {
  if (verdict.action === 'delete') return true;
  if (verdict.action === 'return') {
    observer.emit('message:return', { ...verdict, messageId: receipt.messageId, receiveCount: receipt.receiveCount });
    return false;
  }
  if (deadLetterUrl === undefined) return false;
  try {
    for (const { error, ref } of verdict.letters) {
      await ack.deadLetter(receipt, error, ref);
      if (error.claim) await pipeline.ledger?.bury(error.claim, error.code);
    }
    return true;
  } catch (error) {
    observer.emit('message:ack-error', { messageId: receipt.messageId, action: 'dead-letter', lost: false, error });
    return false;
  }
}

function receiptOfRecord(record: SqsEvent['Records'][number]): Receipt {
  const receiveCount = Number(record.attributes?.ApproximateReceiveCount ?? 1);
  const isRedriven = record.messageAttributes?.[REASON] !== undefined;
  const { messageId, receiptHandle: handle, body } = record;
  const sentAt = timeOf(record.attributes?.SentTimestamp);
  return { messageId, handle, body, receiveCount, isRedriven, sentAt, receivedAt: Date.now(), objects: 0 };
}

/**
 * Speaks https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html until a stop: next, then response or error, one invocation at a time.
 * @param api AWS_LAMBDA_RUNTIME_API, host and port.
 */
export async function runLambda(handler: SqsHandler, api: string, shutdown: Shutdown): Promise<number> {
  const base = `http://${api}/2018-06-01/runtime/invocation`;
  const { drain } = shutdown.signals;
  while (!drain.aborted) {
    const next = await nextInvocation(base, drain);
    if (!next) break;
    await answer(next, base, handler);
  }
  shutdown.done();
  return 0;
}

interface Invocation {
  readonly id: string;
  readonly deadlineMs: number;
  readonly event: SqsEvent;
}

/** Waits as long as Lambda freezes us: this call has no time-out. */
async function nextInvocation(base: string, drain: AbortSignal): Promise<Invocation | undefined> {
  try {
    const response = await fetch(`${base}/next`, { signal: drain });
    const id = response.headers.get('lambda-runtime-aws-request-id');
    if (!response.ok || !id) throw new Error(`the Lambda Runtime API answered ${response.status} without an invocation`);
    return { id, deadlineMs: Number(response.headers.get('lambda-runtime-deadline-ms')), event: (await response.json()) as SqsEvent };
  } catch (error) {
    if (drain.aborted) return undefined;
    throw error;
  }
}

async function answer({ id, deadlineMs, event }: Invocation, base: string, handler: SqsHandler): Promise<void> {
  let path = 'response';
  let body: unknown;
  try {
    body = await handler(event, { getRemainingTimeInMillis: () => deadlineMs - Date.now() });
  } catch (error) {
    // No partial response: Lambda takes the whole batch as failed, so nothing of it is lost.
    path = 'error';
    body = { errorType: (error as Error).name, errorMessage: describe(error) };
  }
  await fetch(`${base}/${id}/${path}`, { method: 'POST', body: JSON.stringify(body) });
}
