/** A receive whose client leaves at the worst moment: while the engine already answers. */
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import type { QueueCall } from '../../../local/sqs/call.ts';
import { receiveMessage } from '../../../local/sqs/receive.ts';
import { Receipts } from '../../../local/sqs/receipts.ts';

/** An engine that records its calls, and a client that leaves during the given receive. */
function scene(leavesAt: number, messages: readonly unknown[]) {
  const calls: string[] = [];
  const res = { destroyed: false };
  let receives = 0;
  const call: QueueCall = {
    input: { QueueUrl: 'q', WaitTimeSeconds: 20 },
    queue: 'r/q',
    receipts: new Receipts(),
    engine: async (action, input) => {
      calls.push(`${action} ${JSON.stringify(input)}`);
      const leaves = action === 'ReceiveMessage' && ++receives === leavesAt;
      if (leaves) res.destroyed = true;
      return { status: 200, headers: {}, body: JSON.stringify(leaves ? { Messages: messages } : {}) };
    },
  };
  return { calls, answer: receiveMessage(call, res as ServerResponse) };
}

const SHORT_POLL = 'ReceiveMessage {"QueueUrl":"q","WaitTimeSeconds":0}';

it('asks no more once the client has gone', async () => {
  const { calls, answer } = scene(3, []);
  expect(await answer).toBeUndefined();
  expect(calls).toEqual([SHORT_POLL, SHORT_POLL, SHORT_POLL]);
});

it('gives back at once what the engine handed out meanwhile', async () => {
  const { calls, answer } = scene(2, [{ MessageId: 'm', ReceiptHandle: 'h' }]);
  expect(await answer).toBeUndefined();
  expect(calls).toEqual([SHORT_POLL, SHORT_POLL, 'ChangeMessageVisibility {"QueueUrl":"q","ReceiptHandle":"h","VisibilityTimeout":0}']);
});
