/** What stands in CloudWatch Logs, read through the SDK as each customer reads it: with their own account's keys, and nobody else's. */
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { TenantSide } from '../provision/tenant.ts';

export interface FoundEvent {
  readonly stream: string;
  readonly message: string;
}

/** All events of the customer's group. */
export async function* readEvents({ logs, group }: TenantSide): AsyncGenerator<FoundEvent, void> {
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName: group, nextToken }));
    for (const { logStreamName: stream = '', message = '' } of page.events ?? []) yield { stream, message };
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

export interface Intrusion {
  readonly reader: string;
  readonly owner: string;
  /** The error's name, or undefined when the events were handed out. */
  readonly refusal?: string;
}

/** Each customer's keys at the next one's log group, which must be refused. */
export async function tryIntrusions(tenants: readonly TenantSide[]): Promise<Intrusion[]> {
  if (tenants.length < 2) return [];
  const pairs = tenants.map((reader, i) => ({ reader, owner: tenants[(i + 1) % tenants.length] ?? reader }));
  return await Promise.all(pairs.map(({ reader, owner }) => tryIntrusion(reader, owner)));
}

async function tryIntrusion({ id, logs }: TenantSide, owner: TenantSide): Promise<Intrusion> {
  const logGroupIdentifier = `arn:aws:logs:${owner.region}:${owner.account}:log-group:${owner.group}`;
  try {
    await logs.send(new FilterLogEventsCommand({ logGroupIdentifier }));
    return { reader: id, owner: owner.id };
  } catch (error) {
    const { name } = error as Error;
    // Anything else (nobody answers, a defect) is no refusal, and must not pass for one.
    if (name !== 'AccessDeniedException' && name !== 'ResourceNotFoundException') throw error;
    return { reader: id, owner: owner.id, refusal: name };
  }
}
