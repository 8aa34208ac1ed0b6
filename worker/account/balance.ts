/**
 * The account of an object's lines (pure): read = accepted + filtered + rejected. `read` is what the splitter counted; the rest is counted where
 * lines leave, from the events that were really sent, so that the check can fail.
 */
import type { Window } from '../batch/window.ts';
import type { LineCounts } from '../observe/events.ts';

/** @param rejected numbers of lines that CloudWatch refused, as deliver reports them. */
export function settle(window: Window, rejected: ReadonlySet<number>): LineCounts {
  const counts: LineCounts = { read: window.endLine - window.firstLine, accepted: 0, filtered: window.filtered, rejected: 0 };
  let previous = -1;
  for (const line of window.lineOf) {
    // A line's parts stand together. One that goes on in the next window is counted where it ends.
    if (line === previous || line >= window.endLine) continue;
    previous = line;
    if (rejected.has(line)) counts.rejected++;
    else counts.accepted++;
  }
  return counts;
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
