/** The generator's record -> the event that Vector's kubernetes_logs source would have made of that line (pure). */

interface GeneratedRecord {
  readonly application: string;
  readonly cluster_id: string;
  readonly customer_id: string;
  readonly environment: string;
  readonly file: string;
  readonly kubernetes: {
    readonly container_name: string;
    readonly namespace: string;
    readonly node_name: string;
    readonly pod_name: string;
  };
  readonly message: string;
  readonly timestamp: string;
}

/**
 * @param line JSON: a record of the generator, or already an event of kubernetes_logs, which stays as it is.
 * @throws SyntaxError where it is no JSON.
 */
export function eventOf(line: string): string {
  const record = JSON.parse(line) as Partial<GeneratedRecord>;
  return record.customer_id === undefined ? line : JSON.stringify(kubernetesEvent(record as GeneratedRecord));
}

function kubernetesEvent({ file, kubernetes, message, timestamp, ...tenant }: GeneratedRecord): object {
  return {
    file,
    kubernetes: {
      container_name: kubernetes.container_name,
      pod_annotations: {
        'logferry.io/customer-id': tenant.customer_id,
        'logferry.io/cluster-id': tenant.cluster_id,
        'logferry.io/environment': tenant.environment,
        'logferry.io/application': tenant.application,
      },
      pod_name: kubernetes.pod_name,
      pod_namespace: kubernetes.namespace,
      pod_node_name: kubernetes.node_name,
    },
    message,
    source_type: 'kubernetes_logs',
    stream: 'stdout',
    timestamp,
  };
}
