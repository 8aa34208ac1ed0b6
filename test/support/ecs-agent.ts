/**
 * A stand-in for the agent of ECS as a task's container sees it, for PUT of task-protection/v1/state: its checks and forms of answer are those of its
 * source (github.com/aws/amazon-ecs-agent, ecs-agent/tmds/handlers/taskprotection/v1). It never forgets a protection by itself.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const TASK_ARN = 'arn:aws:ecs:us-east-1:123456789012:task/logferry/0123456789abcdef0123456789abcdef';
const PATH = '/api/0123456789abcdef0123456789abcdef-0123456789/task-protection/v1/state';

/** Yes, no answer at all, one without end, a way elsewhere, its own throttling, the failure that ECS gives, an error of ECS or of the agent, or any body with 200. */
export type Behaviour =
  | 'take'
  | 'hang'
  | 'flood'
  | 'redirect'
  | 'throttle'
  | { readonly failure: string }
  | { readonly error: string; readonly status: number }
  | { readonly body: string };

/** What is thrown at it: a body that is no fitting request is answered with 400, and kept here all the same. */
export type ProtectionCall = { readonly ProtectionEnabled?: unknown; readonly ExpiresInMinutes?: unknown };

export class EcsAgent {
  readonly #server: Server;
  readonly #emitter = new EventEmitter();
  /** In the order of their coming. */
  readonly calls: ProtectionCall[] = [];
  behaviour: Behaviour = 'take';
  protected = false;
  underWay = 0;
  mostUnderWay = 0;

  private constructor() {
    this.#server = createServer((req, res) => void this.#handle(req, res));
  }

  static async start(): Promise<EcsAgent> {
    const agent = new EcsAgent();
    agent.#server.listen(0, '127.0.0.1');
    await once(agent.#server, 'listening');
    return agent;
  }

  /** ECS_AGENT_URI. */
  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${PATH.replace('/task-protection/v1/state', '')}`;
  }

  /** Resolves when it has been called so many times in all. */
  async called(times: number): Promise<void> {
    while (this.calls.length < times) await once(this.#emitter, 'call');
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    res.once('close', () => this.underWay--);
    if (req.url !== PATH || req.method !== 'PUT') return void res.writeHead(404).end('404 page not found\n');
    const call = JSON.parse(await text(req)) as ProtectionCall;
    this.calls.push(call);
    this.#emitter.emit('call');
    this.#answer(call, res);
  }

  #answer(call: ProtectionCall, res: ServerResponse): void {
    const { behaviour } = this;
    const send = (status: number, body: object) => res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const fault = faultOf(call);
    if (fault) return void send(400, { error: { Arn: TASK_ARN, Code: 'InvalidParameterException', Message: fault } });
    if (behaviour === 'hang') return;
    if (behaviour === 'flood') return flood(res);
    if (behaviour === 'redirect') return void res.writeHead(302, { location: PATH }).end();
    if (behaviour === 'throttle') return void res.writeHead(429).end('You have reached maximum request limit.');
    if (behaviour === 'take') {
      this.protected = call.ProtectionEnabled === true;
      const minutes = Number(call.ExpiresInMinutes ?? 120);
      const ExpirationDate = this.protected ? new Date(Date.now() + minutes * 60_000).toISOString() : null;
      return void send(200, { protection: { ProtectionEnabled: this.protected, ExpirationDate, TaskArn: TASK_ARN } });
    }
    if ('body' in behaviour) return void res.writeHead(200).end(behaviour.body);
    if ('failure' in behaviour) return void send(200, { failure: { Arn: TASK_ARN, Reason: behaviour.failure, Detail: null } });
    send(behaviour.status, { requestID: 'r-1', error: { Arn: TASK_ARN, Code: behaviour.error, Message: 'as the test wants it' } });
  }
}

function flood(res: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!res.destroyed && res.write(chunk));
  };
  res.on('drain', more);
  more();
}

/** The agent refuses fields that it does not know, ECS a term out of bounds. */
function faultOf(call: ProtectionCall): string | undefined {
  const { ProtectionEnabled, ExpiresInMinutes, ...others } = call;
  if (Object.keys(others).length > 0) return 'UpdateTaskProtection: failed to decode request';
  if (typeof ProtectionEnabled !== 'boolean') return "Invalid request: does not contain 'ProtectionEnabled' field";
  if (ExpiresInMinutes === undefined) return undefined;
  const minutes = Number(ExpiresInMinutes);
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= 2880 ? undefined : 'expiresInMinutes is out of bounds';
}
