import type { CoreRefs, QueueRefs } from '../config.ts';

/** What a processor of messages, worker or lambda, is built upon. */
export interface ProcessorProps {
  readonly core: CoreRefs;
  readonly queue: QueueRefs;
  readonly imageTag: string;
}
