/** All buckets, their uploads in progress, and the folder that their bytes lie in, under random names. Gone with the process. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bucket } from './bucket.ts';
import { S3Error } from './error.ts';
import { MultipartUploads } from './multipart.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export class Store {
  readonly uploads = new MultipartUploads();
  readonly #buckets = new Map<string, Bucket>();
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<Store> {
    await mkdir(folder, { recursive: true });
    return new Store(folder);
  }

  get buckets(): readonly Bucket[] {
    return [...this.#buckets.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws S3Error `NoSuchBucket`. */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Error('NoSuchBucket');
    return bucket;
  }

  /** @throws S3Error when the name is not valid or taken; us-east-1 answers a repetition as the first time. */
  create(name: string, region: string, now: number): void {
    if (!BUCKET_NAME.test(name)) throw new S3Error('InvalidBucketName');
    if (this.#buckets.has(name) && region === 'us-east-1') return;
    if (this.#buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou');
    this.#buckets.set(name, new Bucket(name, region, now));
  }

  /** @throws S3Error `NoSuchBucket` or `BucketNotEmpty`. */
  delete(name: string): void {
    if (!this.bucket(name).isEmpty) throw new S3Error('BucketNotEmpty');
    this.#buckets.delete(name);
    this.uploads.discardAllOf(name);
  }

  /** Where new bytes may go. No part of it comes from a request. */
  newPath(): string {
    return join(this.#folder, randomUUID());
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
