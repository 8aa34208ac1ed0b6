/** moto: the oldest of them. Its accounts are not chosen by the access key, so it can witness calls, not journeys between accounts. */
import { join } from 'node:path';
import { virtualEnvironment } from '../setup/python.ts';
import type { Witness } from '../witness.ts';
import { differences } from './differences.ts';

export const moto: Witness = {
  name: 'moto',
  version: '5.2.5',
  has: new Set(['tables', 'faults']),
  differences,
  credentialsFor: () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
  setUp: async () => {
    const python = await virtualEnvironment('moto', join(import.meta.dirname, 'requirements.txt'));
    return {
      lacks: {},
      start: ({ port }) => ({
        command: python,
        args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
        environment: {},
        healthPath: '/moto-api/data.json',
      }),
    };
  },
};
