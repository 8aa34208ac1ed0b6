/** What a style of log lines is. */
import type { Random } from '../random.ts';

/** One entry of a log, written at `at`: a line or, as with stack traces, several. Lines hold no line feed; they may be empty. */
export type Style = (random: Random, at: Date) => readonly string[];
