/** What `kubectl apply -k` would send of an overlay that someone has filled in: each value is where it belongs, and a change of any of them rolls the pods. */
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { K8S, only, parseManifests, type Manifest } from '../../k8s/manifests.ts';
import { Unavailable } from '../../witness/witness.ts';
import { findRender, type Render } from './render.ts';

const ROLE = 'arn:aws:iam::111111111111:role/agents';
const IMAGE = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/logferry:1.2.3';
const VALUES = { POD_ROLE_ARN: ROLE, MONITORING_NAMESPACE: 'observability', AWS_REGION: 'eu-west-1', IMAGE };
const ANNOTATION = 'eks.amazonaws.com/role-arn';

let render: Render;
let root: string;
let hindrance: string | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'logferry-k8s-'));
  await cp(K8S, join(root, 'k8s'), { recursive: true });
  for (const overlay of ['eks', 'openshift', 'worker']) {
    // The last of two lines of a name would be refused, so each is put in place.
    await edit(`overlays/${overlay}/settings.env`, (text) =>
      Object.entries(VALUES).reduce((filled, [name, value]) => filled.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`), text),
    );
  }
  try {
    render = await findRender();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
  }
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

describe.each([
  ['overlays/eks', 'DaemonSet'],
  ['overlays/openshift', 'DaemonSet'],
  ['overlays/worker', 'Deployment'],
])('%s', (overlay, kind) => {
  it('gives the pods the role, and lets the named Prometheus in alone', async () => {
    const all = await rendered(overlay);
    expect(only(all, 'ServiceAccount').metadata.annotations[ANNOTATION]).toBe(ROLE);
    const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } } }];
    expect(only(all, 'NetworkPolicy').spec.ingress).toMatchObject([{ from }]);
  });

  it('gives the pods the overlay’s values over the base’s', async () => {
    const all = await rendered(overlay);
    const map = settingsOf(all);
    expect(map.data).toMatchObject({ AWS_REGION: 'eu-west-1', POD_ROLE_ARN: ROLE });
    expect(podOf(only(all, kind)).containers[0].envFrom).toEqual([{ configMapRef: { name: map.metadata.name } }]);
  });

  it('rolls the pods when a value changes', async () => {
    const before = only(await rendered(overlay), kind);
    await edit(`${overlay}/settings.env`, (text) => text.replace('AWS_REGION=eu-west-1', 'AWS_REGION=eu-west-2'));
    const after = only(await rendered(overlay), kind);
    await edit(`${overlay}/settings.env`, (text) => text.replace('AWS_REGION=eu-west-2', 'AWS_REGION=eu-west-1'));
    expect(podOf(after)).not.toEqual(podOf(before));
  });

  it('names an image with its version, has no object without its own namespace, and every name that it points at', async () => {
    const all = await rendered(overlay);
    const { containers, initContainers = [], serviceAccountName, volumes = [] } = podOf(only(all, kind));
    for (const { image } of [...containers, ...initContainers]) expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+[\w.-]*$/);
    const { name: namespace } = only(all, 'Namespace').metadata;
    for (const one of all) expect([undefined, namespace]).toContain(one.metadata.namespace);
    expect(only(all, 'ServiceAccount').metadata).toMatchObject({ name: serviceAccountName, namespace });
    const maps = all.filter((one) => one.kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    const mounted = volumes.flatMap(({ configMap }: Manifest) => (configMap === undefined ? [] : [configMap.name]));
    expect(maps).toEqual(expect.arrayContaining(mounted));
  });
});

it('a changed program of the pipeline rolls the agents', async () => {
  const before = only(await rendered('base'), 'DaemonSet');
  await appendFile(join(root, 'k8s', 'base', 'vector', 'level.vrl'), '\n# changed\n');
  expect(podOf(only(await rendered('base'), 'DaemonSet'))).not.toEqual(podOf(before));
});

it('on Fargate, which has no node to read, no agent is placed', async () => {
  const [term] = podOf(only(await rendered('overlays/eks'), 'DaemonSet')).affinity.nodeAffinity
    .requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  expect(term.matchExpressions).toEqual([{ key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] }]);
});

it('on OpenShift the agents run by their own constraints, as a type that may read the node’s logs', async () => {
  const all = await rendered('overlays/openshift');
  const { metadata, spec } = only(all, 'DaemonSet').spec.template;
  expect(metadata.annotations['openshift.io/required-scc']).toBe(only(all, 'SecurityContextConstraints').metadata.name);
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seLinuxOptions: { type: 'spc_t' } });
});

it('with Pod Identity in place of IRSA nothing is annotated, and the node’s agent can be reached', async () => {
  await edit('overlays/eks/kustomization.yaml', (text) => text.replace('- ../../components/irsa', '- ../../components/pod-identity'));
  const all = await rendered('overlays/eks');
  expect(only(all, 'ServiceAccount').metadata).not.toHaveProperty('annotations');
  const reached = { to: [{ ipBlock: { cidr: '169.254.170.23/32' } }, { ipBlock: { cidr: 'fd00:ec2::23/128' } }], ports: [{ port: 80 }] };
  expect(only(all, 'NetworkPolicy').spec.egress.at(-1)).toMatchObject(reached);
});

it('the pods write as the role that they have, or, with the component for it, as the writer role that they assume', async () => {
  const own = await authOnOpenShift();
  expect(own).toMatchObject({ option: 'region', reference: { name: own.map.metadata.name, key: 'AWS_REGION' } });
  await edit('overlays/openshift/kustomization.yaml', (text) =>
    text.replace('# - ../../components/assume-role', '- ../../components/assume-role'),
  );
  const assumed = await authOnOpenShift();
  expect(assumed).toMatchObject({ option: 'assume_role', reference: { name: assumed.map.metadata.name, key: 'S3_WRITER_ROLE_ARN' } });
  expect(assumed.map.data).toHaveProperty('S3_WRITER_ROLE_ARN');
});

it('KEDA asks the worker’s queue in the worker’s region, and the worker is the image that was pushed', async () => {
  const all = await rendered('overlays/worker');
  expect(only(all, 'ScaledObject').spec.triggers[0].metadata.awsRegion).toBe('eu-west-1');
  expect(podOf(only(all, 'Deployment')).containers[0].image).toBe(IMAGE);
});

/** What Vector is told of its credentials, and the settings that it is taken from. */
async function authOnOpenShift() {
  const all = await rendered('overlays/openshift');
  const env: Manifest[] = podOf(only(all, 'DaemonSet')).containers[0].env;
  const of = (name: string) => env.find((one) => one.name === `S3_AUTH_${name}`);
  return { option: of('OPTION').value, reference: of('VALUE').valueFrom.configMapKeyRef, map: settingsOf(all) };
}

async function rendered(folder: string): Promise<Manifest[]> {
  return parseManifests(await render(join(root, 'k8s', folder)));
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(root, 'k8s', file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

function podOf(owner: Manifest): Manifest {
  return owner.spec.template.spec;
}

function settingsOf(all: readonly Manifest[]): Manifest {
  return all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('settings-'));
}
