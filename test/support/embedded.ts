/** Runs a suite on our own emulator, one of its own for each test file. */
import { afterAll, beforeAll } from 'vitest';
import { type LocalAws, startLocalAws, type LocalAwsOptions } from '../../local/aws.ts';
import type { Target } from '../contract/target.ts';

/** @returns the emulator, for what only it can tell. */
export function onEmbedded(suites: readonly ((aws: () => Target) => void)[], options: LocalAwsOptions = {}): () => LocalAws {
  let local: LocalAws;
  beforeAll(async () => {
    local = await startLocalAws(options);
  });
  afterAll(() => local.stop());
  for (const suite of suites) suite(() => embeddedTarget(local));
  return () => local;
}

export function embeddedTarget({ endpoint }: LocalAws): Target {
  return {
    name: 'embedded',
    endpoint,
    region: 'us-east-1',
    credentialsFor: (account) => ({ accessKeyId: account, secretAccessKey: 'test' }),
    has: new Set(['trust', 'limits', 'faults', 'accounts']),
    differences: {},
  };
}
