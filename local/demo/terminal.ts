/** How the demo writes to people: counts, names in a column, colours where the terminal has them, and lines cut to its width. It never lets a log line steer the terminal. */
import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Wide enough for a log line to be told by, where nobody says how wide the terminal is. */
const DEFAULT_WIDTH = 120;
const LABEL_WIDTH = 12;
const number = new Intl.NumberFormat('en');

/** `1 object`, `12,345 objects` */
export function count(amount: number, one: string): string {
  return `${number.format(amount)} ${one}${amount === 1 ? '' : 's'}`;
}

export function format(amount: number): string {
  return number.format(Math.round(amount));
}

export class Terminal {
  readonly stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
  }

  get isTty(): boolean {
    return this.stream.isTTY;
  }

  get hasColours(): boolean {
    return this.style('bold', 'x') !== 'x';
  }

  get width(): number {
    return this.stream.columns ?? DEFAULT_WIDTH;
  }

  line(text = ''): void {
    this.stream.write(`${text}\n`);
  }

  /** A fact under its name, in the left column. */
  fact(label: string, text: string): void {
    this.line(`  ${this.style('dim', label.padEnd(LABEL_WIDTH))} ${text}`);
  }

  /** Takes the place of the last one on a terminal; elsewhere a line like any other. */
  status(text: string): void {
    this.stream.write(this.isTty ? `\r\u001b[2K${text}` : `${text}\n`);
  }

  /** Left plain where the stream is no terminal or NO_COLOR is set. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.stream });
  }

  /** The beginning of a text that is not ours, in one line of the terminal's width. @param taken columns that are in use already. */
  cut(text: string, taken = 0): string {
    const room = Math.max(20, this.width - taken - 1);
    const visible = stripVTControlCharacters(text.slice(0, 4 * room))
      .replaceAll(/[\p{Cc}\s]+/gu, ' ')
      .trim();
    return visible.length > room ? `${visible.slice(0, room - 1)}…` : visible;
  }
}
