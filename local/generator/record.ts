/**
 * One log line -> the JSON record that Vector writes of it (pure). The shape is that of real objects (Vector 0.56, aws_s3 sink, JSON codec, the record
 * of the original pipeline's configuration); a test compares it with them.
 */
import { type Instant, rfc3339 } from './instant.ts';
import type { Pod } from './pod.ts';

/** The first level named in the line, in capitals, anywhere; how the pipeline's remap finds it in real objects. */
const LEVEL = /FATAL|ERROR|WARN|INFO|DEBUG/;

export function levelOf(message: string): string {
  return LEVEL.exec(message)?.[0] ?? 'INFO';
}

/** @returns the record as one line of NDJSON, without its line end. */
export function recordOf(pod: Pod, message: string, at: Instant): string {
  // In alphabetical order on every level: Vector keeps a record's fields in a sorted map, and JSON.stringify keeps the order of writing.
  return JSON.stringify({
    application: pod.application,
    cluster_id: pod.clusterId,
    customer_id: pod.customerId,
    environment: pod.environment,
    file: pod.file,
    kubernetes: {
      container_name: pod.application,
      namespace: pod.namespace,
      node_name: pod.nodeName,
      pod_name: pod.podName,
    },
    log_level: levelOf(message),
    message,
    pod_name: pod.podName,
    source_type: 'kubernetes_logs',
    timestamp: rfc3339(at),
  });
}
