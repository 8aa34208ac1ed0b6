/** A log file on this machine as a stream of its text's bytes; rotated ones are unpacked. Faults are told in words, with the file's whole path. */
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GeneratorError } from './error.ts';

/** As Vector's file source knows a rotated file: by its first bytes, not by its name (vector_common::constants::GZIP_MAGIC). */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);
const READ_BYTES = 256 * 1024;

/** @throws GeneratorError when it cannot be read; found out before anything is shipped, not halfway. */
export async function requireReadable(path: string): Promise<void> {
  const directory = await withReason(path, async () => {
    await access(path, constants.R_OK);
    return (await stat(path)).isDirectory();
  });
  if (directory) throw new GeneratorError(`Cannot read ${resolve(path)}: it is a directory. Name the files in it: ${path}/*`);
}

/** @throws GeneratorError when it cannot be opened, breaks off, or is broken gzip. */
export async function* readLogFile(path: string): AsyncGenerator<Buffer, void> {
  const source = await withReason(path, async () => {
    const file = await open(path);
    return file.createReadStream({ highWaterMark: READ_BYTES });
  });
  try {
    yield* readLogStream(path, source);
  } finally {
    source.destroy();
  }
}

/**
 * What comes from elsewhere than a file of its own: standard input, say.
 * @param path only named in errors.
 * @throws GeneratorError when it breaks off, or is broken gzip.
 */
export async function* readLogStream(path: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    yield* unpacked(source);
  } catch (error) {
    throw explain(path, error);
  }
}

async function* unpacked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const chunks = source[Symbol.asyncIterator]();
  // One read gives the magic whole, or the file is shorter than it (a pipe may give less, and then counts as text).
  const first = await chunks.next();
  if (first.done === true) return;
  const all = (async function* (): AsyncGenerator<Buffer, void> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  })();
  if (!first.value.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  const packed = Readable.from(all, { objectMode: false });
  packed.once('error', (error) => gunzip.destroy(error));
  yield* packed.pipe(gunzip) as AsyncIterable<Buffer>;
}

/** `/var/log/Apache_2k.log.1` -> `apache_2k`: what an application is called whose log this is, if nobody says. */
export function applicationOf(path: string): string {
  const stem = basename(path).replace(/(?:\.(?:log|txt|out|err|json|ndjson|gz|\d+))+$/i, '');
  const name = stem
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 63);
  return /[a-z0-9]/.test(name) ? name : 'log';
}

async function withReason<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Check the name; relative ones start at the folder that npm runs in',
  EACCES: 'this user may not. Copy it, or run as one who may',
  EISDIR: 'it is a directory. Name the files in it',
  Z_DATA_ERROR: 'it begins as gzip and is broken further on. Unpack what can be saved with zcat, and ship that',
  Z_BUF_ERROR: 'it is gzip and ends in the middle. Unpack what is there with zcat, and ship that',
};

function explain(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? error.message;
  return new GeneratorError(`Cannot read ${resolve(path)}: ${reason.replace(/\.$/, '')}.`, { cause: error });
}
