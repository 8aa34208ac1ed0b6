/** Shows how far the delivery is: a bar on a terminal, a line now and then elsewhere. */
import { SingleBar } from 'cli-progress';
import type { Progress } from './delivery.ts';
import { count, format, type Terminal } from './terminal.ts';

const PLAIN_EVERY_MS = 1000;
const BAR_EVERY_MS = 80;

export interface ProgressView {
  update(progress: Progress): void;
  end(progress: Progress): void;
}

export function showProgress(terminal: Terminal): ProgressView {
  return terminal.isTty ? new Bar(terminal) : new PlainLines(terminal);
}

class Bar implements ProgressView {
  readonly #bar: SingleBar;
  #shownAt = -Infinity;

  constructor(terminal: Terminal) {
    const format = `  ${terminal.style('cyan', '{bar}')} {objectsDone}/{objects} objects  {words}`;
    const look = { barCompleteChar: '█', barIncompleteChar: '░', barsize: 24, hideCursor: true };
    this.#bar = new SingleBar({ stream: terminal.stream, format, ...look, autopadding: true });
  }

  update(progress: Progress): void {
    if (!this.#bar.isActive) this.#bar.start(progress.objects, 0, { ...progress, words: words(progress) });
    if (performance.now() - this.#shownAt < BAR_EVERY_MS) return;
    this.#shownAt = performance.now();
    this.#bar.update(progress.objectsDone, { ...progress, words: words(progress) });
  }

  end(progress: Progress): void {
    this.#shownAt = -Infinity;
    this.update(progress);
    this.#bar.stop();
  }
}

class PlainLines implements ProgressView {
  readonly #terminal: Terminal;
  #shownAt = performance.now();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  update(progress: Progress): void {
    if (performance.now() - this.#shownAt >= PLAIN_EVERY_MS) this.end(progress);
  }

  end(progress: Progress): void {
    this.#shownAt = performance.now();
    this.#terminal.line(`  ${progress.objectsDone}/${count(progress.objects, 'object')}  ${words(progress)}`);
  }
}

function words({ lines, linesPerSecond, lagMs }: Progress): string {
  return `${count(lines, 'line')}  ${format(linesPerSecond)} lines/s  lag ${(lagMs / 1000).toFixed(1)} s`;
}
