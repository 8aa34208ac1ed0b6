/** Deletes and visibility changes, one or ten to a call: refuses handles that were never issued, as AWS does and the engine does not. */
import type { QueueCall } from './call.ts';
import type { FauxqsAnswer } from './fauxqs.ts';
import type { Receipt } from './receipts.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
const INVALID_HANDLE = { code: 'ReceiptHandleIsInvalid', message: 'The input receipt handle is invalid.' };
const NOT_IN_FLIGHT = { code: 'MessageNotInflight', message: "The specified message isn't in flight." };

interface Entry {
  readonly Id?: unknown;
  readonly ReceiptHandle?: unknown;
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string }[];
  readonly Failed?: readonly BatchFailure[];
}

interface BatchFailure {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

export async function settleOne(call: QueueCall, action: 'DeleteMessage' | 'ChangeMessageVisibility'): Promise<FauxqsAnswer> {
  const { receipts, queue, input } = call;
  const handle = input['ReceiptHandle'];
  // No handle at all: the engine has the right words for it.
  if (typeof handle !== 'string' || handle === '') return call.engine(action, input);
  const receipt = receipts.open(queue, handle);
  if (receipt === undefined) return sqsError(INVALID_HANDLE.code, `${INVALID_HANDLE.message} ReceiptHandle: ${handle}`);
  if (action === 'ChangeMessageVisibility' && receipts.isDeleted(receipt.messageId)) return sqsError('InvalidParameterValue', gone(handle));
  const answer = await call.engine(action, { ...input, ReceiptHandle: receipt.engineHandle });
  if (action === 'DeleteMessage' && answer.status === 200) receipts.deleted(receipt);
  return answer;
}

export async function settleBatch(call: QueueCall, action: 'DeleteMessageBatch' | 'ChangeMessageVisibilityBatch'): Promise<FauxqsAnswer> {
  const given = Array.isArray(call.input['Entries']) ? (call.input['Entries'] as readonly Entry[]) : [];
  const opened = new Map<unknown, Receipt | undefined>();
  // All entries go on, the unknown ones with a handle that matches nothing, so that the engine checks the batch as a whole.
  const Entries = given.map((entry) => {
    const receipt = typeof entry.ReceiptHandle === 'string' ? call.receipts.open(call.queue, entry.ReceiptHandle) : undefined;
    opened.set(entry.Id, receipt);
    return { ...entry, ReceiptHandle: receipt?.engineHandle ?? 'unknown' };
  });
  const answer = await call.engine(action, { ...call.input, ...(Array.isArray(call.input['Entries']) ? { Entries } : {}) });
  if (answer.status !== 200) return answer;
  const { Successful = [], Failed = [] } = JSON.parse(answer.body) as BatchAnswer;
  const taken = Successful.filter(({ Id }) => opened.get(Id) !== undefined);
  if (action === 'DeleteMessageBatch') forget(call, taken, opened);
  const refused = Successful.filter(({ Id }) => opened.get(Id) === undefined).map(({ Id }) => failure(Id, INVALID_HANDLE));
  const failed = Failed.map((one) => (one.Code === INVALID_HANDLE.code && opened.get(one.Id) ? failure(one.Id, NOT_IN_FLIGHT) : one));
  return { ...answer, body: JSON.stringify({ Successful: taken, Failed: [...refused, ...failed] }) };
}

function forget(
  { receipts }: QueueCall,
  taken: readonly { readonly Id: string }[],
  opened: ReadonlyMap<unknown, Receipt | undefined>,
): void {
  for (const { Id } of taken) {
    const receipt = opened.get(Id);
    if (receipt !== undefined) receipts.deleted(receipt);
  }
}

function failure(Id: string, { code, message }: { readonly code: string; readonly message: string }): BatchFailure {
  return { Id, SenderFault: true, Code: code, Message: message };
}

function gone(handle: string): string {
  return `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
}

function sqsError(code: string, message: string): FauxqsAnswer {
  return {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${code};Sender` },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
  };
}
