/** What Lambda itself tells of trouble: invocations that settled nothing, and such as found no room. Messages that came back are the queue's alarms. */
import { Construct } from 'constructs';
import type { Names } from '../names.ts';
import { Alarm, type AlarmProps } from './alarm.ts';

const FIVE_MINUTES = 300;

/** `notBreaching`: without an invocation there is no metric, and nothing went wrong. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const COUNT = { namespace: 'AWS/Lambda', statistic: 'Sum', above: 0, periodSeconds: FIVE_MINUTES, missing: 'notBreaching' } as const;

const RULES: Readonly<Record<string, Pick<AlarmProps, 'metric' | 'periods' | 'advice'>>> = {
  'lambda-errors': {
    metric: 'Errors',
    // One is a deployment, or a single object; the batch comes back.
    periods: [2, 3],
    advice:
      'Invocations ended without an answer, and their batches come back: out of time, out of memory, or a start that failed. The last lines of the function’s log say which. Raise lambda.memoryMiB or lambda.timeoutSeconds, or mend its settings.',
  },
  'lambda-throttles': {
    metric: 'Throttles',
    periods: [3, 3],
    advice:
      'The function is refused room for a quarter of an hour: lines arrive late. Does somebody else invoke it, or has its reserved concurrency been taken away? Else raise lambda.reservedConcurrency, and the account’s quota.',
  },
};

export interface LambdaAlarmsProps {
  readonly names: Names;
  readonly topicArn: string;
  readonly functionName: string;
}

export class LambdaAlarms extends Construct {
  constructor(scope: Construct, id: string, { names, topicArn, functionName }: LambdaAlarmsProps) {
    super(scope, id);
    for (const [part, rule] of Object.entries(RULES))
      new Alarm(this, part, { ...COUNT, ...rule, names, topicArn, dimensions: { FunctionName: functionName } });
  }
}
