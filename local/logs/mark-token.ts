/** Page tokens of events (pure): a border between two events and a direction, so that events which come later shift no page. */
import { invalid } from './error.ts';
import type { Mark } from './timeline.ts';

const TIME_DIGITS = 20;
const SEQ_DIGITS = 36;
const TOKEN = /^([fb])\/(\d{20})(\d{36})\/s$/;

export interface MarkToken {
  readonly direction: 'forward' | 'backward';
  readonly mark: Mark;
}

/** As AWS's look: `f/<56 digits>/s`, `b/<56 digits>/s`. */
export function encodeMark({ direction, mark: { timestamp, seq } }: MarkToken): string {
  const digits = String(timestamp).padStart(TIME_DIGITS, '0') + String(seq).padStart(SEQ_DIGITS, '0');
  return `${direction === 'forward' ? 'f' : 'b'}/${digits}/s`;
}

/** @throws LogsError for a token that no answer gave. */
export function decodeMark(token: string): MarkToken {
  const [, direction, timestamp, seq] = TOKEN.exec(token) ?? [];
  if (direction === undefined) throw invalid('The specified nextToken is invalid.');
  return { direction: direction === 'f' ? 'forward' : 'backward', mark: { timestamp: Number(timestamp), seq: Number(seq) } };
}
