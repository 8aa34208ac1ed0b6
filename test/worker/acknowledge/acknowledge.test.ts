/** Deletes, returns, extensions and dead letters on a real queue: ten to a call, nothing lost by a refusal, each refusal a fact. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/aws.ts';
import { type Faults, startFaults } from '../../../local/faults/faults.ts';
import type { PlainEffect } from '../../../local/faults/rule.ts';
import { Acknowledger } from '../../../worker/acknowledge/acknowledge.ts';
import { carryOut } from '../../../worker/acknowledge/settle.ts';
import { LogferryError } from '../../../worker/errors.ts';
import { parseEnvelope } from '../../../worker/receive/envelope.ts';
import { Facts } from '../../support/facts.ts';
import { sqsClient, TestQueue } from '../../support/queue.ts';

let aws: LocalAws;
let faults: Faults;
let workersSqs: SQSClient;
let testsSqs: SQSClient;
beforeAll(async () => {
  aws = await startLocalAws();
  faults = await startFaults({ target: aws.endpoint });
  workersSqs = sqsClient(faults.endpoint);
  testsSqs = sqsClient(aws.endpoint);
});
afterAll(async () => {
  workersSqs.destroy();
  testsSqs.destroy();
  await faults.stop();
  await aws.stop();
});

let queue: TestQueue;
let dead: TestQueue;
let facts: Facts;
let ack: Acknowledger;
beforeEach(async () => {
  faults.rules.clear();
  [queue, dead] = [await TestQueue.create(testsSqs), await TestQueue.create(testsSqs)];
  facts = new Facts('message:delete', 'message:return', 'message:dead-letter', 'message:ack-error');
  ack = acknowledger(60_000);
});

/** @param persistMs how long an answer is tried again. */
function acknowledger(persistMs: number, signal = new AbortController().signal): Acknowledger {
  return new Acknowledger({ sqs: workersSqs, queueUrl: queue.url, deadLetterUrl: dead.url, observer: facts.observer, persistMs, signal });
}

const calls = (action: string) => faults.requests()[`sqs:${action}`] ?? 0;
const bodies = (count: number) => Array.from({ length: count }, (_, i) => `body ${i}`);

const deps = () => ({ ack, observer: facts.observer, returnDelay: { baseSeconds: 0, maxSeconds: 900 } });

/** The dead letter that is there. */
async function letter(): Promise<{ body: string | undefined; attributes: Record<string, string | undefined> }> {
  const [message] = await dead.messages(1);
  const attributes = Object.entries(message?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue] as const);
  return { body: message?.Body, attributes: Object.fromEntries(attributes) };
}

describe('deletes', () => {
  test('go ten to a call, and each is a fact', async () => {
    await queue.send(...bodies(30));
    const receipts = await queue.receipts(30);
    const before = calls('DeleteMessageBatch');
    await Promise.all(receipts.map((receipt) => ack.delete(receipt)));
    expect(calls('DeleteMessageBatch') - before).toBe(3);
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 0 });
    expect(facts.of('message:delete').map(({ messageId }) => messageId)).toEqual(receipts.map(({ messageId }) => messageId));
  });

  test('of which SQS refuses one delete the others', async () => {
    await queue.send(...bodies(3));
    const receipts = await queue.receipts(3);
    const bogus = { ...receipts[1]!, messageId: 'bogus', handle: 'never issued' };
    await Promise.all([receipts[0]!, bogus, receipts[2]!].map((receipt) => ack.delete(receipt)));
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 1 });
    expect(facts.of('message:delete')).toHaveLength(2);
    expect(facts.of('message:ack-error')).toMatchObject([{ messageId: 'bogus', action: 'delete', lost: true }]);
  });

  test.each<PlainEffect>(['error', 'error-after', 'reset', 'reset-after', 'throttle'])(
    'are tried until SQS takes them: %s',
    async (effect) => {
      const receipt = await queue.receipt();
      faults.rules.set([{ service: 'sqs', action: 'DeleteMessageBatch', limit: 2, effect }]);
      const before = calls('DeleteMessageBatch');
      await ack.delete(receipt);
      expect(calls('DeleteMessageBatch') - before).toBe(3);
      expect(await queue.counts()).toEqual({ visible: 0, hidden: 0 });
      expect(facts.names).toEqual(['message:delete']);
    },
  );

  test('that SQS does not take in time are a fact and no delete: the message returns by itself', async () => {
    const receipt = await queue.receipt();
    faults.rules.set([{ service: 'sqs', action: 'DeleteMessageBatch', effect: 'error' }]);
    await acknowledger(0).delete(receipt);
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 1 });
    expect(facts.names).toEqual(['message:ack-error']);
    expect(facts.of('message:ack-error')).toMatchObject([{ action: 'delete', lost: false }]);
  });

  test('are tried no longer once the worker must end', async () => {
    const receipt = await queue.receipt();
    faults.rules.set([{ service: 'sqs', action: 'DeleteMessageBatch', effect: 'error' }]);
    const end = new AbortController();
    const before = calls('DeleteMessageBatch');
    const deleted = acknowledger(3_600_000, end.signal).delete(receipt);
    await vi.waitFor(() => expect(calls('DeleteMessageBatch') - before).toBeGreaterThan(1), { timeout: 20_000 });
    end.abort();
    await deleted;
    expect(facts.names).toEqual(['message:ack-error']);
  });
});

