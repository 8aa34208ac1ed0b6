/** Object key -> whose lines these are (pure). The key alone decides the tenant; nothing in a record or a message ever does. */
import { LogferryError } from '../errors.ts';

/** Where an object's lines come from, as its key says. */
export interface Source {
  readonly tenant: string;
  readonly cluster: string;
  readonly application: string;
  readonly pod: string;
}

/** What a key segment may hold: it becomes a session tag, a stream name and a metric's log field. */
const SEGMENT = /^[A-Za-z0-9._-]{1,128}$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;
const DOTS_ONLY = /^\.+$/;

/**
 * @param key `customer_id/cluster_id/application/pod_name/<file>`, decoded.
 * @throws LogferryError `bad-key` that names the segment at fault.
 */
export function parseObjectKey(key: string): Source {
  const segments = key.split('/');
  if (segments.length !== 5) throw badKey(key, `it has ${segments.length} segments, expected 5`);
  const names = ['customer_id', 'cluster_id', 'application', 'pod_name'];
  const fault = names.findIndex((_, i) => !isSegment(segments[i] ?? ''));
  if (fault !== -1) throw badKey(key, `its ${names[fault]} "${segments[fault]}" is not ${SEGMENT.source}`);
  const [tenant = '', cluster = '', application = '', pod = '', file = ''] = segments;
  if (!key.isWellFormed()) throw badKey(key, 'it is no Unicode text');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw badKey(`${key.slice(0, 200)}...`, `it has more than ${MAX_KEY_BYTES} bytes`);
  if (file === '') throw badKey(key, 'it ends in "/", so it is no object of an agent');
  return { tenant, cluster, application, pod };
}

/** Whether a value may stand as customer_id, cluster_id, application or pod_name in a key. */
export function isSegment(value: string): boolean {
  return SEGMENT.test(value) && !DOTS_ONLY.test(value);
}

function badKey(key: string, why: string): LogferryError {
  return new LogferryError(
    'bad-key',
    `object key ${JSON.stringify(key)}: ${why}; agents write customer_id/cluster_id/application/pod_name/<file>`,
  );
}
