/**
 * How the command writes: tables and short sentences for people, coloured on a terminal only; one JSON value for machines. It never lets a value of a row
 * steer the terminal.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import Table from 'cli-table3';

type Style = Parameters<typeof styleText>[0];

/** Rules above, below and under the head are enough. */
const HIDDEN = ['left', 'left-mid', 'top-left', 'bottom-left', 'right', 'right-mid', 'top-right', 'bottom-right'];
const BETWEEN = ['middle', 'top-mid', 'mid-mid', 'bottom-mid'];
const RULES_ONLY = Object.fromEntries([...HIDDEN, ...BETWEEN].map((name) => [name, '']));

export class Output {
  readonly isJson: boolean;
  readonly #stream: NodeJS.WriteStream;
  readonly #errors: NodeJS.WriteStream;

  constructor(isJson: boolean, stream: NodeJS.WriteStream, errors: NodeJS.WriteStream) {
    this.isJson = isJson;
    this.#stream = stream;
    this.#errors = errors;
  }

  /** The answer, in whichever form is wanted. */
  answer(value: unknown, show: () => void): void {
    if (this.isJson) this.#stream.write(`${toJson(value, 2)}\n`);
    else show();
  }

  line(text = ''): void {
    this.#stream.write(`${text}\n`);
  }

  /** Beside the answer, so that a pipe gets the answer alone. */
  warn(text: string): void {
    this.#errors.write(`logferry: ${plain(text)}\n`);
  }

  /** How far it is, for whoever watches. */
  progress(text: string): void {
    if (this.#errors.isTTY) this.warn(text);
  }

  /** Left plain where the stream is no terminal or NO_COLOR is set. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stream });
  }

  /** @param rows cells that may be styled already. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const hasColours = this.style('bold', 'x') !== 'x';
    const table = new Table({
      head: [...head],
      chars: RULES_ONLY,
      style: { compact: true, head: hasColours ? ['bold'] : [], border: hasColours ? ['gray'] : [] },
    });
    table.push(...rows.map((row) => [...row]));
    // Blanks at a line's end only make diffs and copies ugly.
    for (const line of table.toString().split('\n')) this.line(line.trimEnd());
  }
}

/** A value of a row as people read it, on one line. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return '';
  if (value instanceof Set || Array.isArray(value)) return [...value].map(shown).join(',');
  return plain(typeof value === 'string' ? value : toJson(value));
}

/** `1 line`, `1,000 lines`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : `${noun}s`}`;
}

/** Without what would steer a terminal; lines stay lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');
}

/** DynamoDB's sets as lists, its big numbers as texts. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, asJson, indent);
}

function asJson(_: string, part: unknown): unknown {
  if (part instanceof Set) return [...part].map(String).toSorted();
  return typeof part === 'bigint' || part instanceof NumberValue ? String(part) : part;
}
