/** A bucket's notification configuration: from XML, back to XML, and whom an event goes to (pure). */
import { randomUUID } from 'node:crypto';
import { S3Error } from './error.ts';
import { element, elements, text, type XmlElement } from './xml.ts';

export interface Target {
  readonly kind: 'topic' | 'queue';
  readonly id: string;
  readonly arn: string;
  /** Such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

export interface NotificationConfiguration {
  readonly targets: readonly Target[];
  readonly eventBridge: boolean;
}

export const NO_NOTIFICATIONS: NotificationConfiguration = { targets: [], eventBridge: false };

/** @throws S3Error for what this emulator cannot notify, such as a Lambda function. */
export function readConfiguration(xml: XmlElement): NotificationConfiguration {
  if (xml['CloudFunctionConfiguration'] !== undefined) {
    throw new S3Error('NotImplemented', 'Notifications go to SNS topics, SQS queues and EventBridge here, not to Lambda functions.');
  }
  return {
    targets: [
      ...elements(xml['TopicConfiguration']).map((one) => readTarget('topic', one, text(one['Topic']))),
      ...elements(xml['QueueConfiguration']).map((one) => readTarget('queue', one, text(one['Queue']))),
    ],
    eventBridge: xml['EventBridgeConfiguration'] !== undefined,
  };
}

function readTarget(kind: Target['kind'], xml: XmlElement, arn: string | undefined): Target {
  const events = Array.isArray(xml['Event']) ? xml['Event'].filter((one): one is string => typeof one === 'string') : [];
  if (arn === undefined || events.length === 0) throw new S3Error('MalformedXML');
  const unknown = events.find((event) => !/^s3:(?:ObjectCreated|ObjectRemoved):/.test(event));
  if (unknown !== undefined)
    throw new S3Error('NotImplemented', `No ${unknown} events here, only s3:ObjectCreated:* and s3:ObjectRemoved:*.`);
  const rules = elements(element(element(xml['Filter'])['S3Key'])['FilterRule']);
  const rule = (name: string): string => text(rules.find((one) => text(one['Name'])?.toLowerCase() === name)?.['Value']) ?? '';
  return { kind, id: text(xml['Id']) ?? randomUUID(), arn, events, prefix: rule('prefix'), suffix: rule('suffix') };
}

/** As GetBucketNotificationConfiguration answers it. */
export function writeConfiguration({ targets, eventBridge }: NotificationConfiguration): Record<string, unknown> {
  const of = (kind: Target['kind'], name: string): unknown[] =>
    targets
      .filter((target) => target.kind === kind)
      .map(({ id, arn, events, prefix, suffix }) => ({ Id: id, [name]: arn, Event: events, ...filterOf(prefix, suffix) }));
  return {
    TopicConfiguration: of('topic', 'Topic'),
    QueueConfiguration: of('queue', 'Queue'),
    ...(eventBridge ? { EventBridgeConfiguration: '' } : {}),
  };
}

function filterOf(prefix: string, suffix: string): Record<string, unknown> {
  const FilterRule = [
    { Name: 'Prefix', Value: prefix },
    { Name: 'Suffix', Value: suffix },
  ].filter(({ Value }) => Value !== '');
  return FilterRule.length === 0 ? {} : { Filter: { S3Key: { FilterRule } } };
}

/** @param event such as `ObjectCreated:Put`. @param key as it is, not encoded. */
export function targetsOf({ targets }: NotificationConfiguration, event: string, key: string): readonly Target[] {
  return targets.filter(
    ({ events, prefix, suffix }) =>
      key.startsWith(prefix) && key.endsWith(suffix) && events.some((pattern) => covers(pattern, `s3:${event}`)),
  );
}

function covers(pattern: string, event: string): boolean {
  return pattern.endsWith(':*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}
