/** Sends a bucket's notifications where its configuration says. As on AWS, a destination that has gone loses them silently for the writer. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../service.ts';
import { versionIdOf } from './call.ts';
import type { Bucket, Version } from './bucket.ts';
import { S3Error } from './error.ts';
import { eventBridgeEvent, notification, Sequencer, testEvent, type ObjectEvent } from './event.ts';
import { targetsOf, type NotificationConfiguration, type Target } from './notifications.ts';

/** What carries notifications; each rejects when there is no such destination. */
export interface Destinations {
  publish(topicArn: string, message: string, subject: string): Promise<void>;
  send(queueArn: string, body: string): Promise<void>;
}

const SUBJECT = 'Amazon S3 Notification';

export class Notifier {
  /** Gets each event of buckets with EventBridge switched on, in EventBridge's shape. There is no event bus here. */
  onEventBridge: ((event: Readonly<Record<string, unknown>>) => Promise<void>) | undefined;
  readonly #sequencer = new Sequencer();
  readonly #destinations: Destinations;
  readonly #clock: Clock;

  constructor(destinations: Destinations, clock: Clock) {
    this.#destinations = destinations;
    this.#clock = clock;
  }

  /** Tries every destination with a test event. @throws S3Error `InvalidArgument` when one cannot be reached. */
  async test(bucket: string, { targets }: NotificationConfiguration, requestId: string): Promise<void> {
    for (const target of targets) {
      try {
        await this.#deliver(target, testEvent(bucket, this.#clock.now(), requestId));
      } catch {
        throw new S3Error('InvalidArgument', `Unable to validate the following destination configurations: ${target.arn}`);
      }
    }
  }

  /** @param name such as `ObjectCreated:Put`. */
  async notify(bucket: Bucket, name: string, version: Version, requestId: string): Promise<void> {
    const event: ObjectEvent = {
      name,
      bucket: bucket.name,
      region: bucket.region,
      key: version.key,
      versionId: versionIdOf(bucket, version),
      sequencer: this.#sequencer.next(this.#clock.now()),
      time: this.#clock.now(),
      requestId,
      // A removal tells neither.
      ...(version.marker || name.startsWith('ObjectRemoved') ? {} : { size: version.body.size, etag: version.etag }),
    };
    for (const target of targetsOf(bucket.notifications, name, version.key)) {
      await this.#deliver(target, notification(event, target.id)).catch(() => undefined);
    }
    if (bucket.notifications.eventBridge) await this.onEventBridge?.(eventBridgeEvent(event, randomUUID()));
  }

  async #deliver({ kind, arn }: Target, body: string): Promise<void> {
    await (kind === 'topic' ? this.#destinations.publish(arn, body, SUBJECT) : this.#destinations.send(arn, body));
  }
}
