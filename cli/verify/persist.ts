/** A call that is made again while AWS says "too fast", or that somebody else changes the same thing just now. */
import { setTimeout as wait } from 'node:timers/promises';
import { isThrottled } from './denial.ts';

/** Beyond the SDK's own three tries each. */
const TRIES = 3;
const FIRST_WAIT_MS = 300;

export async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(isThrottled(error) || isContended(error)) || tries === TRIES) throw error;
      await wait(FIRST_WAIT_MS * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

/** Of IAM: two operators have one probe role. https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html */
function isContended(error: unknown): boolean {
  return (error as Error).name.startsWith('ConcurrentModification');
}
