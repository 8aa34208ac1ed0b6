/** fauxqs (queues and topics) inside this process, called without a socket. Nobody but the front may reach it, so it never listens on a port. */
import type { IncomingHttpHeaders } from 'node:http';
import { buildApp } from 'fauxqs';

export interface FauxqsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The parts of an ARN such as `arn:aws:sqs:eu-west-1:000000000000:name`. */
interface Arn {
  readonly region: string;
  readonly name: string;
}

export class Fauxqs {
  readonly #app = buildApp({ logger: false });

  /** An SQS call as the caller made it; `region` chooses among queues of the same name. */
  async sqs(action: string, body: unknown, region: string): Promise<FauxqsAnswer> {
    return this.#call(JSON.stringify(body), region, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
    });
  }

  /** An SNS call in its form encoding, as it came. */
  async sns(form: string, region: string): Promise<FauxqsAnswer> {
    return this.#call(form, region, { 'content-type': 'application/x-www-form-urlencoded' });
  }

  /** @throws when there is no such queue, or it refuses the message. */
  async send(queueArn: string, body: string): Promise<void> {
    const { region, name } = parseArn(queueArn);
    const answer = await this.sqs('SendMessage', { QueueUrl: engineQueueUrl(region, name), MessageBody: body }, region);
    if (answer.status !== 200) throw new Error(`${queueArn} did not take the message: ${answer.body}`);
  }

  /** @throws when there is no such topic, or it refuses the message. */
  async publish(topicArn: string, message: string, subject: string): Promise<void> {
    const form = new URLSearchParams({ Action: 'Publish', TopicArn: topicArn, Message: message, Subject: subject });
    const answer = await this.sns(form.toString(), parseArn(topicArn).region);
    if (answer.status !== 200) throw new Error(`${topicArn} did not take the message: ${answer.body}`);
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }

  async #call(payload: string, region: string, headers: IncomingHttpHeaders): Promise<FauxqsAnswer> {
    const answer = await this.#app.inject({
      method: 'POST',
      url: '/',
      payload,
      headers: {
        ...headers,
        // A dotted host that is no IPv4 address would be read as a bucket's name.
        host: '127.0.0.1',
        authorization: `AWS4-HMAC-SHA256 Credential=local/20000101/${region}/any/aws4_request`,
      },
    });
    return { status: answer.statusCode, headers: pickHeaders(answer.headers), body: answer.body };
  }
}

/** How fauxqs wants a queue named: it finds the region in the host and looks at nothing else of it. */
export function engineQueueUrl(region: string, name: string): string {
  return `http://sqs.${region}.localhost/000000000000/${name}`;
}

const PASSED_ON = ['content-type', 'x-amzn-query-error', 'x-amz-request-id'];

function pickHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])));
}

function parseArn(arn: string): Arn {
  const [, , , region = '', , ...name] = arn.split(':');
  return { region, name: name.join(':') };
}
