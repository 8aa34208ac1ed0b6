/** One SQS call on its way from the front to the engine, as the steps in between see it. It holds no state of its own. */
import type { FauxqsAnswer } from './fauxqs.ts';
import type { Receipts } from './receipts.ts';

/** Its queue's address already in the engine's form. */
export interface QueueCall {
  readonly input: Readonly<Record<string, unknown>>;
  /** Region and name: what receipt handles are bound to. */
  readonly queue: string;
  readonly receipts: Receipts;
  readonly engine: (action: string, input: unknown) => Promise<FauxqsAnswer>;
}
