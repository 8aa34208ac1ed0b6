/**
 * ministack with authorization on: the only witness that asks trust policies, role policies, and the policies of queues and topics. It then also checks
 * signatures, host and all, so that it cannot stand behind our fault proxy.
 */
import { join } from 'node:path';
import { virtualEnvironment } from '../setup/python.ts';
import type { Witness } from '../witness.ts';
import { differences } from './differences.ts';

export const ministack: Witness = {
  name: 'ministack',
  version: '1.5.33',
  has: new Set(['tables', 'accounts', 'trust']),
  differences,
  credentialsFor: (account) => ({ accessKeyId: account, secretAccessKey: 'test' }),
  setUp: async () => {
    const python = await virtualEnvironment('ministack', join(import.meta.dirname, 'requirements.txt'));
    return {
      lacks: {},
      start: ({ port, folder }) => ({
        command: python,
        args: ['-m', 'ministack'],
        environment: {
          GATEWAY_PORT: String(port),
          BIND_HOST: '127.0.0.1',
          // Part of the addresses of queues.
          MINISTACK_HOST: '127.0.0.1',
          AUTH: 'true',
          S3_DATA_DIR: join(folder, 's3'),
        },
        healthPath: '/_ministack/health',
      }),
    };
  },
};
