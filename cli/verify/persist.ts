/** A call that is made again while AWS says "too fast". */
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
      if (!isThrottled(error) || tries === TRIES) throw error;
      await wait(FIRST_WAIT_MS * 2 ** tries * (0.5 + Math.random()));
    }
  }
}
