/** What a setting is: a text or a whole number in its unit, with its bounds and advice. The table of all is settings.ts. */

export type Mode = 'sqs' | 'lambda' | 'manual';
export const MODES: readonly Mode[] = ['sqs', 'lambda', 'manual'];

interface Common {
  /** Effect, trade-off, and when to change it. */
  readonly advice: string;
}
export interface TextSetting extends Common {
  readonly kind: 'text';
  readonly default?: string;
  readonly pattern?: RegExp;
  /** What `pattern` wants, in words. */
  readonly expected?: string;
  readonly oneOf?: readonly string[];
  /** Modes in which the worker refuses to start without it. */
  readonly required?: readonly Mode[];
}
export interface NumberSetting extends Common {
  readonly kind: 'integer';
  readonly unit: 'minutes' | 'seconds' | 'milliseconds' | 'bytes' | 'count' | 'port';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}
export type Setting = TextSetting | NumberSetting;

/** A setting that is a text; unset it is undefined, unless it has a default. */
export const text = <const T extends Omit<TextSetting, 'kind'>>(setting: T) => ({ kind: 'text' as const, ...setting });
/** A setting that is a whole number of this unit: its default, its lower and upper bound, its advice. */
const integer =
  (unit: NumberSetting['unit']) =>
  (fallback: number, min: number, max: number, advice: string): NumberSetting => ({
    kind: 'integer',
    unit,
    default: fallback,
    min,
    max,
    advice,
  });
export const [minutes, seconds, milliseconds, bytes, count, port] = [
  integer('minutes'),
  integer('seconds'),
  integer('milliseconds'),
  integer('bytes'),
  integer('count'),
  integer('port'),
];
