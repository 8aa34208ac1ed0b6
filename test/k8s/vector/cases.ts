/** Events as Vector's kubernetes_logs source makes them, for the agent's programs: ordinary ones, and what pods, people and attackers come up with. */

export interface KubernetesEvent {
  readonly file: string;
  readonly kubernetes?: {
    readonly container_name: string;
    readonly pod_annotations?: Readonly<Record<string, string>>;
    readonly pod_labels?: Readonly<Record<string, string>>;
    readonly namespace_labels?: Readonly<Record<string, string>>;
    readonly pod_name: string;
    readonly pod_namespace: string;
    readonly pod_node_name: string;
    readonly pod_uid: string;
  };
  readonly message: string;
  readonly source_type: 'kubernetes_logs';
  readonly stream: 'stdout' | 'stderr';
  readonly timestamp: string;
}

export interface Case {
  /** Also the pod's uid, so that it is found again in the record's `file`. */
  readonly name: string;
  readonly events: readonly KubernetesEvent[];
}

/** What the DaemonSet sets for the agent. */
export const AGENT_ENVIRONMENT = { CLUSTER_ID: 'prod-1', ENVIRONMENT: 'production' } as const;

/** The cases that an agent of a cluster of one customer sees. */
export const ONE_CUSTOMER_ENVIRONMENT = { ...AGENT_ENVIRONMENT, DEFAULT_CUSTOMER_ID: 'initech' } as const;

interface Pod {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly pod?: string;
  readonly container?: string;
  readonly unknown?: true;
}

const ACME = { 'logferry.io/customer-id': 'acme-corp' };

/** @param lines a text for stdout, or `!` and a text for stderr. */
function of(name: string, pod: Pod, ...lines: readonly string[]): Case {
  const { pod: podName = 'web-7d9c5b6f4-x2x7q', container = 'web' } = pod;
  const file = `/var/log/pods/shop_${podName}_${name}/${container}/0.log`;
  const kubernetes = {
    container_name: container,
    ...(pod.annotations && { pod_annotations: pod.annotations }),
    ...(pod.labels && { pod_labels: pod.labels }),
    ...(pod.namespaceLabels && { namespace_labels: pod.namespaceLabels }),
    pod_name: podName,
    pod_namespace: 'shop',
    pod_node_name: 'ip-10-0-12-34.ec2.internal',
    pod_uid: name,
  };
  const events = lines.map((line, index): KubernetesEvent => ({
    file,
    ...(!pod.unknown && { kubernetes }),
    message: line.replace(/^!/, ''),
    source_type: 'kubernetes_logs',
    stream: line.startsWith('!') ? 'stderr' : 'stdout',
    timestamp: `2026-11-24T12:41:44.${String(445_885_977 + index)}Z`,
  }));
  return { name, events };
}

const JAVA = [
  '2026-11-24 12:41:44 ERROR request failed',
  'java.lang.IllegalStateException: no stock',
  '\tat shop.Stock.take(Stock.java:42)',
  '\tat shop.Web.order(Web.java:7)',
  'Caused by: java.net.ConnectException: refused',
  '\t... 12 more',
  '2026-11-24 12:41:45 INFO next request',
];

const PYTHON = ['ERROR boom', 'Traceback (most recent call last):', '  File "a.py", line 1, in <module>', 'ValueError: boom'];

