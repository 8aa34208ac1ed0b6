/** One S3 call, as its handlers see it, and how they answer. */
import type { ServerResponse } from 'node:http';
import { readBody } from '../read-body.ts';
import type { Clock, ServiceRequest } from '../service.ts';
import { type Bucket, NULL_VERSION, type ObjectVersion } from './bucket.ts';
import type { Notifier } from './notifier.ts';
import type { Store } from './store.ts';
import { buildXml, parseXml, type XmlElement } from './xml.ts';

export interface S3Call extends ServiceRequest {
  /** Empty for calls on the service, and the key for calls on the bucket. */
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly notifier: Notifier;
}

export type Handler = (call: S3Call) => Promise<void> | void;

/** The request's XML; read whole, since it lists a thousand names at most. */
export async function readXml({ req }: S3Call, root: string): Promise<XmlElement> {
  return parseXml((await readBody(req)).toString(), root);
}

export function sendXml(res: ServerResponse, root: string, content: Readonly<Record<string, unknown>>): void {
  const body = buildXml(root, content);
  res.setHeader('content-type', 'application/xml');
  res.setHeader('content-length', Buffer.byteLength(body));
  res.end(body);
}

export function sendEmpty(res: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.writeHead(status, status === 204 ? {} : { 'content-length': 0 });
  res.end();
}

/** The version's id where the bucket tells of versions at all. */
export function versionIdOf(bucket: Bucket, { versionId }: Pick<ObjectVersion, 'versionId'>): string | undefined {
  return bucket.versioning === undefined && versionId === NULL_VERSION ? undefined : versionId;
}

/** The header for it, or none. */
export function versionHeader(bucket: Bucket, version: Pick<ObjectVersion, 'versionId'>): Record<string, string> {
  const id = versionIdOf(bucket, version);
  return id === undefined ? {} : { 'x-amz-version-id': id };
}
