/** Settings of the process, and of its protection against scale-in. */
import { minutes, port, seconds, text } from '../setting.ts';

export const RUNNING = {
  CALL_TIMEOUT_SECONDS: seconds(10, 1, 120, 'Time-out of every other AWS call (a long poll has its own wait on top).'),
  CENTRAL_PAUSE_SECONDS: seconds(
    5,
    1,
    300,
    'Pause of intake after a fault of our own side, before one more try; it doubles up to a minute while the fault lasts.',
  ),
  SHUTDOWN_GRACE_SECONDS: seconds(
    100,
    1,
    7200,
    'After SIGTERM, how long objects under way may take; then their messages are given back. Must be below STOP_TIMEOUT_SECONDS.',
  ),
  STOP_TIMEOUT_SECONDS: seconds(120, 2, 7200, 'When the platform kills the process after SIGTERM (Fargate: 120 at most).'),
  METRICS_PORT: port(
    9464,
    0,
    65_535,
    '/metrics, /healthz and /readyz on all interfaces, in `sqs` mode. 0 takes any free port and logs it.',
  ),
  LOG_LEVEL: text({
    default: 'info',
    oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    advice: 'Least severe line that is logged. `info` writes one line per object.',
  }),
};

export const PROTECTION = {
  PROTECTION_MINUTES: minutes(
    10,
    1,
    2880,
    'Term of one protection, renewed about half way. A worker that hangs or is killed stays protected to its end. Must be below PROTECTION_MAX_MINUTES.',
  ),
  PROTECTION_QUIET_SECONDS: seconds(
    60,
    1,
    3600,
    'How long the task must have been without work before it lets go. Lower lets scale-in act sooner, and asks ECS more often when there is a message now and then.',
  ),
  PROTECTION_MAX_MINUTES: minutes(
    30,
    2,
    2880,
    'A task that works without a break lets go after so long, so that deployments and scale-in come to an end. Below the time-out of the deployment: CloudFormation’s is 3 hours.',
  ),
  PROTECTION_REST_SECONDS: seconds(
    120,
    1,
    3600,
    'How long it then stays unprotected before it may take protection again. AWS names no time within which ECS ends a task that has let go: too short, and deployments hang; too long, and scale-in may pick a busy task, which stops cleanly.',
  ),
  PROTECTION_RETRY_SECONDS: seconds(
    5,
    1,
    600,
    'First back-off after a call that failed; it doubles, with full jitter, up to PROTECTION_RETRY_MAX_SECONDS. Must be below it.',
  ),
  PROTECTION_RETRY_MAX_SECONDS: seconds(60, 2, 3600, 'Longest such back-off. Must be below PROTECTION_MINUTES.'),
};