export const CASES: readonly Case[] = [
  of('annotations', { annotations: { ...ACME, 'logferry.io/application': 'shop', 'logferry.io/environment': 'staging' } }, 'INFO started'),
  of(
    'bare-annotations',
    { annotations: { 'customer-id': 'acme-corp', 'cluster-id': 'edge-9', environment: 'dev', application: 'a' } },
    'hi',
  ),
  of('annotation-before-label', { annotations: ACME, labels: { 'logferry.io/customer-id': 'globex', app: 'cart' } }, 'WARN low stock'),
  of('labels', { labels: { 'customer-id': 'globex', 'app.kubernetes.io/name': 'cart', app: 'other' } }, 'DEBUG cache miss'),
  of('namespace-label', { namespaceLabels: { 'logferry.io/customer-id': 'globex' }, labels: { 'k8s-app': 'dns' } }, 'no level here'),
  of('padded-annotation', { annotations: { 'customer-id': '  acme-corp ', application: '' }, labels: { app: 'cart' } }, 'ok'),
  of('container-name', { annotations: ACME, container: 'sidecar' }, 'named after the container'),
  of('json', { annotations: ACME }, '{"level":"warning","msg":"low","count":2}', '{"level":50,"msg":"pino"}', '{"severity":"CRITICAL"}'),
  of(
    'json-log-level',
    { annotations: ACME },
    '{"log.level":"debug"}',
    '{"log":{"level":"trace"}}',
    '{"level":{"no":"text"},"msg":"ERROR in text"}',
  ),
  of(
    'json-broken',
    { annotations: ACME },
    '{"level":"error","msg":',
    '{"customer_id":"globex","message":"a record that claims another tenant"}',
  ),
  of('huge-numbers', { annotations: ACME }, '{"level":"info","id":123456789012345678901234567890,"ratio":1e400,"n":-0.0}'),
  of(
    'logfmt-and-klog',
    { annotations: ACME },
    'ts=1 level=error msg="x"',
    'E1124 12:41:44.000000       1 server.go:12] "gone"',
    'lvl=dbug',
  ),
  of('java-stack', { annotations: ACME }, ...JAVA),
  of('java-stack-by-time', { annotations: { ...ACME, 'logferry.io/multiline': 'timestamp' } }, ...JAVA),
  of('python-stack', { annotations: ACME }, ...PYTHON),
  of('multiline-off', { annotations: { ...ACME, 'logferry.io/multiline': 'off' } }, 'table', '  row 1', '  row 2'),
  of('two-streams', { annotations: ACME }, 'out 1', '!err 1', '  out 1 goes on', '!  err 1 goes on'),
  of('merged-partials', { annotations: ACME }, 'x'.repeat(40_000), `  ${'y'.repeat(17_000)}`),
  of('carriage-returns', { annotations: ACME }, '10%\r50%\r100%', 'line of Windows\r'),
  of('unicode', { annotations: { ...ACME, 'logferry.io/application': 'größe 🚢' } }, 'ERROR größe 🚢 \u0001\u2028\t"quoted" \\ end'),
  of('slash-and-dots', { annotations: { ...ACME, 'logferry.io/application': '../x', 'logferry.io/cluster-id': '..' } }, 'up and away'),
  of('slash', { annotations: { ...ACME, 'logferry.io/application': 'a/b' } }, 'a slash b'),
  of('underscore', { annotations: { ...ACME, 'logferry.io/application': 'a_b' } }, 'a underscore b'),
  of('long-names', { annotations: { ...ACME, 'logferry.io/application': 'a'.repeat(300) }, pod: `p${'-long'.repeat(50)}` }, 'long'),
  of('long-environment', { annotations: { ...ACME, 'logferry.io/environment': 'e'.repeat(300) } }, 'an annotation in every record'),
  of('empty-line', { annotations: ACME }, '', 'after an empty line'),
  of('no-customer', { labels: { app: 'stray' } }, 'whose am I?'),
  of('no-metadata', { unknown: true }, 'the pod is long gone'),
  of('excluded', { annotations: { ...ACME, 'logferry.io/exclude': 'true' } }, 'not for anyone'),
  of('bad-customer', { annotations: { 'logferry.io/customer-id': '../globex' } }, 'let me in'),
  of('long-customer', { annotations: { 'logferry.io/customer-id': 'c'.repeat(129) } }, 'too long'),
  of(
    'customer-conflict',
    { annotations: { 'logferry.io/customer-id': 'globex' }, namespaceLabels: { 'customer-id': 'acme-corp' } },
    'not mine',
  ),
];

export const ONE_CUSTOMER_CASES: readonly Case[] = [
  of('default-customer', { labels: { app: 'tps-report' } }, 'FATAL printer on fire'),
  of('default-customer-no-metadata', { unknown: true }, 'no default for an unknown pod'),
];
