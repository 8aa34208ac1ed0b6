/** The agent's manifests: what the pods may do, and that they agree with the pipeline, with the writer role and with each other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkEnvironments } from '../../cdktf/config.ts';
import { K8S, kustomization, manifests, only, replaced, settings } from './manifests.ts';
import { VECTOR_VERSION } from './vector/programs.ts';

const OVERLAYS = ['overlays/eks', 'overlays/openshift'];
const base = manifests('base');
const daemonSet = only(base, 'DaemonSet');
const pod = daemonSet.spec.template.spec;
const [vector] = pod.containers;
const configText = readFileSync(join(K8S, 'base', 'vector', 'vector.yaml'), 'utf8');
const config = parse(configText);
const files = kustomization('base').configMapGenerator?.find(({ name }) => name === 'vector-config')?.files ?? [];

describe('a pod', () => {
  it('reads log files as nobody, by its group; root is the init container alone, which opens a folder of the agent', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(vector.securityContext).not.toHaveProperty('runAsUser');
    expect(pod.initContainers).toMatchObject([{ command: ['chmod', '0770', config.data_dir], securityContext: { runAsUser: 0 } }]);
    expect(pod.initContainers[0].volumeMounts).toEqual([{ name: 'data', mountPath: config.data_dir }]);
  });

  it.each([vector, ...pod.initContainers])(
    'has no capability and no way to more of them, and cannot write to its root: $name',
    (container) => {
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.securityContext).not.toHaveProperty('privileged');
      expect(container.resources.limits).toHaveProperty('memory');
      expect(container.resources.requests).toHaveProperty('cpu');
    },
  );

  it('sees nothing of the node but its pods’ logs, which it cannot change, and a folder of its own that outlives it', () => {
    const ofNode = pod.volumes.filter((one: object) => 'hostPath' in one);
    expect(ofNode.map((one: { hostPath: { path: string } }) => one.hostPath.path).toSorted()).toEqual([
      '/var/lib/vector-logs',
      '/var/log/pods',
    ]);
    expect(vector.volumeMounts).toContainEqual({ name: 'logs', mountPath: '/var/log/pods', readOnly: true });
    expect(vector.volumeMounts).toContainEqual({ name: 'data', mountPath: config.data_dir });
    for (const namespace of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(namespace);
  });

  it('runs on every node of Linux, before the pods whose lines it reads', () => {
    expect(pod.tolerations).toEqual([{ operator: 'Exists' }]);
    expect(pod.nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' });
    const { metadata, value } = only(base, 'PriorityClass');
    expect(pod.priorityClassName).toBe(metadata.name);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1_000_000_000);
  });

  it('may take longer to stop than Vector does', () => {
    const limit = vector.env.find(({ name }: { name: string }) => name === 'VECTOR_GRACEFUL_SHUTDOWN_LIMIT_SECS').value;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(limit) + 10);
  });

  it('is asked and scraped where Vector listens', () => {
    const ports = Object.fromEntries(vector.ports.map((one: { name: string; containerPort: number }) => [one.name, one.containerPort]));
    expect(config.api).toEqual({ enabled: true, address: `0.0.0.0:${ports.api}` });
    expect(config.sinks.metrics.address).toBe(`0.0.0.0:${ports.metrics}`);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(vector[probe].httpGet).toEqual({ path: '/health', port: 'api' });
  });

  it('is replaced a tenth at a time, and never two on one node', () => {
    expect(daemonSet.spec.updateStrategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } });
  });
});

describe('the configuration', () => {
  it('holds every program that the pipeline names', () => {
    const named = [...configText.matchAll(/file: \/etc\/vector\/(\S+)/g)].map(([, name]) => `vector/${name}`);
    expect(named.length).toBeGreaterThan(0);
    expect(files.toSorted()).toEqual([...new Set(['vector/vector.yaml', ...named])].toSorted());
    expect(vector.args).toEqual(['--config', '/etc/vector/vector.yaml']);
    expect(vector.volumeMounts).toContainEqual({ name: 'config', mountPath: '/etc/vector', readOnly: true });
  });

  it('finds every variable that it reads among the settings or what the pod is told of itself', () => {
    const given = [...settings('base').keys(), ...vector.env.map(({ name }: { name: string }) => name)];
    const readBy = files.map((file) => readFileSync(join(K8S, 'base', file), 'utf8')).join('\n');
    const read = [...readBy.matchAll(/\$\{(\w+)|get_env_var\("(\w+)"\)/g)].map(([, a, b]) => a ?? b);
    expect(read.length).toBeGreaterThan(0);
    expect([...new Set(read)].filter((name) => !given.includes(name!))).toEqual([]);
    const assumed = readFileSync(join(K8S, 'components', 'assume-role', 'kustomization.yaml'), 'utf8');
    const unread = [...settings('base').keys()].filter((name) => !read.includes(name) && !assumed.includes(`key: ${name}\n`));
    expect(unread).toEqual([]);
  });

  it.each(OVERLAYS)('is complete in one file of %s, where each value is read by the pipeline or put where it belongs', (overlay) => {
    expect([...settings(overlay).keys()].toSorted()).toEqual([...settings('base').keys(), ...replaced(overlay)].toSorted());
  });

  it('does not ship what the agents say themselves', () => {
    const { name } = only(base, 'Namespace').metadata;
    expect(config.sources.pods.exclude_paths_glob_patterns).toContain(`/var/log/pods/${name}_*/**`);
  });

  it('is for the version of Vector that the programs were tried with, and no image is left to chance', () => {
    const tags = new Map(kustomization('base').images?.map(({ name, newTag }) => [name, newTag]));
    expect(tags.get('timberio/vector')).toBe(`${VECTOR_VERSION}-distroless-libc`);
    for (const { image } of [...pod.containers, ...pod.initContainers]) expect(tags.get(image)).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('rights', () => {
  it('in Kubernetes are to read pods, namespaces and nodes', () => {
    expect(only(base, 'ClusterRole').rules).toEqual([
      { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ]);
    expect(only(base, 'ClusterRoleBinding').subjects).toEqual([
      { kind: 'ServiceAccount', name: pod.serviceAccountName, namespace: 'logging' },
    ]);
  });

  it('in AWS belong to the service account that the writer role lets in by default', () => {
    const [environment] = checkEnvironments('logferry', { any: { account: '111111111111', region: 'us-east-1' } });
    const account = only(base, 'ServiceAccount').metadata.name;
    expect(pod.serviceAccountName).toBe(account);
    expect(environment?.agents.serviceAccounts).toEqual([`${only(base, 'Namespace').metadata.name}:${account}`]);
  });

  it('on OpenShift are what the pods ask for and no more, for this service account alone', () => {
    const all = manifests('overlays/openshift');
    const scc = only(all, 'SecurityContextConstraints');
    const allowed = Object.entries(scc).filter(([, value]) => value === true);
    expect(allowed.map(([name]) => name).toSorted()).toEqual(['allowHostDirVolumePlugin', 'readOnlyRootFilesystem']);
    expect(scc).toMatchObject({ requiredDropCapabilities: ['ALL'], allowedCapabilities: null, users: [], groups: [] });
    expect(only(all, 'Role').rules).toMatchObject([{ resourceNames: [scc.metadata.name], verbs: ['use'] }]);
    expect(only(all, 'RoleBinding').subjects).toEqual([{ kind: 'ServiceAccount', name: pod.serviceAccountName, namespace: 'logging' }]);
  });

  it('of others to evict agents are a whole number, since no other budget of a DaemonSet can be computed', () => {
    expect(Number.isInteger(only(base, 'PodDisruptionBudget').spec.minAvailable)).toBe(true);
  });

  it('on the network are DNS, TLS and the API server out, and metrics in, for the agents alone', () => {
    const { spec } = only(base, 'NetworkPolicy');
    expect(spec.podSelector).toEqual(daemonSet.spec.selector);
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const out = spec.egress.flatMap(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port));
    expect(new Set(out)).toEqual(new Set([53, 5353, 443, 6443]));
    expect(spec.ingress).toMatchObject([{ ports: [{ port: 'metrics' }] }]);
  });
});

it.each([...OVERLAYS, 'overlays/worker'])('the README names every value of %s', (overlay) => {
  const readme = readFileSync(join(K8S, 'README.md'), 'utf8');
  const unset = [...settings(overlay).keys()].filter((name) => !readme.includes(`\`${name}\``));
  expect(unset).toEqual([]);
});
