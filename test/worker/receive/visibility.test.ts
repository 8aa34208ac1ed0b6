/** Messages stay hidden while they are held: extended in time, never past the 12 h that SQS allows, and let go once their receipt is lost. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { Acknowledger } from '../../../worker/acknowledge/acknowledge.ts';
import type { Receipt } from '../../../worker/receive/receipt.ts';
import { Visibility } from '../../../worker/receive/visibility.ts';
import { Facts } from '../../support/facts.ts';
import { sqsClient, TestQueue } from '../../support/queue.ts';

const HOUR_MS = 3_600_000;
const SECONDS = 300;

const receiptAt = (receivedAt: number): Receipt => ({
  messageId: 'm',
  handle: 'h',
  body: '',
  isRedriven: false,
  receiveCount: 1,
  receivedAt,
  objects: 1,
});

/** @returns what is asked for: seconds of each extension, at the hours given since the receive. */
function extensions(...hours: readonly number[]): { asked: number[][]; held: number } {
  const asked: number[][] = [];
  let now = 0;
  const extend = (_: Receipt, seconds: number): Promise<boolean> => Promise.resolve(asked.at(-1)!.push(seconds) > 0);
  const visibility = new Visibility({ extend } as unknown as Acknowledger, SECONDS, () => now);
  visibility.hold(receiptAt(0));
  for (const hour of hours) {
    now = hour * HOUR_MS;
    asked.push([]);
    visibility.extendAll();
  }
  return { asked, held: visibility.held };
}

describe('the bound of 12 h', () => {
  test('is far off: the whole visibility', () => {
    expect(extensions(0, 6, 11.9)).toEqual({ asked: [[SECONDS], [SECONDS], [SECONDS]], held: 1 });
  });

  test('is near: no more than what is left, with a margin for the clock of SQS', () => {
    const { asked, held } = extensions(12 - 60 / 3600);
    expect(asked[0]![0]).toBeGreaterThan(0);
    expect(asked[0]![0]).toBeLessThan(60);
    expect(held).toBe(1);
  });

  test('is reached: nothing is asked for, and the message is let go', () => {
    expect(extensions(12, 13)).toEqual({ asked: [[], []], held: 0 });
  });
});

describe('the timer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('extends every third of the visibility what is held then, until it is stopped', async () => {
    const asked: string[] = [];
    const extend = ({ messageId }: Receipt): Promise<boolean> => Promise.resolve(asked.push(messageId) > 0);
    const visibility = new Visibility({ extend } as unknown as Acknowledger, SECONDS);
    const [one, two] = [
      { ...receiptAt(Date.now()), messageId: 'one' },
      { ...receiptAt(Date.now()), messageId: 'two' },
    ];
    visibility.hold(one);
    visibility.hold(two);
    visibility.start();
    await vi.advanceTimersByTimeAsync((SECONDS * 1000) / 3 - 1);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(['one', 'two']);
    visibility.letGo(one);
    await vi.advanceTimersByTimeAsync((SECONDS * 1000) / 3);
    expect(asked).toEqual(['one', 'two', 'two']);
    visibility.stop();
    await vi.advanceTimersByTimeAsync(SECONDS * 10_000);
    expect(asked).toHaveLength(3);
  });
});

describe('on a real queue', () => {
  let aws: LocalAws;
  let queue: TestQueue;
  let visibility: Visibility;
  const facts = new Facts('message:ack-error');
  let sqs: ReturnType<typeof sqsClient>;
  beforeAll(async () => {
    aws = await startLocalAws();
    sqs = sqsClient(aws.endpoint);
    queue = await TestQueue.create(sqs);
    const { signal } = new AbortController();
    const ack = new Acknowledger({ sqs, queueUrl: queue.url, observer: facts.observer, persistMs: 0, signal });
    // An extension of no seconds shows the message at once: that it was extended can be seen without waiting.
    visibility = new Visibility(ack, 0);
  });
  afterAll(async () => {
    sqs.destroy();
    await aws.stop();
  });

  test('what is held is extended, and what is lost is let go and the others kept', async () => {
    const [kept, lost, free] = [await queue.receipt('kept'), await queue.receipt('lost'), await queue.receipt('free')];
    for (const receipt of [kept, lost, free]) visibility.hold(receipt);
    visibility.letGo(free);
    await queue.lose(lost);
    visibility.extendAll();
    await vi.waitFor(() => expect(visibility.held).toBe(1));
    expect(facts.of('message:ack-error')).toMatchObject([{ messageId: lost.messageId, action: 'extend', lost: true }]);
    await vi.waitFor(async () => expect((await queue.messages()).map(({ Body }) => Body)).toEqual(['kept']));
  });
});
