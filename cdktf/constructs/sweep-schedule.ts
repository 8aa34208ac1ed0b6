/**
 * Sends `{"logferry":"sweep"}` to the queue now and then: whichever worker gets it looks after what is parked or due, also where the service had slept. Its role
 * may send to that one queue only.
 */
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { SchedulerScheduleGroup } from '@cdktf/provider-aws/lib/scheduler-schedule-group/index.js';
import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule/index.js';
import { Construct } from 'constructs';
import type { CoreRefs, Environment } from '../config.ts';
import type { Names } from '../names.ts';
import { document } from '../policies.ts';

/** As worker/receive/envelope.ts reads it. */
export const SWEEP_MESSAGE = JSON.stringify({ logferry: 'sweep' });

/** In seconds: a sweep that came later than this would meet the next. */
const MAX_AGE_SECONDS = 300;
const MAX_RETRIES = 2;

export interface SweepScheduleProps {
  readonly names: Names;
  readonly environment: Environment;
  readonly core: CoreRefs;
  readonly queueArn: string;
}

export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, props: SweepScheduleProps) {
    super(scope, id);
    const { names, environment, queueArn } = props;
    const group = new SchedulerScheduleGroup(this, 'group', { name: names.of('schedules') });
    const role = new IamRole(this, 'role', {
      name: names.of('sweep'),
      description: `Lets the schedule of ${names.prefix} send its sweep`,
      assumeRolePolicy: trustScheduler(names, names.of('schedules')),
    });
    const policy = new IamRolePolicy(this, 'policy', { name: 'send-sweep', role: role.name, policy: sendSweep(props) });
    new SchedulerSchedule(this, 'schedule', {
      name: names.of('sweep'),
      groupName: group.name,
      description: 'Has a worker look after parked objects and open breakers',
      scheduleExpression: sweepRate(environment),
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: queueArn,
        roleArn: role.arn,
        input: SWEEP_MESSAGE,
        // By default Scheduler tries 185 times within a day: after an outage of SQS or KMS, sweeps would come in heaps, and one is enough.
        retryPolicy: { maximumEventAgeInSeconds: MAX_AGE_SECONDS, maximumRetryAttempts: MAX_RETRIES },
      },
      dependsOn: [policy],
    });
  }
}

/** Hourly where the service may sleep: each sweep wakes it, and more often it would never be at zero. */
export function sweepRate({ stacks, worker }: Environment): string {
  return stacks.includes('worker') && worker.minTasks === 0 ? 'rate(1 hour)' : 'rate(10 minutes)';
}

/** The group, not the schedule, is what Scheduler names: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
function trustScheduler(names: Names, group: string): string {
  return document({
    Sid: 'Assume',
    Principal: { Service: names.servicePrincipal('scheduler') },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': names.account, 'aws:SourceArn': names.arn('scheduler', `schedule-group/${group}`) } },
  });
}

function sendSweep({ names, core, queueArn }: SweepScheduleProps): string {
  return document(
    { Sid: 'SendSweep', Action: 'sqs:SendMessage', Resource: queueArn },
    {
      Sid: 'SealMessages',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: core.messagesKeyArn,
      Condition: { StringEquals: { 'kms:ViaService': names.viaService('sqs') } },
    },
  );
}
