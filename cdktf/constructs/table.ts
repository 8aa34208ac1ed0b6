/** A DynamoDB table as both of ours are: paid by use, sealed with our key, with point-in-time recovery, a time to live, and a guard against deletion. */
import { DynamodbTable, type DynamodbTableGlobalSecondaryIndex } from '@cdktf/provider-aws/lib/dynamodb-table/index.js';
import { Construct } from 'constructs';

interface KeyAttribute {
  readonly name: string;
  /** String or number. */
  readonly type: 'S' | 'N';
}

export interface KeyPair {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute;
}

export interface TableProps {
  readonly name: string;
  readonly keyArn: string;
  /** Refuses to be deleted or replaced, by a plan of Terraform as by hand, until this is taken off. */
  readonly guarded: boolean;
}

/** Seconds since 1970. DynamoDB deletes up to days late, so a reader compares the time itself. */
const TTL_ATTRIBUTE = 'expires_at';

export class Table extends Construct {
  readonly name: string;
  readonly arn: string;

  /** @param index holds those rows only that carry both of its attributes. */
  constructor(scope: Construct, id: string, props: TableProps, key: KeyPair, index?: KeyPair & { readonly name: string }) {
    super(scope, id);
    const attributes = [key.hash, key.range, ...(index === undefined ? [] : [index.hash, index.range])];
    const table = new DynamodbTable(this, 'table', {
      name: props.name,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: key.hash.name,
      rangeKey: key.range.name,
      attribute: attributes.map(({ name, type }) => ({ name, type })),
      ...(index !== undefined && { globalSecondaryIndex: [wholeRows(index)] }),
      ttl: { enabled: true, attributeName: TTL_ATTRIBUTE },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: props.keyArn },
      deletionProtectionEnabled: props.guarded,
      lifecycle: { preventDestroy: props.guarded },
    });
    this.name = table.name;
    this.arn = table.arn;
  }
}

function wholeRows({ name, hash, range }: KeyPair & { readonly name: string }): DynamodbTableGlobalSecondaryIndex {
  return { name, hashKey: hash.name, rangeKey: range.name, projectionType: 'ALL' };
}
