/**
 * LocalStack from PyPI, without Docker and without a token. Its DynamoDB is DynamoDBLocal, which needs Java and Maven here; where they are missing only
 * what needs tables is skipped.
 */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type DynamoDbLocal, dynamoDbLocal } from '../setup/dynamodb-local.ts';
import { virtualEnvironment } from '../setup/python.ts';
import { Unavailable, type Place, type Start, type Witness } from '../witness.ts';
import { differences } from './differences.ts';

export const localstack: Witness = {
  name: 'localstack',
  version: '2026.3.0',
  has: new Set(['tables', 'faults', 'accounts']),
  differences,
  credentialsFor: (account) => ({ accessKeyId: account, secretAccessKey: 'test' }),
  setUp: async () => {
    const [python, tables] = await Promise.all([
      virtualEnvironment('localstack', join(import.meta.dirname, 'requirements.txt')),
      dynamoDbLocal().catch((error: unknown) => {
        if (error instanceof Unavailable) return error;
        throw error;
      }),
    ]);
    const lacks = tables instanceof Unavailable ? { tables: tables.message } : {};
    return { lacks, start: (at) => start(python, tables instanceof Unavailable ? undefined : tables, at) };
  },
};

async function start(python: string, tables: DynamoDbLocal | undefined, { port, folder }: Place): Promise<Start> {
  const state = join(folder, 'var', 'lib', 'localstack');
  await mkdir(state, { recursive: true });
  if (tables) await symlink(tables.library, join(state, 'lib'));
  return {
    command: python,
    args: ['-m', 'localstack.runtime.main'],
    environment: {
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      FILESYSTEM_ROOT: folder,
      // It takes any container for its own, and would write under /var/lib.
      OVERRIDE_IN_DOCKER: '0',
      // Nothing of it reaches for the internet, or answers for names.
      DNS_ADDRESS: '0',
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      ...(tables && { LOGFERRY_JAVA: tables.java }),
    },
    healthPath: '/_localstack/health',
  };
}
