/**
 * Filter patterns of plain terms (pure): all terms, `?any` of some, `-none` of others, quoted or not. What looks into JSON, columns or regular
 * expressions is refused by name, never taken for a term.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { invalid } from './error.ts';

/** A sign, then a quoted text with `\"` in it, or a bare word. */
const TERM = /^\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([\w]+))(?=\s|$)/;

export type MessageFilter = (message: string) => boolean;

/** @throws LogsError `InvalidParameterException` for what is not made of terms. */
export function parseFilterPattern(pattern: string): MessageFilter {
  const all: string[] = [];
  const any: string[] = [];
  const none: string[] = [];
  for (let rest = pattern.trimEnd(); rest !== '';) {
    const [whole, sign, quoted, word] = TERM.exec(rest) ?? [];
    if (whole === undefined) throw notKnown(pattern);
    const term = quoted?.replaceAll(/\\(.)/gs, '$1') ?? word ?? '';
    (sign === '-' ? none : sign === '?' ? any : all).push(term);
    rest = rest.slice(whole.length);
  }
  return (message) => {
    const has = (term: string): boolean => message.includes(term);
    return all.every(has) && !none.some(has) && (any.length === 0 || any.some(has));
  };
}

function notKnown(pattern: string): Error {
  return invalid(
    `Invalid filter pattern: this emulator knows words and "quoted terms", with ? or - before them, but not ${JSON.stringify(pattern)}.`,
  );
}
