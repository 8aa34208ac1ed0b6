/** Event -> pino line: level, fields, one line per object at info. It never logs a log line's content, and never a credential. */
import { destination, pino, stdSerializers, type Logger } from 'pino';
import { describe } from '../errors.ts';
import type { EventName, Observer, WorkerEvents } from './events.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Every event is here: a new one does not compile until its level is chosen. `undefined`: too frequent, a metric tells it. */
const LEVELS: { readonly [N in EventName]: Level | undefined } = {
  'worker:start': 'info',
  'worker:listen': 'info',
  'worker:warn': 'warn',
  'worker:drain': 'info',
  'worker:stop': 'info',
  'worker:readiness': 'info',
  'protection:change': 'info',
  'protection:fail': 'warn',
  'receive:batch': undefined,
  'receive:error': 'error',
  'receive:over-limit': 'error',
  'message:admit': 'debug',
  'message:delete': 'debug',
  'message:return': 'debug',
  'message:dead-letter': 'error',
  'message:ignore': 'info',
  'message:ack-error': 'warn',
  'object:start': 'debug',
  'object:done': 'info',
  'object:skip': 'info',
  'object:park': 'info',
  'object:replay': 'debug',
  'object:fail': 'warn',
  'object:resume': 'warn',
  'object:trailing-bytes': 'warn',
  'line:oversize': 'warn',
  'line:quarantine': 'warn',
  'quarantine:fail': 'error',
  'balance:open': 'error',
  'batch:put': 'debug',
  'batch:retry': 'debug',
  'batch:ambiguous': 'warn',
  'batch:reject': 'warn',
  'batch:late': 'info',
  'stream:create': 'info',
  'breaker:open': 'warn',
  'breaker:probe': 'info',
  'breaker:close': 'info',
  'sweep:done': 'info',
  'sweep:fail': 'warn',
  'parked:aging': 'error',
  'message:aging': 'error',
  'tenant:lookup': undefined,
  'tenant:warn': 'warn',
  'credentials:lookup': undefined,
  'credentials:assume': 'debug',
};

/** Whatever has one of these names is replaced, at the top and one level below: the SDK hangs whole requests on its errors. */
const SECRET_NAMES = [
  'secretAccessKey',
  'SecretAccessKey',
  'sessionToken',
  'SessionToken',
  'externalId',
  'ExternalId',
  'external_id',
  'authorization',
  'Authorization',
  'credentials',
  'Credentials',
];

/** @param stream where lines go; standard output unless a test wants them, and standard error in manual mode, whose output is the verdict. */
export function makeLogger(level: string, stream: NodeJS.WritableStream | number = 1): Logger {
  const options = {
    level,
    base: { service: 'logferry', pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { error: errorFields, err: stdSerializers.err },
  };
  // Written synchronously: what a dying process had to say must be there. It is a line per object, not per log line.
  return typeof stream === 'number' ? pino(options, destination({ dest: stream, sync: true })) : pino(options, stream);
}

/** Only what a person needs: an AWS error carries the whole request and answer. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return describe(error);
  const { name, message, cause } = error;
  const metadata = (error as { $metadata?: { requestId?: string; httpStatusCode?: number } }).$metadata;
  return {
    name,
    message,
    requestId: metadata?.requestId,
    status: metadata?.httpStatusCode,
    cause: cause === undefined ? undefined : describe(cause),
  };
}

export function logEvents(observer: Observer, logger: Logger): void {
  for (const name of Object.keys(LEVELS) as EventName[]) {
    const level = LEVELS[name];
    if (level) observer.on(name, (fact: WorkerEvents[EventName]) => logger[level]({ event: name, ...fact }, name));
  }
}
