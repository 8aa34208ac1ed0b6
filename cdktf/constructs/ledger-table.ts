/**
 * What became of each object: a row for each of its deliveries. Rows that need somebody (parked, dead) carry two attributes more, and only these are in the
 * index `attention`, so that a sweep reads them without passing over the millions that were delivered.
 */
import type { Construct } from 'constructs';
import { Table, type TableProps } from './table.ts';
import { ATTENTION_INDEX } from './worker-permissions.ts';

export class LedgerTable extends Table {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(
      scope,
      id,
      props,
      // The object: `bucket/key` and its version.
      { hash: { name: 'object', type: 'S' }, range: { name: 'delivery', type: 'S' } },
      // In shards: one hash key for all of them would take 1,000 writes a second at most, just when a large tenant's role breaks.
      { name: ATTENTION_INDEX, hash: { name: 'attention_shard', type: 'S' }, range: { name: 'attention_at', type: 'N' } },
    );
  }
}
