/** Kubernetes' own components: klog's header, free text or structured (https://github.com/kubernetes/klog). */
import type { Random } from '../random.ts';
import type { Style } from './style.ts';
import { hex } from './words.ts';

const OBJECTS = ['default/web', 'kube-system/coredns', 'team-orders/orders', 'team-payments/payments-canary'];

const TEMPLATES: readonly ((random: Random) => [level: string, file: string, text: string])[] = [
  (r) => [
    'I',
    `replica_set.go:${r.between(400, 700)}`,
    `"Too few replicas" replicaSet="${r.pick(OBJECTS)}" need=${r.between(2, 9)} creating=1`,
  ],
  (r) => ['I', 'controller.go:231', `Starting workers controller="deployment" worker count=${r.between(1, 5)}`],
  (r) => [
    'I',
    `kubelet.go:2407`,
    `"SyncLoop (PLEG): event for pod" pod="${r.pick(OBJECTS)}" event={"ID":"${hex(r, 8)}","Type":"ContainerStarted"}`,
  ],
  (r) => ['I', 'trace.go:236', `Trace[${r.between(1e8, 2e9)}]: "Reflector ListAndWatch" (total time: ${r.between(10_000, 31_000)}ms):`],
  (r) => [
    'W',
    `reflector.go:539`,
    `k8s.io/client-go/informers/factory.go:150: watch of *v1.Pod ended with: very short watch: Unexpected watch close - watch lasted less than a second and no items received (rv ${r.between(1e5, 1e7)})`,
  ],
  () => [
    'W',
    'dispatcher.go:225',
    `Failed calling webhook, failing open vault.hashicorp.com: Post "https://vault.svc:443/mutate?timeout=10s": context deadline exceeded`,
  ],
  (r) => [
    'E',
    'pod_workers.go:1300',
    `"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"app\\" with CrashLoopBackOff: \\"back-off ${r.pick(['10s', '20s', '5m0s'])} restarting failed container=app\\"" pod="${r.pick(OBJECTS)}-${hex(r, 5)}"`,
  ],
  () => [
    'E',
    'leaderelection.go:332',
    `error retrieving resource lock kube-system/kube-controller-manager: Get "https://10.0.0.1:443/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager?timeout=5s": net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
  ],
];

/** Most lines are of level I: each of those is in the draw three times. */
const DRAW = [...TEMPLATES, ...TEMPLATES.slice(0, 4), ...TEMPLATES.slice(0, 4)];

export const klog: Style = (random, at) => {
  const [level, file, text] = random.pick(DRAW)(random);
  const [date = '', time = ''] = at.toISOString().slice(0, 23).split('T');
  const thread = String(random.between(1, 99)).padStart(7);
  return [`${level}${date.slice(5).replace('-', '')} ${time}${String(random.between(0, 999)).padStart(3, '0')} ${thread} ${file}] ${text}`];
};
