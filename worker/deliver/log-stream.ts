/**
 * Log streams (and groups, where the row allows it), made on first need and remembered. They are never described beforehand: DescribeLogStreams
 * allows 25 calls a second per account, and a put says by itself that something is missing.
 */
import { CreateLogGroupCommand, CreateLogStreamCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LRUCache } from 'lru-cache';
import { LogferryError } from '../errors.ts';
import type { Route } from '../locate/locate.ts';
import type { Observer } from '../observe/events.ts';

/** Creations remembered, so that the puts of one new stream share one. Forgetting one costs a call that answers "exists". */
const MAX_REMEMBERED = 10_000;

export class LogStreams {
  readonly #made = new LRUCache<string, Promise<void>>({ max: MAX_REMEMBERED });
  readonly #observer: Observer;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /**
   * Makes the stream; callers at the same time share one call.
   * @param again the stream was still missing after an earlier creation (it was deleted, or CloudWatch is not yet consistent): make it anew.
   * @throws LogferryError `group-missing`; else what the SDK throws.
   */
  async ensure(client: CloudWatchLogsClient, route: Route, again: boolean): Promise<void> {
    const key = JSON.stringify([route.roleArn, route.region, route.group, route.stream]);
    const before = again ? undefined : this.#made.get(key);
    if (before) return await before;
    const making = this.#make(client, route);
    this.#made.set(key, making);
    try {
      await making;
    } catch (error) {
      if (this.#made.peek(key) === making) this.#made.delete(key);
      throw error;
    }
  }

  async #make(client: CloudWatchLogsClient, route: Route): Promise<void> {
    try {
      await this.#createStream(client, route);
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') throw error;
      if (!route.createGroup) throw groupMissing(route, error);
      await this.#createGroup(client, route);
      await this.#createStream(client, route);
    }
  }

  async #createStream(client: CloudWatchLogsClient, { group, stream, source }: Route): Promise<void> {
    await unlessExists(client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream })));
    this.#observer.emit('stream:create', { tenant: source.tenant, what: 'stream', name: `${group}:${stream}` });
  }

  async #createGroup(client: CloudWatchLogsClient, { group, source }: Route): Promise<void> {
    await unlessExists(client.send(new CreateLogGroupCommand({ logGroupName: group })));
    this.#observer.emit('stream:create', { tenant: source.tenant, what: 'group', name: group });
  }
}

async function unlessExists(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
  }
}

function groupMissing(route: Route, cause: unknown): LogferryError {
  const where = `log group ${route.group} does not exist in account ${route.account}, ${route.region}`;
  return new LogferryError('group-missing', `${where}; create it there, or set create_log_group on the row of ${route.source.tenant}`, {
    cause,
  });
}
