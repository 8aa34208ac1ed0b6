/** One SQS message body from standard input; the verdict goes to standard output, and the exit code tells. No queue is touched. */
import { text } from 'node:stream/consumers';
import type { Verdict } from '../acknowledge/outcome.ts';
import { openMessage, processMessage } from '../message.ts';
import type { Shutdown } from '../run/shutdown.ts';
import type { Worker } from '../worker.ts';

/** 0: delivered (or nothing to deliver); 1: not delivered, a later try may succeed; 2: hopeless, the service would make it a dead letter. */
export const EXIT_CODES = { delete: 0, return: 1, 'dead-letter': 2 } as const satisfies Record<Verdict['action'], number>;

/** @returns the exit code. */
export async function runManual(
  worker: Worker,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  shutdown: Shutdown,
): Promise<number> {
  const body = await text(input);
  const verdict = await processMessage(
    { messageId: 'manual', receiveCount: 1, isRedriven: true },
    openMessage(body),
    worker,
    shutdown.signals,
  );
  output.write(`${JSON.stringify(report(verdict))}\n`);
  return EXIT_CODES[verdict.action];
}

function report(verdict: Verdict): Record<string, unknown> {
  switch (verdict.action) {
    case 'delete':
      return { outcome: 'settled' };
    case 'return':
      return { outcome: 'not-delivered', reason: verdict.reason, detail: verdict.detail };
    case 'dead-letter':
      return {
        outcome: 'hopeless',
        letters: verdict.letters.map(({ ref, error }) => ({ object: ref, reason: error.code, detail: error.message })),
      };
    default:
      return verdict satisfies never;
  }
}
