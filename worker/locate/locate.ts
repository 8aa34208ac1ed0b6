/** Whose object is it, and where does it go: ObjectRef -> Source and Routes. */
import type { Source } from './object-key.ts';

/** One delivery of one object: everything that the later steps need to know of the tenant's side. A batch carries the route it was made for. */
export interface Route {
  readonly source: Source;
  readonly type: 'cloudwatch';
  readonly roleArn: string;
  /** The account of `roleArn`: what the assumed session's ARN must show. */
  readonly account: string;
  readonly externalId?: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  readonly environment: string;
  /** `message`: the line as the application wrote it; `record`: the whole record. */
  readonly format: 'message' | 'record';
  readonly late: 'quarantine' | 'now';
  /** Whether a missing log group may be created. */
  readonly createGroup: boolean;
}
