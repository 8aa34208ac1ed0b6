/** What kustomize makes of k8s/ is what the API server takes: no field that there is not, in the oldest and the newest Kubernetes that we name. */
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { K8S } from '../../k8s/manifests.ts';
import { Unavailable } from '../../witness/witness.ts';
import { findRender } from './render.ts';
import { findValidator, type Validator } from './validate.ts';

const FOLDERS = ['base', 'worker', 'overlays/eks', 'overlays/openshift', 'overlays/worker'];
/** The oldest is in k8s/README.md too. */
const VERSIONS = ['1.30', '1.37'];
/** No kinds of Kubernetes itself, so that kubernetes-validate only warns; test/fixtures/crds has the schemas they are judged by instead. */
const CUSTOM = ['PodMonitor', 'ScaledObject', 'SecurityContextConstraints', 'TriggerAuthentication'];

let validator: Validator;
const rendered = new Map<string, string>();
let hindrance: string | undefined;

beforeAll(async () => {
  try {
    const render = await findRender();
    for (const folder of FOLDERS) rendered.set(folder, await render(join(K8S, folder)));
    validator = await findValidator();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    hindrance = error.message;
  }
});

beforeEach((context) => {
  if (hindrance !== undefined) context.skip(hindrance);
});

const isOfCustom = (line: string) => CUSTOM.some((kind) => line.startsWith(`WARN Couldn't find schema for kind ${kind} `));

describe.each(FOLDERS)('%s', (folder) => {
  it.each(VERSIONS)('is valid in Kubernetes %s, without an unknown kind but for those judged below', async (version) => {
    const findings = await validator.kubernetes(text(folder), version);
    expect(findings.filter((line) => !isOfCustom(line))).toEqual([]);
  });

  it('has custom resources that their operators’ schemas take', async () => {
    expect(await validator.customResources(text(folder))).toEqual([]);
  });
});

describe('would be found', () => {
  it.each([
    ['a field that there is not', 'overlays/eks', 'terminationGracePeriodSeconds:', 'terminationGracePeriod:'],
    ['a value of another type', 'overlays/eks', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: "yes"'],
    ['a kind that there is not', 'overlays/openshift', 'kind: NetworkPolicy', 'kind: NetPolicy'],
    ['a misspelt field of a policy', 'overlays/worker', 'policyTypes:', 'policyType:'],
  ])('%s', async (_what, folder, from, to) => {
    expect(text(folder)).toContain(from);
    const findings = await validator.kubernetes(text(folder).replaceAll(from, to), VERSIONS.at(-1)!);
    expect(findings.filter((line) => !isOfCustom(line))).not.toEqual([]);
  });

  it.each([
    ['of a trigger', 'overlays/worker', 'pollingInterval:', 'polingInterval:'],
    ['of an authentication', 'overlays/worker', 'podIdentity:', 'podIdentiy:'],
    ['of an endpoint', 'overlays/worker', 'podMetricsEndpoints:', 'podMetricEndpoints:'],
    ['of a constraint', 'overlays/openshift', 'allowHostPID:', 'allowHostPid:'],
  ])('a field that there is not %s', async (_what, folder, from, to) => {
    expect(text(folder)).toContain(from);
    expect(await validator.customResources(text(folder).replaceAll(from, to))).not.toEqual([]);
  });
});

function text(folder: string): string {
  return rendered.get(folder) ?? '';
}
