/** Runs a suite on our own emulator, one of its own for each test file. */
import { afterAll, beforeAll } from 'vitest';
import { type LocalAws, startLocalAws, type LocalAwsOptions } from '../../local/aws.ts';
import type { Suite, Target } from '../contract/target.ts';

/** @returns the emulator, for what only it can tell. */
export function onEmbedded(suites: readonly Suite[], options: LocalAwsOptions = {}): () => LocalAws {
  let local: LocalAws;
  beforeAll(async () => {
    local = await startLocalAws(options);
  });
  afterAll(() => local.stop());
  for (const suite of suites) suite(() => embeddedTarget(() => local));
  return () => local;
}

/** @param local asked for the endpoint only when that is needed: the suites are described before it is started. */
export function embeddedTarget(local: () => LocalAws): Target {
  return {
    name: 'embedded',
    get endpoint() {
      return local().endpoint;
    },
    region: 'us-east-1',
    credentialsFor: (account) => ({ accessKeyId: account, secretAccessKey: 'test' }),
    has: new Set(['trust', 'limits', 'faults', 'accounts', 'tables']),
    differences: {},
  };
}
