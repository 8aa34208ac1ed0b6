/**
 * The one call to the agent of ECS that protects this task from scale-in and deployments, and what its answer means. It never throws, and never takes
 * longer than its time-out. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
import { z } from 'zod';
import { describe } from '../errors.ts';

export type AgentAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** A code of ECS or of the network, one of a few. */
      readonly reason: string;
      readonly detail: string;
      /** No later call would be answered otherwise. */
      readonly forGood: boolean;
    };

/** @param minutes how long the task is to be protected; undefined: no longer. */
export type AskAgent = (minutes: number | undefined, signal: AbortSignal) => Promise<AgentAnswer>;

/**
 * A task that was started by itself is never protected: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html
 * All else may pass: throttling, a role that is mended, DEPLOYMENT_BLOCKED (more tasks are protected than the service is to have).
 */
const NOT_OF_A_SERVICE = 'TASK_NOT_VALID';

/** As its source has it: github.com/aws/amazon-ecs-agent, ecs-agent/tmds/handlers/taskprotection/v1. A `failure` comes with 200, an `error` does not. */
const ANSWER = z.object({
  protection: z.object({ ProtectionEnabled: z.boolean().nullish() }).nullish(),
  failure: z.object({ Reason: z.string().nullish(), Detail: z.string().nullish() }).nullish(),
  error: z.object({ Code: z.string().nullish(), Message: z.string().nullish() }).nullish(),
});

/** In characters. */
const LONGEST = 16_384;

/** @param agentUri ECS_AGENT_URI. @param timeoutMs for the whole answer. */
export function agentAt(agentUri: string, timeoutMs: number): AskAgent {
  const url = `${agentUri.replace(/\/$/, '')}/task-protection/v1/state`;
  return async (minutes, signal) => {
    const wanted = minutes !== undefined;
    try {
      const response = await fetch(url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ProtectionEnabled: wanted, ...(wanted ? { ExpiresInMinutes: minutes } : {}) }),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return readAnswer(response.status, await beginning(response), wanted);
    } catch (error) {
      return failed(networkReason(error), describe(error instanceof Error ? (error.cause ?? error) : error));
    }
  };
}

/** Its answers are some hundred bytes; of anything longer no more is taken into memory. */
async function beginning({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  // To leave the loop closes the connection.
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= LONGEST) break;
  }
  return text;
}

function readAnswer(status: number, text: string, wanted: boolean): AgentAnswer {
  const { protection, failure, error } = parse(text);
  if (failure) return failed(failure.Reason ?? 'failure', failure.Detail ?? '');
  if (error) return failed(error.Code ?? 'error', error.Message ?? '');
  if (protection?.ProtectionEnabled === wanted) return { ok: true };
  return failed(`http-${status}`, `no answer of ECS’s agent: ${text.slice(0, 200)}`);
}

/** Its own throttling, and whatever may stand between, answer in plain text. */
function parse(text: string): z.infer<typeof ANSWER> {
  try {
    return ANSWER.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

function failed(reason: string, detail: string): AgentAnswer {
  return { ok: false, reason, detail, forGood: reason === NOT_OF_A_SERVICE };
}

/** fetch hides why the network failed in the cause of a TypeError. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
