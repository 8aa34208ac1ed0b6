/** A folder of objects as an agent wrote them -> what the demo delivers. It reads them on its own, not by the worker's code, so that the two can differ. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseObjectKey } from '../../worker/locate/object-key.ts';
import { type Customer, customerOf, customersOf } from './customer.ts';
import { type DemoObject, requireComparable, requireKept } from './demo-object.ts';
import { DemoError } from './error.ts';
import { count } from './terminal.ts';

/** CloudWatch Logs takes lines of the last 14 days and the next 2 hours; a day and an hour are left for the demo itself. */
const MAX_AGE_MS = 13 * 24 * 60 * 60 * 1000;
const MAX_AHEAD_MS = 60 * 60 * 1000;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

interface ReadObject extends DemoObject {
  readonly bytes: number;
  /** Of its records, in milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface ReadyObjects {
  readonly customers: readonly Customer[];
  readonly objects: readonly DemoObject[];
  /** For people. */
  readonly sources: readonly string[];
  /** Milliseconds since 1970 that CloudWatch Logs must take for now; absent where the real time will do. */
  readonly nowMs?: number;
}

/** @throws DemoError that names the file at fault. */
export async function readObjects(folder: string): Promise<ReadyObjects> {
  const keys = await keysBelow(folder);
  const objects: ReadObject[] = [];
  let bytes = 0;
  for (const key of keys) {
    const object = readObject(key, await readFile(join(folder, key)), folder);
    objects.push(object);
    requireKept((bytes += object.bytes));
  }
  const customers = customersOf(new Set(keys.map(customerOf)));
  const sources = [`${count(objects.length, 'object')} of ${count(customers.length, 'customer')}, as they are in ${resolve(folder)}`];
  return { customers, objects, sources, ...setBack(objects) };
}

/** Sorted; files whose name begins with a dot are no objects. */
async function keysBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new DemoError(`Cannot read the folder ${resolve(folder)}: ${error.code ?? error.message}.`, { cause: error });
  });
  const files = found.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const keys = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll(sep, '/')).toSorted();
  if (keys.length === 0) throw new DemoError(`There are no objects in ${resolve(folder)}.`);
  for (const key of keys) requireKey(key, folder);
  return keys;
}

function requireKey(key: string, folder: string): void {
  try {
    parseObjectKey(key);
  } catch (error) {
    throw new DemoError(`${resolve(folder, key)} is no object of an agent: ${(error as Error).message}.`, { cause: error });
  }
}

function readObject(key: string, body: Buffer, folder: string): ReadObject {
  const messages: string[] = [];
  let [firstMs, lastMs] = [Infinity, -Infinity];
  const ndjson = inflate(key, body, folder);
  requireComparable(key, ndjson);
  const lines = ndjson.toString().split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [i, line] of lines.entries()) {
    const { message, timestampMs } =
      readRecord(line) ?? fail(`line ${i + 1} of ${resolve(folder, key)} is no record with a text as "message" and a "timestamp"`);
    messages.push(message);
    firstMs = Math.min(firstMs, timestampMs);
    lastMs = Math.max(lastMs, timestampMs);
  }
  return { key, body, messages, bytes: ndjson.length, firstMs, lastMs };
}

function inflate(key: string, body: Buffer, folder: string): Buffer {
  if (!body.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return body;
  try {
    return gunzipSync(body);
  } catch (error) {
    throw new DemoError(`${resolve(folder, key)} is broken gzip: ${(error as Error).message}.`, { cause: error });
  }
}

function readRecord(line: string): { message: string; timestampMs: number } | undefined {
  try {
    const { message, timestamp } = JSON.parse(line) as { message?: unknown; timestamp?: unknown };
    const timestampMs = Date.parse(String(timestamp));
    return typeof message === 'string' && !Number.isNaN(timestampMs) ? { message, timestampMs } : undefined;
  } catch {
    return undefined;
  }
}

function fail(what: string): never {
  throw new DemoError(`Cannot tell what should arrive: ${what}. --objects takes what Vector wrote: NDJSON, also gzip.`);
}

/** The last line's time becomes now where CloudWatch Logs would not take all of the lines by the real clock. */
function setBack(objects: readonly ReadObject[]): Pick<ReadyObjects, 'nowMs'> {
  const first = Math.min(...objects.map(({ firstMs }) => firstMs));
  const last = Math.max(...objects.map(({ lastMs }) => lastMs));
  const now = Date.now();
  return first < now - MAX_AGE_MS || last > now + MAX_AHEAD_MS ? { nowMs: last } : {};
}
