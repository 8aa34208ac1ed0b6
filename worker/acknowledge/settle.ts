/** Carries a verdict out. The delete comes last: what must be kept is kept before it. */
import { describe } from '../errors.ts';
import type { Observer } from '../observe/events.ts';
import type { Receipt } from '../receive/receipt.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Acknowledger } from './acknowledge.ts';
import { growingDelay, type DelayRule, type Verdict } from './outcome.ts';

export interface SettleDeps {
  readonly ack: Acknowledger;
  readonly observer: Observer;
  readonly returnDelay: DelayRule;
  /** Notes in the ledger where a letter lies; missing without a ledger. */
  readonly ledger?: Pick<Ledger, 'bury'>;
}

/** Resolves when SQS has taken the answer (or refused it, which is emitted). Never throws. */
export async function carryOut(verdict: Verdict, receipt: Receipt, deps: SettleDeps): Promise<void> {
  switch (verdict.action) {
    case 'delete':
      return await deps.ack.delete(receipt);
    case 'return':
      deps.observer.emit('message:return', { ...verdict, messageId: receipt.messageId, receiveCount: receipt.receiveCount });
      return await deps.ack.giveBack(receipt, verdict.delaySeconds);
    case 'dead-letter':
      return await bury(verdict, receipt, deps);
    default:
      return verdict satisfies never;
  }
}

async function bury(
  verdict: Extract<Verdict, { action: 'dead-letter' }>,
  receipt: Receipt,
  { ack, observer, returnDelay, ledger }: SettleDeps,
): Promise<void> {
  try {
    for (const { error, ref } of verdict.letters) {
      await ack.deadLetter(receipt, error, ref);
      if (error.claim) await ledger?.bury(error.claim, error.code);
    }
  } catch (error) {
    // The dead-letter queue did not take it: it comes again, and a letter sent before this one is then there twice.
    observer.emit('message:ack-error', { messageId: receipt.messageId, action: 'dead-letter', lost: false, error: describe(error) });
    return await ack.giveBack(receipt, growingDelay(receipt.receiveCount, returnDelay));
  }
  await ack.delete(receipt);
}
