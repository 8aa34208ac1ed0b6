/** Errors as each AWS service itself would word them, so that an SDK takes them for the service's own (pure). */
import { randomUUID } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export interface WireRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Each service's "too fast"; the rest say as `THROTTLING`. */
const THROTTLINGS: Readonly<Record<string, Refusal>> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
  s3: { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html#API_ReceiveMessage_Errors
  sqs: { status: 400, code: 'RequestThrottled', message: 'The request was denied due to request throttling.' },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
  dynamodb: {
    status: 400,
    code: 'ProvisionedThroughputExceededException',
    message: 'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level.',
  },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
  logs: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
};

/** The Query services' word on the wire; a code that the SDKs know: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const THROTTLING: Refusal = { status: 400, code: 'Throttling', message: 'Rate exceeded' };

const FAILURES: Readonly<Record<string, Refusal>> = {
  s3: { status: 500, code: 'InternalError', message: 'We encountered an internal error. Please try again.' },
  dynamodb: { status: 500, code: 'InternalServerError', message: 'The request could not be processed because of an internal failure.' },
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, and the same page of every other service */
const FAILURE: Refusal = {
  status: 500,
  code: 'InternalFailure',
  message: 'The request processing has failed because of an unknown error, exception or failure.',
};

export function throttling(service: string): Refusal {
  return THROTTLINGS[service] ?? THROTTLING;
}

export function failure(service: string): Refusal {
  return FAILURES[service] ?? FAILURE;
}

/** @param json whether the request spoke one of the JSON protocols (it carried `X-Amz-Target`). */
export function onTheWire(service: string, json: boolean, { status, code, message }: Refusal): WireRefusal {
  const requestId = randomUUID();
  const blame = status < 500 ? 'Sender' : 'Receiver';
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build({ Error: { Code: code, Message: message, RequestId: requestId } })}`;
    return { status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId }, body };
  }
  if (json) {
    // SQS alone also repeats the code as its old Query protocol had it, and the SDK prefers that one.
    const legacy: Record<string, string> = service === 'sqs' ? { 'x-amzn-query-error': `${code};${blame}` } : {};
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId, ...legacy };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const body = xml.build({ ErrorResponse: { Error: { Type: blame, Code: code, Message: message }, RequestId: requestId } });
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}

const xml = new XMLBuilder({});
