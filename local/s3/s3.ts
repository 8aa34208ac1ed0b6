/**
 * S3 behind the front: path style and virtual hosts, bodies streamed to and from files, versions, multipart, notifications. What it does not know it
 * refuses by name; it never takes an unknown sub-resource for the object itself.
 */
import { randomUUID } from 'node:crypto';
import type { Caller, Clock, LocalService, ServiceRequest } from '../service.ts';
import { readAddress } from './address.ts';
import * as buckets from './buckets.ts';
import type { Handler, S3Call } from './call.ts';
import { deleteObject, deleteObjects } from './deletes.ts';
import { S3Error } from './error.ts';
import * as listing from './listing.ts';
import { type Destinations, Notifier } from './notifier.ts';
import { type Operation, operationOf } from './operation.ts';
import { getObject, headObject } from './reads.ts';
import { Store } from './store.ts';
import { VirtualBody, type VirtualObject } from './virtual.ts';
import * as writes from './writes.ts';
import { buildXml } from './xml.ts';

export interface S3Options {
  readonly clock: Clock;
  /** A folder of its own for object bytes; removed at the stop. */
  readonly folder: string;
  readonly destinations: Destinations;
}

/** One access, as whoever decides on it sees it. */
export interface Access {
  readonly caller: Caller;
  readonly operation: Operation;
  /** Empty for calls on the service, and the key for calls on the bucket. */
  readonly bucket: string;
  readonly key: string;
}

const HANDLERS: Record<Operation, Handler> = {
  ListBuckets: listing.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  PutBucketVersioning: buckets.putBucketVersioning,
  GetBucketVersioning: buckets.getBucketVersioning,
  PutBucketNotification: buckets.putBucketNotification,
  GetBucketNotification: buckets.getBucketNotification,
  ListObjectsV2: listing.listObjectsV2,
  ListObjectVersions: listing.listObjectVersions,
  ListObjects: listing.listObjects,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  HeadObject: headObject,
  CopyObject: writes.copyObject,
  UploadPart: writes.uploadPart,
  PutObject: writes.putObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: writes.createMultipartUpload,
  CompleteMultipartUpload: writes.completeMultipartUpload,
  AbortMultipartUpload: writes.abortMultipartUpload,
};

export class S3 implements LocalService {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #notifier: Notifier;
  #allows: (access: Access) => boolean = () => true;

  private constructor(store: Store, { clock, destinations }: S3Options) {
    this.#store = store;
    this.#clock = clock;
    this.#notifier = new Notifier(destinations, clock);
  }

  static async open(options: S3Options): Promise<S3> {
    return new S3(await Store.open(options.folder), options);
  }

  async handle(request: ServiceRequest): Promise<void> {
    const requestId = randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();
    request.res.setHeader('x-amz-request-id', requestId);
    request.res.setHeader('x-amz-id-2', requestId);
    try {
      await this.#perform(request, requestId);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      sendError(request, error, requestId);
    }
  }

  /**
   * Puts an object whose bytes are made as they are read; it tells of itself like any other.
   * @throws S3Error `NoSuchBucket`.
   */
  async putVirtual(bucketName: string, key: string, object: VirtualObject): Promise<void> {
    const bucket = this.#store.bucket(bucketName);
    const { etag, headers = {} } = object;
    const version = bucket.put({ key, body: new VirtualBody(object), etag, headers, checksums: {}, lastModified: this.#clock.now() });
    await this.#notifier.notify(bucket, 'ObjectCreated:Put', version, 'VIRTUAL');
  }

  /**
   * Asks `allows` before each call from now on; all is allowed until then. As on AWS, who may not list a bucket (`ListObjectsV2`) is not told
   * that a key is missing from it.
   */
  allowOnly(allows: (access: Access) => boolean): void {
    this.#allows = allows;
  }

  /** Where the events of buckets with EventBridge switched on go: there is no event bus here, so a test forwards them itself. */
  onEventBridge(listener: (event: Readonly<Record<string, unknown>>) => Promise<void>): void {
    this.#notifier.onEventBridge = listener;
  }

  async stop(): Promise<void> {
    await this.#store.close();
  }

  async #perform(request: ServiceRequest, requestId: string): Promise<void> {
    const { req } = request;
    const address = readAddress(req.url ?? '/', req.headers.host);
    const operation = operationOf(req.method ?? 'GET', address, req.headers['x-amz-copy-source'] !== undefined);
    if (operation === undefined) throw new S3Error('NotImplemented');
    const { bucket = '', key = '', query } = address;
    const call: S3Call = { ...request, bucket, key, query, requestId, store: this.#store, clock: this.#clock, notifier: this.#notifier };
    if (!this.#allows({ caller: request.caller, operation, bucket, key })) throw new S3Error('AccessDenied');
    try {
      await HANDLERS[operation](call);
    } catch (error) {
      const hidden = error instanceof S3Error && error.code === 'NoSuchKey';
      const lists = (): boolean => this.#allows({ caller: request.caller, operation: 'ListObjectsV2', bucket, key: '' });
      throw hidden && !lists() ? new S3Error('AccessDenied') : error;
    }
  }
}

function sendError({ req, res }: ServiceRequest, error: S3Error, RequestId: string): void {
  if (res.headersSent) return void res.destroy();
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  const path = (req.url ?? '/').split('?', 1)[0];
  const body = buildXml('Error', { Code: error.code, Message: error.message, Resource: path, RequestId, HostId: RequestId }, false);
  // The answer to HEAD has no body, its length notwithstanding.
  res.writeHead(error.status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
  res.end(req.method === 'HEAD' ? undefined : body);
}