describe('returns and extensions', () => {
  test('go ten to a call, each with its own delay', async () => {
    await queue.send(...bodies(12));
    const receipts = await queue.receipts(12);
    const before = calls('ChangeMessageVisibilityBatch');
    await Promise.all(receipts.map((receipt, i) => ack.giveBack(receipt, i % 2 === 0 ? 0 : 300)));
    expect(calls('ChangeMessageVisibilityBatch') - before).toBe(2);
    expect(await queue.counts()).toEqual({ visible: 6, hidden: 6 });
    const again = await queue.receipts(12);
    expect(again.map(({ receiveCount }) => receiveCount)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(facts.names).toEqual([]);
  });

  test('an extension of a lost receipt says so', async () => {
    const [kept, lost] = [await queue.receipt('kept'), await queue.receipt('lost')];
    await queue.lose(lost);
    expect(await Promise.all([ack.extend(kept, 600), ack.extend(lost, 600)])).toEqual([true, false]);
    expect(facts.of('message:ack-error')).toMatchObject([{ messageId: lost.messageId, action: 'extend', lost: true }]);
  });

  test('an extension that SQS did not answer is not a lost receipt', async () => {
    const receipt = await queue.receipt();
    faults.rules.set([{ service: 'sqs', action: 'ChangeMessageVisibilityBatch', effect: 'throttle' }]);
    expect(await ack.extend(receipt, 600)).toBe(true);
    expect(facts.of('message:ack-error')).toMatchObject([{ action: 'extend', lost: false }]);
  });

  test('an extension never hides again what was given back, whichever comes first', async () => {
    const [one, two] = [await queue.receipt('one'), await queue.receipt('two')];
    const extensions = await Promise.all([ack.extend(one, 600), ack.giveBack(one, 0), ack.giveBack(two, 0), ack.extend(two, 600)]);
    expect([extensions[0], extensions[3]]).toEqual([false, false]);
    expect(await queue.counts()).toEqual({ visible: 2, hidden: 0 });
    expect(await ack.extend(two, 600)).toBe(false);
    expect(await queue.counts()).toEqual({ visible: 2, hidden: 0 });
    expect(facts.names).toEqual([]);
  });
});

describe('dead letters', () => {
  const ref = { bucket: 'logs', key: 'acme/prod/web/pod/1.json.gz' };

  test('keep the body and say why', async () => {
    const receipt = { ...(await queue.receipt('{"Records":[]}')), receiveCount: 5, objects: 1 };
    await ack.deadLetter(receipt, new LogferryError('object-missing', 'not there'), ref);
    expect(await letter()).toEqual({
      body: '{"Records":[]}',
      attributes: {
        reason: 'object-missing',
        error: 'not there',
        tenant: 'acme',
        object: 'logs/acme/prod/web/pod/1.json.gz',
        attempts: '5',
        messageId: receipt.messageId,
      },
    });
    expect(facts.of('message:dead-letter')).toEqual([{ messageId: receipt.messageId, reason: 'object-missing', detail: 'not there' }]);
  });

  test('of a message that names no object carry no object', async () => {
    await ack.deadLetter(await queue.receipt('no JSON'), new LogferryError('bad-body', 'no JSON'));
    const { body, attributes } = await letter();
    expect(body).toBe('no JSON');
    expect(Object.keys(attributes).toSorted()).toEqual(['attempts', 'error', 'messageId', 'reason']);
  });

  test('of one of several objects name that object alone', async () => {
    const receipt = { ...(await queue.receipt('a body of two')), objects: 2 };
    await ack.deadLetter(receipt, new LogferryError('bad-key', 'bad'), { bucket: 'logs', key: 'a b+c/é', versionId: 'v1' });
    const { body = '' } = await letter();
    expect(parseEnvelope(body)).toMatchObject({ kind: 'objects', objects: [{ bucket: 'logs', key: 'a b+c/é', versionId: 'v1' }] });
  });

  test('carry only what SQS takes, however bad the key, and each attribute within 1 KiB', async () => {
    const controls = String.fromCharCode(...Array.from({ length: 0x20 }, (_, i) => i));
    const bad = `${controls}\ufffe\uffff\ud800😀`.repeat(60);
    await ack.deadLetter(await queue.receipt(), new LogferryError('bad-key', bad), { bucket: 'logs', key: `${bad}/x` });
    const { attributes } = await letter();
    for (const name of ['error', 'tenant', 'object']) {
      const value = attributes[name] ?? '';
      // https://www.w3.org/TR/REC-xml/#charsets
      expect(value).toMatch(/^[\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u);
      expect(value.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1024);
      expect(Buffer.byteLength(value)).toBeGreaterThan(1024 - 4);
    }
  });

  const verdict = { action: 'dead-letter', letters: [{ error: new LogferryError('bad-body', 'no JSON') }] } as const;

  test('are sent before the message is deleted', async () => {
    await carryOut(verdict, await queue.receipt('no JSON'), deps());
    expect(facts.names).toEqual(['message:dead-letter', 'message:delete']);
    expect((await letter()).body).toBe('no JSON');
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 0 });
  });

  test('that the queue does not take leave the message where it is, visible again', async () => {
    faults.rules.set([{ service: 'sqs', action: 'SendMessage', effect: 'error' }]);
    await carryOut(verdict, await queue.receipt('no JSON'), deps());
    expect(facts.of('message:ack-error')).toMatchObject([{ action: 'dead-letter', lost: false }]);
    expect(facts.names).toEqual(['message:ack-error']);
    expect(await queue.counts()).toEqual({ visible: 1, hidden: 0 });
    expect(await dead.counts()).toEqual({ visible: 0, hidden: 0 });
  });

  test('of which only the first is taken leave the message too: a letter twice rather than one lost', async () => {
    faults.rules.set([{ service: 'sqs', action: 'SendMessage', after: 1, effect: 'error' }]);
    const error = new LogferryError('bad-key', 'bad');
    const letters = [
      { error, ref: { bucket: 'b', key: 'k1' } },
      { error, ref: { bucket: 'b', key: 'k2' } },
    ];
    await carryOut({ action: 'dead-letter', letters }, { ...(await queue.receipt()), objects: 2 }, deps());
    expect(await dead.counts()).toEqual({ visible: 1, hidden: 0 });
    expect(await queue.counts()).toEqual({ visible: 1, hidden: 0 });
  });
});

test('a verdict to return says why, and when', async () => {
  const receipt = await queue.receipt();
  const verdict = { action: 'return', reason: 'evicted', detail: 'room was needed', delaySeconds: 0 } as const;
  await carryOut(verdict, receipt, { ack, observer: facts.observer, returnDelay: { baseSeconds: 5, maxSeconds: 900 } });
  expect(facts.of('message:return')).toMatchObject([{ messageId: receipt.messageId, reason: 'evicted', delaySeconds: 0, receiveCount: 1 }]);
  expect(await queue.counts()).toEqual({ visible: 1, hidden: 0 });
});
