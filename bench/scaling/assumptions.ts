/** What the simulation takes for given, each with where it comes from. Change one to see what it does; docs/scaling.md repeats them. Times are seconds. */
import { SETTINGS } from '../../worker/settings.ts';

export const ASSUMPTIONS = {
  /**
   * Objects that a vCPU delivers in a second: `npm run demo` put 31,758 lines/s on 2 cores, in objects of 283 lines (README, 2026-11-24), emulator and generator
   * included. A task beyond one vCPU is not counted on for more: a worker has one event loop.
   */
  objectsPerVcpuSecond: 31_758 / 2 / 283,
  /** Waiting of an object for S3 and CloudWatch Logs, during which it is in flight. */
  objectLatency: 0.25,
  /** Slots of a task, and the messages that it holds at most. */
  slots: SETTINGS.CONCURRENCY.default,
  admission: SETTINGS.ADMISSION_OBJECTS.default,
  tenantShare: SETTINGS.TENANT_SHARE.default,
  idleCpuPercent: 2,
  /** From the desired count to RUNNING and healthy on Fargate, image pulled. */
  start: [45, 60],
  /** From the end of a minute until its points are known. */
  sqsDelay: [60, 120],
  ecsDelay: [60, 180],
  /** "A delay of up to 15 minutes" after more than 6 h without activity: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html */
  queueIdleAfter: 6 * 3600,
  idleQueueDelay: 15 * 60,
  /** When Container Insights reports. Whether it goes on for a service without tasks is not documented, so the worse. */
  insights: 'with tasks' as 'always' | 'with tasks' | 'never',
  protectionQuiet: SETTINGS.PROTECTION_QUIET_SECONDS.default,
  protectionMax: SETTINGS.PROTECTION_MAX_MINUTES.default * 60,
  protectionRest: SETTINGS.PROTECTION_REST_SECONDS.default,
  canaryEvery: 60,
} as const;

export type Assumptions = { readonly [Key in keyof typeof ASSUMPTIONS]: Widened<(typeof ASSUMPTIONS)[Key]> };
type Widened<T> = T extends number ? number : T extends readonly number[] ? readonly [number, number] : T;
