/**
 * The handler for Lambda's own Node runtime (`dist/worker/lambda.handler`), for those who deploy a zip instead of the image. A fault of the configuration
 * fails the function's start, before any message is taken.
 */
import { compileConfig } from './config.ts';
import { makeHandler } from './modes/lambda.ts';
import { Observer } from './observe/events.ts';
import { logEvents, makeLogger } from './observe/log.ts';
import { Shutdown } from './run/shutdown.ts';
import { clientsFor, makeWorker } from './worker.ts';

const config = compileConfig(process.env, 'lambda');
const observer = new Observer();
logEvents(observer, makeLogger(config.LOG_LEVEL));
const shutdown = new Shutdown(config.SHUTDOWN_GRACE_SECONDS * 1000);
const worker = makeWorker(config, clientsFor(config), observer, config.DLQ !== 'none');

export const handler = makeHandler(worker, config.DLQ_URL, shutdown);
