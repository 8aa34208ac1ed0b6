/** Which version of an object a notification means. Most say so; for the others it is what is there now. */
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectRef } from '../receive/envelope.ts';
import { classifyGet } from './fault.ts';

export interface IdentifyDeps {
  readonly s3: S3Client;
  readonly bucket?: string;
  readonly signal: AbortSignal;
}

/** @returns the reference with a version id or an ETag. @throws LogferryError `object-missing`, `central-denied`, `dependency-down`. */
export async function identified(ref: ObjectRef, deps: IdentifyDeps): Promise<ObjectRef> {
  if (ref.versionId !== undefined || ref.etag !== undefined) return ref;
  try {
    const { VersionId, ETag } = await deps.s3.send(new HeadObjectCommand({ Bucket: ref.bucket, Key: ref.key }), {
      abortSignal: deps.signal,
    });
    return { ...ref, versionId: VersionId, etag: ETag?.replaceAll('"', '') };
  } catch (error) {
    deps.signal.throwIfAborted();
    throw await classifyGet(error, ref, deps);
  }
}
