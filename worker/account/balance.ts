/**
 * The account of an object's lines (pure): read = accepted + filtered + rejected. `read` is what the splitter counted; the rest is counted where
 * lines leave, from the events that were really sent, so that the check can fail.
 */
import type { Window } from '../batch/window.ts';
import type { LineCounts } from '../observe/events.ts';

/** What is known of one object's lines whose parts lie in several windows, which may be settled in any order. */
export class TornLines {
  /** Lines of which a window was refused a part, but which end in another. */
  readonly rejected = new Set<number>();
  /** Lines that were counted as accepted where they end, but began in another window. */
  readonly accepted = new Set<number>();
}

/**
 * A line is counted where it ends, and accepted only when all of its parts are. When a part from before its end is refused later, the counts take
 * that back: `accepted` may then be -1.
 * @param rejected numbers of lines that CloudWatch refused, as deliver reports them.
 * @param torn of the object; it is kept up here.
 */
export function settle(window: Window, rejected: ReadonlySet<number>, torn: TornLines): LineCounts {
  const counts: LineCounts = { read: window.endLine - window.firstLine, accepted: 0, filtered: window.filtered, rejected: 0 };
  let previous = -1;
  for (const line of window.lineOf) {
    // A line's parts stand together.
    if (line === previous) continue;
    previous = line;
    if (line < window.endLine) countEnded(line, window, rejected.has(line), counts, torn);
    else if (rejected.has(line)) countTorn(line, counts, torn);
  }
  return counts;
}

function countEnded(line: number, window: Window, isRejected: boolean, counts: LineCounts, torn: TornLines): void {
  if (isRejected || torn.rejected.has(line)) {
    counts.rejected++;
    return;
  }
  counts.accepted++;
  if (line === window.firstLine && !window.beginsAtLineBorder) torn.accepted.add(line);
}

function countTorn(line: number, counts: LineCounts, torn: TornLines): void {
  torn.rejected.add(line);
  if (!torn.accepted.delete(line)) return;
  counts.accepted--;
  counts.rejected++;
}

export function addTo(total: LineCounts, counts: LineCounts): void {
  total.read += counts.read;
  total.accepted += counts.accepted;
  total.filtered += counts.filtered;
  total.rejected += counts.rejected;
}

export function isClosed(counts: LineCounts): boolean {
  return counts.read === counts.accepted + counts.filtered + counts.rejected;
}
