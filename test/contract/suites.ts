/** The contract suites, for our own emulator and for the witnesses alike. A new suite is added here and nowhere else. */
import { dynamoDbContract } from './dynamodb.case.ts';
import { logsContract } from './logs.case.ts';
import { logsRulesContract } from './logs-rules.case.ts';
import { notificationsContract } from './notifications.case.ts';
import { s3Contract } from './s3.case.ts';
import { snsContract } from './sns.case.ts';
import { sqsContract } from './sqs.case.ts';
import { stsContract } from './sts.case.ts';
import type { Suite } from './target.ts';

export const contractSuites: readonly Suite[] = [
  s3Contract,
  notificationsContract,
  sqsContract,
  snsContract,
  dynamoDbContract,
  stsContract,
  logsContract,
  logsRulesContract,
];
