/** Reads an object's windows as the pipeline does, and the events out of them as CloudWatch would see them. */
import { batchesOf, requestBody } from '../../../worker/batch/batch.ts';
import type { Window } from '../../../worker/batch/window.ts';
import { windows, type WindowOptions, type WindowReader } from '../../../worker/batch/windows.ts';
import { Observer } from '../../../worker/observe/events.ts';
import { stored } from '../decode/chunked.ts';

export const LAST_MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface Reading {
  readonly windows: readonly Window[];
  readonly error: unknown;
  /** What `line:oversize` said. */
  readonly oversize: readonly number[];
}

export type Source = readonly Buffer[] | (AsyncIterable<Buffer> & { close?: () => void });

export function readerOf(source: Source, options: Partial<WindowOptions> = {}): WindowReader {
  const chunks = Array.isArray(source) ? stored(source as Buffer[]) : (source as AsyncIterable<Buffer> & { close?: () => void });
  const close = () => ('close' in chunks ? chunks.close?.() : undefined);
  return windows(
    { bucket: 'b', key: 'k', chunks, lastModifiedMs: LAST_MODIFIED, close },
    {
      maxObjectRawBytes: Number.MAX_SAFE_INTEGER,
      maxLineBytes: 8 * 1024 * 1024,
      maxEventBytes: 1024 * 1024,
      lingerMs: 60_000,
      format: 'message',
      observer: new Observer(),
      ...options,
    },
  );
}

export async function readAll(source: Source, options: Partial<WindowOptions> = {}): Promise<Reading> {
  const oversize: number[] = [];
  const observer = new Observer().on('line:oversize', ({ parts }) => oversize.push(parts));
  const reader = readerOf(source, { observer, ...options });
  const all: Window[] = [];
  let error: unknown;
  try {
    for (let window = await reader.next(); window; window = await reader.next()) all.push(window);
  } catch (thrown) {
    error = thrown;
  }
  await reader.close();
  return { windows: all, error, oversize };
}

export interface SentEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** The events of a window in the order of its lines, read from the literals. */
export function eventsOf(window: Window): SentEvent[] {
  return Array.from(window.times, (timestamp, i) => ({
    timestamp,
    message: JSON.parse(window.literals.toString('utf8', window.offsets[i], window.offsets[i + 1])) as string,
  }));
}

export const messagesOf = (all: readonly Window[]): string[] => all.flatMap((window) => eventsOf(window).map(({ message }) => message));

/** The events of a window as they are sent, batch by batch. */
export function sentOf(window: Window): SentEvent[][] {
  return batchesOf(window).map((batch) => (JSON.parse(requestBody(batch, 'g', 's').toString()) as { logEvents: SentEvent[] }).logEvents);
}
