/** Every contract suite on our own emulator. */
import { afterAll, beforeAll } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { dynamoDbContract } from './dynamodb.case.ts';
import { logsContract } from './logs.case.ts';
import { logsRulesContract } from './logs-rules.case.ts';
import { notificationsContract } from './notifications.case.ts';
import { s3Contract } from './s3.case.ts';
import { snsContract } from './sns.case.ts';
import { sqsContract } from './sqs.case.ts';
import { stsContract } from './sts.case.ts';
import type { Target } from './target.ts';

let local: LocalAws;

beforeAll(async () => {
  local = await startLocalAws();
});
afterAll(() => local.stop());

const target = (): Target => ({
  name: 'embedded',
  endpoint: local.endpoint,
  region: 'us-east-1',
  credentialsFor: (account) => ({ accessKeyId: account, secretAccessKey: 'test' }),
  has: new Set(['trust', 'limits', 'faults', 'accounts']),
  differences: {},
});

s3Contract(target);
notificationsContract(target);
sqsContract(target);
snsContract(target);
dynamoDbContract(target);
stsContract(target);
logsContract(target);
logsRulesContract(target);
