/** What is left of the notifications: a worker that delivers and does not acknowledge would deliver everything again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Central } from '../provision/central.ts';

const LOOK_EVERY_MS = 50;

export interface QueueRest {
  /** Neither acknowledged nor given up. */
  readonly open: number;
  readonly dead: number;
}

/** Acknowledgements follow the delivery within moments: waits until none is open any more, but no longer than `patienceMs`. */
export async function awaitAcknowledged(central: Central, patienceMs: number): Promise<QueueRest> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const open = await messagesIn(central, central.queueUrl);
    if (open === 0 || performance.now() > deadline) return { open, dead: await messagesIn(central, central.deadLetterUrl) };
    await sleep(LOOK_EVERY_MS);
  }
}

/** Visible, in flight and delayed. */
async function messagesIn({ clients }: Central, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
