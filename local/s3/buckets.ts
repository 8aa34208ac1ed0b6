/** Calls on a bucket itself: making, removing, versioning, notifications. Objects are not touched here. */
import { type Handler, readXml, sendEmpty, sendXml } from './call.ts';
import { S3Error } from './error.ts';
import { readConfiguration, writeConfiguration } from './notifications.ts';
import { parseXml, text } from './xml.ts';
import { readBody } from '../read-body.ts';

/** Kept for the answer of GetBucketLocation, which has no constraint for the first region. */
const FIRST_REGION = 'us-east-1';

export const createBucket: Handler = async ({ req, res, bucket, store, caller, clock }) => {
  const body = (await readBody(req)).toString();
  const constraint = body.trim() === '' ? undefined : text(parseXml(body, 'CreateBucketConfiguration')['LocationConstraint']);
  store.create(bucket, constraint ?? caller.region, clock.now());
  sendEmpty(res, 200, { location: `/${bucket}` });
};

export const headBucket: Handler = ({ res, bucket, store }) => {
  sendEmpty(res, 200, { 'x-amz-bucket-region': store.bucket(bucket).region });
};

export const deleteBucket: Handler = ({ res, bucket, store }) => {
  store.delete(bucket);
  sendEmpty(res, 204);
};

export const getBucketLocation: Handler = ({ res, bucket, store }) => {
  const { region } = store.bucket(bucket);
  sendXml(res, 'LocationConstraint', region === FIRST_REGION ? {} : { '#text': region });
};

export const putBucketVersioning: Handler = async (call) => {
  const bucket = call.store.bucket(call.bucket);
  const status = text((await readXml(call, 'VersioningConfiguration'))['Status']);
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
  bucket.versioning = status;
  sendEmpty(call.res, 200);
};

export const getBucketVersioning: Handler = ({ res, bucket, store }) => {
  const { versioning } = store.bucket(bucket);
  sendXml(res, 'VersioningConfiguration', versioning === undefined ? {} : { Status: versioning });
};

export const putBucketNotification: Handler = async (call) => {
  const bucket = call.store.bucket(call.bucket);
  const configuration = readConfiguration(await readXml(call, 'NotificationConfiguration'));
  await call.notifier.test(bucket.name, configuration, call.requestId);
  bucket.notifications = configuration;
  sendEmpty(call.res, 200);
};

export const getBucketNotification: Handler = ({ res, bucket, store }) => {
  sendXml(res, 'NotificationConfiguration', writeConfiguration(store.bucket(bucket).notifications));
};
