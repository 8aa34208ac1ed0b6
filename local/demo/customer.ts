/** Who the customers are (pure): a name and an AWS account each. No two share one. */

export interface Customer {
  readonly id: string;
  readonly account: string;
}

export const CUSTOMERS: readonly Customer[] = [
  { id: 'acme-corp', account: '111111111111' },
  { id: 'globex', account: '222222222222' },
  { id: 'initech', account: '333333333333' },
];
/** The first account of those whose names are not known beforehand. */
const FIRST_OTHER_ACCOUNT = 444_400_000_001;

/** @param ids each once. */
export function customersOf(ids: Iterable<string>): Customer[] {
  return [...ids].map((id, i) => CUSTOMERS.find((known) => known.id === id) ?? { id, account: String(FIRST_OTHER_ACCOUNT + i) });
}

/** @param key `customer_id/cluster_id/application/pod_name/<file>` */
export function customerOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

/** Where a row without `log_stream_name` has an object's lines: `{cluster_id}/{application}/{pod_name}`. */
export function streamOf(key: string): string {
  return key.split('/').slice(1, 4).join('/');
}

/** The cluster that a customer's made-up pods run in. */
export function clusterOf(customer: string): string {
  return `prod-${customer}-1`;
}
