/** Where objects go. What a person can put right comes back as a GeneratorError that says what, where and what to do. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GeneratorError } from './error.ts';
import type { LogObject } from './log-object.ts';

export interface Target {
  /** For messages to people: `s3://bucket`. */
  readonly name: string;
  /** Resolves once the object is there. */
  write(object: LogObject): Promise<void>;
}

/** Uploads with the headers that Vector's aws_s3 sink sets. The client stays the caller's. */
export function s3Target(client: S3Client, bucket: string): Target & { write(object: Pick<LogObject, 'key' | 'body'>): Promise<void> } {
  return {
    name: `s3://${bucket}`,
    write: async ({ key, body }) => {
      const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentEncoding: 'gzip', ContentType: 'text/x-log' });
      try {
        await client.send(put);
      } catch (error) {
        throw new GeneratorError(`Cannot write s3://${bucket}/${key}: ${s3Reason(error)}`, { cause: error });
      }
    },
  };
}

/** Files under `folder` by their keys, each in one piece. */
export function folderTarget(folder: string): Target {
  return {
    name: resolve(folder),
    write: async ({ key, body }) => {
      const path = join(folder, key);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, body);
      } catch (error) {
        throw new GeneratorError(
          `Cannot write ${resolve(path)}: ${textOf(error)}. Choose another --folder, or make room and rights there.`,
          {
            cause: error,
          },
        );
      }
    },
  };
}

/** The records as they are, uncompressed, for eyes and pipes. Waits for a slow reader. */
export function streamTarget(stream: Writable, name = 'standard output'): Target {
  return {
    name,
    write: async ({ ndjson }) => {
      if (!stream.write(ndjson)) await once(stream, 'drain');
    },
  };
}

const S3_REASONS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket. Create it first, or check AWS_ENDPOINT_URL, AWS_REGION and the account.',
  AccessDenied: 'access denied. The credentials in use need s3:PutObject on the bucket.',
  CredentialsProviderError: 'no AWS credentials found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  PermanentRedirect: 'the bucket is in another region. Set AWS_REGION to it.',
  ECONNREFUSED: 'nobody listens there. Start the local AWS (npm run local), or check AWS_ENDPOINT_URL.',
  ENOTFOUND: 'the host is not known. Check AWS_ENDPOINT_URL and AWS_REGION.',
};

function s3Reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const known = S3_REASONS[error.name] ?? S3_REASONS[code];
  if (known !== undefined) return known;
  return /region is missing/i.test(error.message) ? 'no region is known. Set AWS_REGION.' : textOf(error);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
