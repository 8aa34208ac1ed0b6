/** Where each tenant's logs go: a row for each delivery. The worker reads it by the tenant alone (worker/locate/tenant-directory.ts). */
import type { Construct } from 'constructs';
import { Table, type TableProps } from './table.ts';

export class TenantTable extends Table {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, props, { hash: { name: 'tenant_id', type: 'S' }, range: { name: 'type', type: 'S' } });
  }
}
