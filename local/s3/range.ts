/** The Range header (pure). It knows one range, as S3 does. */
import { S3Error } from './error.ts';

/** `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * @param size of the whole body in bytes.
 * @returns undefined where there is no range, or one that S3 takes for none (several, another unit): the whole is served.
 * @throws S3Error `InvalidRange` when it begins past the end. https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
 */
export function readRange(header: string | undefined, size: number): Span | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(Number(to) + 1, size);
  if (start >= size) throw new S3Error('InvalidRange', undefined, { 'content-range': `bytes */${size}` });
  return { start, end };
}
