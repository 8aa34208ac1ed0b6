/** Objects -> the central bucket, a few at a time, as agents on many nodes do. */
import type { Central } from '../provision/central.ts';
import { s3Target } from '../generator/targets.ts';
import type { DemoObject } from './demo-object.ts';

const AT_ONCE = 4;

/** @param uploaded called after each. @throws GeneratorError that names the object. */
export async function uploadAll(
  { clients, bucket }: Central,
  objects: readonly DemoObject[],
  signal: AbortSignal,
  uploaded: () => void,
): Promise<void> {
  const target = s3Target(clients.s3, bucket);
  const left = objects.values();
  const next = async (): Promise<void> => {
    for (const object of left) {
      if (signal.aborted) return;
      await target.write(object);
      uploaded();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
