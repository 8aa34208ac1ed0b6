/** What a month's logs cost on top: pure, USD a month. Each assumption is a field, so that a reader can put theirs. */
import { PRICES } from '../prices.ts';
import type { Item } from './standing.ts';

export interface Volume {
  /** Of log lines as the applications wrote them, a month. */
  readonly gb: number;
  /** How many times smaller the objects are than what is put: gzip on Vector's records. */
  readonly ratio: number;
  /** Of an object, compressed. */
  readonly objectMb: number;
  /** How long objects are kept. */
  readonly keptDays: number;
}

/** Receive, delete and visibility go ten to a call, but a queue that is seldom full answers with fewer; empty receives while idle are among them. */
const SQS_CALLS_PER_OBJECT = 3;
/** Claim and settle. */
const LEDGER_WRITES_PER_OBJECT = 2;

export function volumeCosts({ gb, ratio, objectMb, keptDays }: Volume): Item[] {
  const storedGb = gb / ratio;
  const objects = (storedGb * 1000) / objectMb / 1e6;
  return [
    { what: 'S3: puts of the agents, gets of the worker', usd: objects * (PRICES.s3PutMillion + PRICES.s3GetMillion) },
    {
      what: 'S3: kept',
      usd: (storedGb * keptDays * PRICES.s3StandardGbMonth) / 30 + (objects * keptDays * PRICES.s3MonitoredObjectsMillion) / 30,
    },
    { what: 'SNS, SQS', usd: objects * (PRICES.snsPublishMillion + SQS_CALLS_PER_OBJECT * PRICES.sqsCallMillion) },
    { what: 'ledger', usd: objects * (LEDGER_WRITES_PER_OBJECT * PRICES.dynamodbWriteMillion + PRICES.dynamodbReadMillion) },
    { what: 'NAT: puts to the customers, uncompressed', usd: gb * PRICES.natGb },
  ];
}
