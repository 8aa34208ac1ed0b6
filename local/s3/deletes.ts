/** DeleteObject and DeleteObjects. Deleting what is not there succeeds, as on AWS; only what was really removed or hidden is told of. */
import { type Bucket, NULL_VERSION, type Version } from './bucket.ts';
import { type Handler, readXml, type S3Call, sendEmpty, sendXml } from './call.ts';
import { S3Error } from './error.ts';
import { elements, text } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAX_OBJECTS = 1000;

interface Deletion {
  /** The version removed for good. */
  readonly removed?: Version;
  /** The delete marker that hides the object now. */
  readonly marker?: Version;
}

export const deleteObject: Handler = async (call) => {
  const { removed, marker } = await remove(call, call.store.bucket(call.bucket), call.key, call.query.get('versionId') ?? undefined);
  const versionId = marker?.versionId ?? call.query.get('versionId');
  sendEmpty(call.res, 204, {
    ...(versionId === null ? {} : { 'x-amz-version-id': versionId }),
    ...(marker !== undefined || removed?.marker === true ? { 'x-amz-delete-marker': 'true' } : {}),
  });
};

export const deleteObjects: Handler = async (call) => {
  const bucket = call.store.bucket(call.bucket);
  const request = await readXml(call, 'Delete');
  const objects = elements(request['Object']);
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw new S3Error('MalformedXML');
  const Deleted: unknown[] = [];
  for (const object of objects) {
    const [Key, VersionId] = [text(object['Key']) ?? '', text(object['VersionId'])];
    const { removed, marker } = await remove(call, bucket, Key, VersionId);
    const hidden = marker ?? (removed?.marker === true ? removed : undefined);
    Deleted.push({
      Key,
      ...(VersionId === undefined ? {} : { VersionId }),
      ...(hidden === undefined ? {} : { DeleteMarker: true, DeleteMarkerVersionId: hidden.versionId }),
    });
  }
  sendXml(call.res, 'DeleteResult', text(request['Quiet']) === 'true' ? {} : { Deleted });
};

async function remove(
  { clock, notifier, requestId }: S3Call,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Promise<Deletion> {
  if (versionId === undefined && bucket.versioning !== undefined) {
    const marker = bucket.hide(key, clock.now());
    if (marker !== undefined) await notifier.notify(bucket, 'ObjectRemoved:DeleteMarkerCreated', marker, requestId);
    return { marker };
  }
  const removed = bucket.remove(key, versionId ?? NULL_VERSION);
  if (removed !== undefined) await notifier.notify(bucket, 'ObjectRemoved:Delete', removed, requestId);
  return { removed };
}
