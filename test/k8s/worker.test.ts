/** The worker on Kubernetes: its settings are the worker's own, and what ECS and Kubernetes say of it is the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkEnvironments } from '../../cdktf/config.ts';
import { compileConfig, ConfigError } from '../../worker/config.ts';
import { SETTINGS } from '../../worker/settings.ts';
import { manifests, only, replaced, settings } from './manifests.ts';

const OVERLAY = 'overlays/worker';
const all = manifests('worker');
const pod = only(all, 'Deployment').spec.template.spec;
const [container] = pod.containers;
/** As the overlay's ConfigMap holds them. */
const merged = new Map([...settings('worker'), ...settings(OVERLAY)]);
const ecs = checkEnvironments('logferry', { any: { account: '111111111111', region: 'us-east-1' } })[0]!.worker;

const FILLED = {
  SQS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/queue',
  DLQ_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/dead-letters',
  S3_BUCKET_NAME: 'logs',
  TENANT_CONFIG_TABLE: 'tenants',
  CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: 'arn:aws:iam::111111111111:role/central',
};

it('sets nothing that the worker does not know, but for what the overlay puts elsewhere', () => {
  const elsewhere = replaced(OVERLAY);
  expect([...merged.keys()].filter((name) => !(name in SETTINGS) && !elsewhere.includes(name))).toEqual([]);
  expect(elsewhere.filter((name) => !settings(OVERLAY).has(name))).toEqual([]);
});

it('gives all that the worker needs a line to be filled in, and the worker starts once they are', () => {
  expect(() => compileConfig(Object.fromEntries(merged))).toThrow(ConfigError);
  const needed = Object.keys(FILLED);
  expect([...settings(OVERLAY)].filter(([, value]) => value === '').map(([name]) => name)).toEqual(expect.arrayContaining(needed));
  const config = compileConfig({ ...Object.fromEntries(merged), ...FILLED });
  expect(config).toMatchObject({ mode: 'sqs', ...FILLED });
});

it('leaves the worker the time to stop that its settings say', () => {
  expect(String(pod.terminationGracePeriodSeconds)).toBe(merged.get('STOP_TIMEOUT_SECONDS'));
});

it('is asked where the worker listens: for its life by /healthz, for work by /readyz', () => {
  expect(container.ports).toEqual([{ name: 'metrics', containerPort: Number(merged.get('METRICS_PORT')) }]);
  expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
  expect(container.startupProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
  expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'metrics' });
});

it('scales by the queue as on ECS, by what is in flight too', () => {
  const { spec } = only(all, 'ScaledObject');
  expect(spec).toMatchObject({ minReplicaCount: ecs.minTasks, maxReplicaCount: ecs.maxTasks });
  const [trigger] = spec.triggers;
  expect(trigger).toMatchObject({ type: 'aws-sqs-queue', metadata: { queueLength: String(ecs.backlogPerTask), scaleOnInFlight: 'true' } });
  expect(merged.has(trigger.metadata.queueURLFromEnv)).toBe(true);
  expect(trigger.authenticationRef.name).toBe(only(all, 'TriggerAuthentication').metadata.name);
  expect(spec.scaleTargetRef.name).toBe(only(all, 'Deployment').metadata.name);
  expect(only(all, 'Deployment').spec).not.toHaveProperty('replicas');
});

it('names no user, which OpenShift would refuse, as the image’s own is a number that is not root’s', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '..', '..', 'Dockerfile'), 'utf8');
  expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  for (const { securityContext } of [pod, container]) {
    for (const field of ['runAsUser', 'runAsGroup', 'fsGroup']) expect(securityContext).not.toHaveProperty(field);
  }
  expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
});

it('runs in a namespace that allows no more, with what a task on ECS has', () => {
  expect(only(all, 'Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(container.resources.requests).toEqual({ cpu: String(ecs.cpu / 1024), memory: `${ecs.memoryMiB / 1024}Gi` });
  expect(container.resources.limits).toEqual({ memory: `${ecs.memoryMiB / 1024}Gi` });
});

it('is met by every object that selects pods', () => {
  const { matchLabels } = only(all, 'Deployment').spec.selector;
  expect(only(all, 'Deployment').spec.template.metadata.labels).toEqual(matchLabels);
  for (const kind of ['PodDisruptionBudget', 'PodMonitor']) expect(only(all, kind).spec.selector).toEqual({ matchLabels });
  expect(only(all, 'NetworkPolicy').spec.podSelector).toEqual({ matchLabels });
});
