/** The central side on our own emulator with the fault proxy in front, and the worker's own clients to it. */
import { startFaults, type Faults } from '../../../local/faults/faults.ts';
import { startLocalAws, type LocalAws } from '../../../local/aws.ts';
import { closeCentral, makeCentral, type Central, type Keys } from '../../../local/provision/central.ts';
import { makeClients, type Clients } from '../../../worker/clients.ts';
import { Observer, type EventName, type WorkerEvents } from '../../../worker/observe/events.ts';
import { vi } from 'vitest';

export interface CentralSide {
  readonly aws: LocalAws;
  readonly faults: Faults;
  readonly central: Central;
  /** By way of the proxy, with credentials from the environment. */
  readonly clients: Clients;
  stop(): Promise<void>;
}

export const REGION = 'us-east-1';

export const keysOf = (account: string): Keys => ({ accessKeyId: account, secretAccessKey: 'test' });

export async function startCentralSide(): Promise<CentralSide> {
  const aws = await startLocalAws();
  const faults = await startFaults({ target: aws.endpoint });
  const central = await makeCentral({ endpoint: aws.endpoint, region: REGION, keys: keysOf('000000000000') }, { prefix: 'lf' });
  vi.stubEnv('AWS_ACCESS_KEY_ID', '000000000000');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const clients = makeClients({
    region: REGION,
    endpoint: faults.endpoint,
    callTimeoutMs: 10_000,
    putTimeoutMs: 10_000,
    receiveWaitMs: 1000,
    maxSockets: 60,
  });
  const stop = async () => {
    vi.unstubAllEnvs();
    closeCentral(central);
    await faults.stop();
    await aws.stop();
  };
  return { aws, faults, central, clients, stop };
}

/** An observer, and what it was told of one event. */
export function recorded<N extends EventName>(name: N): { observer: Observer; facts: WorkerEvents[N][] } {
  const observer = new Observer();
  const facts: WorkerEvents[N][] = [];
  observer.on(name, (fact) => facts.push(fact));
  return { observer, facts };
}
