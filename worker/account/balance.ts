/**
 * The account of an object's lines (pure): read = accepted + filtered + quarantined + rejected. `read` is what the splitter counted; the rest is counted where
 * lines leave, from the events that were really sent, so that the check can fail.
 */
import type { Window } from '../batch/window.ts';
import type { LineCounts } from '../observe/events.ts';

/** What is known of one object's lines whose parts lie in several windows, which may be settled in any order. */
export class TornLines {
  /** Lines of which a window was refused a part, but which end in another. */
  readonly refused = new Set<number>();
  /** Lines that were counted as accepted where they end, but began in another window. */
  readonly accepted = new Set<number>();
}

/** What becomes of a line that CloudWatch does not take: kept in the quarantine bucket, or (without one) with the message in the dead-letter queue. */
export type Refused = 'quarantined' | 'rejected';

/**
 * A line is counted where it ends, and accepted only when all of its parts are. When a part from before its end is refused later, the counts take
 * that back: `accepted` may then be -1.
 * @param refused numbers of lines that CloudWatch did not take, as deliver reports them.
 * @param torn of the object; it is kept up here.
 */
export function settle(window: Window, refused: Pick<ReadonlySet<number>, 'has'>, torn: TornLines, way: Refused = 'rejected'): LineCounts {
  const read = window.endLine - window.firstLine;
  const counts: LineCounts = { read, accepted: 0, filtered: window.filtered, quarantined: 0, rejected: 0 };
  let previous = -1;
  for (const line of window.lineOf) {
    // A line's parts stand together.
    if (line === previous) continue;
    previous = line;
    if (line < window.endLine) counts[endedAs(line, window, refused.has(line), torn) ?? way]++;
    else if (refused.has(line) && isTakenBack(line, torn)) {
      counts.accepted--;
      counts[way]++;
    }
  }
  return counts;
}

function endedAs(line: number, window: Window, isRefused: boolean, torn: TornLines): 'accepted' | undefined {
  if (isRefused || torn.refused.has(line)) return undefined;
  if (line === window.firstLine && !window.beginsAtLineBorder) torn.accepted.add(line);
  return 'accepted';
}

/** @returns whether the line has been counted as accepted already, in the window where it ends. */
function isTakenBack(line: number, torn: TornLines): boolean {
  torn.refused.add(line);
  return torn.accepted.delete(line);
}

export function addTo(total: LineCounts, counts: LineCounts): void {
  total.read += counts.read;
  total.accepted += counts.accepted;
  total.filtered += counts.filtered;
  total.quarantined += counts.quarantined;
  total.rejected += counts.rejected;
}

export function isClosed(counts: LineCounts): boolean {
  return counts.read === counts.accepted + counts.filtered + counts.quarantined + counts.rejected;
}
