/** What becomes of a message, from what became of its objects (pure). Nothing is deleted unless every object of it is settled. */
import type { FaultCode, LogferryError } from '../errors.ts';
import type { ObjectRef } from '../receive/envelope.ts';

/** What became of one object: settled when `error` is absent. */
export interface ObjectOutcome {
  readonly ref: ObjectRef;
  readonly error?: LogferryError;
}

export type Verdict =
  | { readonly action: 'delete' }
  | { readonly action: 'return'; readonly reason: FaultCode; readonly detail: string; readonly delaySeconds: number }
  /** Send these to the dead-letter queue, then delete. No `ref`: the message as a whole is hopeless. */
  | { readonly action: 'dead-letter'; readonly letters: readonly { readonly ref?: ObjectRef; readonly error: LogferryError }[] };

export interface DelayRule {
  readonly baseSeconds: number;
  readonly maxSeconds: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
const MAX_DELAY_SECONDS = 43_200;
/** A returned message with a passing fault must not wait for a quarter of an hour. */
const SOON_MAX_SECONDS = 60;

/**
 * base, 2 base, 4 base ... by the number of receives so far (1 is the first).
 * @returns seconds
 */
export function growingDelay(receiveCount: number, rule: DelayRule): number {
  return Math.min(rule.maxSeconds, rule.baseSeconds * 2 ** Math.min(30, Math.max(0, receiveCount - 1)));
}

/**
 * @param receiveCount of the message, 1 at the first receive.
 * @param deadLetters false when the worker runs without a dead-letter queue: hopeless messages then return, and what was delivered in part is done with.
 */
export function verdictOf(outcomes: readonly ObjectOutcome[], receiveCount: number, rule: DelayRule, deadLetters: boolean): Verdict {
  const failed = outcomes.flatMap(({ ref, error }) => (error && !(error.fault.partial && !deadLetters) ? [{ ref, error }] : []));
  // Those that may still come good decide first: a dead letter beside them would be sent again at each of their returns.
  const waiting = failed.filter(({ error }) => !(deadLetters && isHopeless(error, receiveCount)));
  if (waiting.length > 0)
    return longestReturn(
      waiting.map(({ error }) => error),
      receiveCount,
      rule,
    );
  if (failed.length > 0) return { action: 'dead-letter', letters: failed };
  return { action: 'delete' };
}

export function isHopeless(error: LogferryError, receiveCount: number): boolean {
  const { disposition, deadLetterAfter } = error.fault;
  return disposition === 'dead-letter' || (deadLetterAfter !== undefined && receiveCount >= deadLetterAfter);
}

function longestReturn(errors: readonly LogferryError[], receiveCount: number, rule: DelayRule): Verdict {
  const delays = errors.map((error) => ({ error, delaySeconds: delayFor(error, receiveCount, rule) }));
  const { error, delaySeconds } = delays.reduce((a, b) => (b.delaySeconds > a.delaySeconds ? b : a));
  return { action: 'return', reason: error.code, detail: error.message, delaySeconds };
}

function delayFor(error: LogferryError, receiveCount: number, rule: DelayRule): number {
  if (error.retryAfterMs !== undefined) return Math.min(MAX_DELAY_SECONDS, Math.ceil(error.retryAfterMs / 1000));
  switch (error.fault.disposition) {
    case 'at-once':
      return 0;
    case 'later':
    case 'dead-letter':
      return growingDelay(receiveCount, rule);
    case 'soon':
    case 'central':
      return growingDelay(receiveCount, { ...rule, maxSeconds: Math.min(SOON_MAX_SECONDS, rule.maxSeconds) });
    default:
      return error.fault.disposition satisfies never;
  }
}
