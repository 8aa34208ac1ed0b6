/** The service: polls the queue until it is told to stop, then drains. */
import { Acknowledger } from '../acknowledge/acknowledge.ts';
import { carryOut } from '../acknowledge/settle.ts';
import { describe, isUnanswered } from '../errors.ts';
import { processMessage } from '../message.ts';
import { makeMetrics } from '../observe/metrics.ts';
import { startStatusServer } from '../observe/server.ts';
import { Admission } from '../receive/admission.ts';
import { Receiver } from '../receive/receive.ts';
import { Visibility } from '../receive/visibility.ts';
import { agentAt } from '../run/ecs-agent.ts';
import type { Shutdown } from '../run/shutdown.ts';
import { TaskProtection } from '../run/task-protection.ts';
import { deadLetterUrl, type Worker } from '../worker.ts';

/**
 * Runs until the shutdown is over.
 * @returns the exit code: 0 for a clean stop, 1 when work had to be ended (its messages are back in the queue all the same).
 * @throws when the worker cannot start: the port is taken, the queue is not there, it has no dead-letter queue.
 */
export async function runSqs(worker: Worker, shutdown: Shutdown): Promise<number> {
  const { config, observer, health, lanes } = worker;
  const { drain } = shutdown.signals;
  const stillMs = config.STALL_SECONDS * 1000;
  const admission = new Admission({
    objects: config.ADMISSION_OBJECTS,
    bytes: config.ADMISSION_BYTES,
    tenantShare: config.TENANT_SHARE,
    // What has not begun goes back first: it costs no doubles.
    makeRoom: () => void (lanes.shed(stillMs) || worker.budget.evictOldest()),
  });
  const protection = protectionOf(worker);
  const registry = makeMetrics(observer, {
    slotsActive: () => worker.slots.active,
    slotsWaiting: () => worker.slots.waiting,
    lanes: () => lanes.size,
    heldMessages: () => admission.held,
    budgetBytes: () => worker.budget.held,
    ready: () => health.reasons.length === 0,
    taskProtected: () => protection.held,
    taskProtectionFailing: () => protection.failing,
  });
  const server = await startStatusServer(config.METRICS_PORT, registry, health);
  observer.emit('worker:listen', { port: server.port });
  try {
    await serve(worker, { admission, protection }, await findDeadLetters(worker, drain), shutdown);
  } catch (error) {
    // Told to stop before it had begun.
    if (error !== drain.reason) throw error;
  } finally {
    shutdown.done();
    await server.close();
  }
  return shutdown.forced ? 1 : 0;
}

/** A queue that does not answer is no reason to crash, at the start as little as later. */
async function findDeadLetters({ config, clients, observer, health }: Worker, drain: AbortSignal): Promise<string | undefined> {
  for (;;) {
    try {
      const url = await deadLetterUrl(config, clients.sqs);
      health.clear('sqs');
      return url;
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      observer.emit('receive:error', { error });
      health.fault('sqs', describe(error));
      await health.gate(drain);
    }
  }
}

/** Against scale-in while there is work, where ECS runs this task. */
function protectionOf({ config, observer }: Worker): TaskProtection {
  return new TaskProtection({
    ask: config.ecsAgentUri === undefined ? undefined : agentAt(config.ecsAgentUri, config.CALL_TIMEOUT_SECONDS * 1000),
    observer,
    minutes: config.PROTECTION_MINUTES,
    quietMs: config.PROTECTION_QUIET_SECONDS * 1000,
    maxMs: config.PROTECTION_MAX_MINUTES * 60_000,
    restMs: config.PROTECTION_REST_SECONDS * 1000,
    retry: { baseMs: config.PROTECTION_RETRY_SECONDS * 1000, maxMs: config.PROTECTION_RETRY_MAX_SECONDS * 1000 },
  });
}

async function serve(
  worker: Worker,
  { admission, protection }: { readonly admission: Admission; readonly protection: TaskProtection },
  letters: string | undefined,
  shutdown: Shutdown,
): Promise<void> {
  const { config, clients, observer, health, lanes, returnDelay, pipeline } = worker;
  const { drain, force } = shutdown.signals;
  const queueUrl = config.SQS_QUEUE_URL ?? '';
  const persistMs = config.VISIBILITY_SECONDS * 1000;
  const ack = new Acknowledger({ sqs: clients.sqs, queueUrl, deadLetterUrl: letters, observer, persistMs, signal: force });
  const visibility = new Visibility(ack, config.VISIBILITY_SECONDS);
  const polled = Promise.withResolvers<void>();
  const receiver = new Receiver({
    sqs: clients.sqs,
    queueUrl,
    admission,
    visibility,
    ack,
    health,
    observer,
    waitSeconds: config.RECEIVE_WAIT_SECONDS,
    visibilitySeconds: config.VISIBILITY_SECONDS,
    callTimeoutMs: config.CALL_TIMEOUT_SECONDS * 1000,
    surplusDelaySeconds: config.SURPLUS_DELAY_SECONDS,
    receivers: config.RECEIVERS,
    drain,
    work: (receipt, opened) =>
      protection.during(async () => {
        const verdict = await processMessage(receipt, opened, worker, shutdown.signals);
        // Given back while a receive of ours is open, it would come straight back to us, and soon count as poison.
        if (verdict.action === 'return' && drain.aborted) await polled.promise;
        // Held until then: many dead letters may take longer than the visibility. What is answered for is never extended, see Acknowledger.
        await carryOut(verdict, receipt, { ack, observer, returnDelay, ledger: pipeline.ledger });
      }),
  });
  visibility.start();
  receiver.start();
  health.started();

  const reason = await shutdown.requested();
  observer.emit('worker:drain', { reason, held: visibility.held });
  health.draining();
  protection.stop();
  // Objects that wait in their lanes go back as soon as no receive is open; those under way are finished within the grace.
  lanes.clear();
  await receiver.stop();
  polled.resolve();
  lanes.clear();
  await receiver.idle();
  visibility.stop();
}
