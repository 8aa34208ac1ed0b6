/** Our clock against AWS's, by the Date of an answer of STS, which also says who we are. AWS takes no signature that is older than five minutes. */
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { describe } from '../../worker/errors.ts';
import type { Result, Step } from './check.ts';
import { passingResult } from './denial.ts';
import { persist } from './persist.ts';

const RED_MS = 5 * 60_000;
const WARN_MS = 60_000;

export interface Me {
  readonly arn: string;
}

export async function checkClock(sts: STSClient): Promise<Step<Me>> {
  let skewMs: number | undefined;
  const seeDate = (headers: Readonly<Record<string, string>>): void => {
    const date = Date.parse(headers['date'] ?? '');
    if (!Number.isNaN(date)) skewMs = Date.now() - date;
  };
  const command = new GetCallerIdentityCommand({});
  // Below the deserializer, so that it sees the head of a refusal, too.
  command.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      seeDate((answered.response as { headers?: Record<string, string> }).headers ?? {});
      return answered;
    },
    { step: 'deserialize', priority: 'low', name: 'seeDate' },
  );
  try {
    const { Arn: arn = '' } = await persist(() => sts.send(command));
    const result = clockResult(skewMs);
    return { result, ...(result.outcome !== 'red' && { value: { arn } }) };
  } catch (error) {
    const result = skewMs !== undefined && Math.abs(skewMs) > RED_MS ? clockResult(skewMs) : passingResult(error, 'operator');
    return {
      result: result ?? { outcome: 'red', reason: 'STS does not take these credentials', said: describe(error), causes: ['unexpected'] },
    };
  }
}

/** @param skewMs how far ours is ahead; undefined when the answer had no date. */
export function clockResult(skewMs: number | undefined): Result {
  if (skewMs === undefined) return { outcome: 'skipped', reason: 'the answer had no Date header' };
  const off = Math.abs(skewMs);
  const said = `this machine's clock is ${Math.round(off / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} AWS's`;
  if (off <= WARN_MS) return { outcome: 'green', reason: 'within a minute of AWS’s' };
  const fix = { side: 'operator', does: 'set the clock, here and where the worker runs', command: 'sudo chronyc makestep' } as const;
  if (off <= RED_MS) return { outcome: 'warning', reason: said, causes: ['clock'], fix };
  return { outcome: 'red', reason: `${said}; AWS refuses what is signed more than 5 minutes off`, causes: ['clock'], fix };
}
