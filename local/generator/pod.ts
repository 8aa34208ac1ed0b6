/** The pod whose log is written: its names, as they stand in the object key and in each record. It never lets a name through that the worker refuses. */
import { isSegment } from '../../worker/locate/object-key.ts';
import { GeneratorError } from './error.ts';
import type { Random } from './random.ts';
import { uuid } from './uuid.ts';

/** Whose logs they are, and of which cluster. */
export interface Tenant {
  readonly customerId: string;
  readonly clusterId: string;
  /** Only stands in the records. Default: `production`. */
  readonly environment?: string;
}

export interface Pod {
  readonly customerId: string;
  readonly clusterId: string;
  readonly environment: string;
  readonly application: string;
  readonly podName: string;
  readonly namespace: string;
  readonly nodeName: string;
  /** The log file on the node, as the kubelet names it. */
  readonly file: string;
}

/** Kubernetes leaves out vowels and what looks alike, so that no name says anything (k8s.io/apimachinery, util/rand). */
const NAME_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789'.split('');
/** A generated pod name is cut to 63 characters, of which the two suffixes and their hyphens take 17. */
const MAX_POD_PREFIX = 46;

/**
 * @param podName as given; otherwise one such as a Deployment's pods have, from `random`.
 * @throws GeneratorError for a name that cannot be a segment of an object key.
 */
export function createPod(tenant: Tenant, application: string, random: Random, podName?: string): Pod {
  const { customerId, clusterId, environment = 'production' } = tenant;
  const suffix = (length: number): string => Array.from({ length }, () => random.pick(NAME_CHARACTERS)).join('');
  const name = podName ?? `${application.slice(0, MAX_POD_PREFIX)}-${suffix(10)}-${suffix(5)}`;
  requireSegments({ 'customer id': customerId, 'cluster id': clusterId, application, 'pod name': name });
  const namespace = `team-${application}`;
  const nodeName = `ip-10-0-${random.between(0, 127)}-${random.between(4, 254)}.ec2.internal`;
  const file = `/var/log/pods/${namespace}_${name}_${uuid(random)}/${application}/0.log`;
  return { customerId, clusterId, environment, application, podName: name, namespace, nodeName, file };
}

function requireSegments(names: Record<string, string>): void {
  for (const [what, value] of Object.entries(names)) {
    if (isSegment(value)) continue;
    throw new GeneratorError(
      `The ${what} ${JSON.stringify(value)} cannot stand in an object key: use 1 to 128 of A-Z a-z 0-9 . _ - and not dots alone.`,
    );
  }
}
