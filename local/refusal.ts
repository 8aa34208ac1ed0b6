/** The front's own refusals, in the error shape of the service that was asked. A service's own errors are never made here. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { XMLBuilder } from 'fast-xml-parser';

/** Why the front itself did not hand a request on. */
export type RefusalReason = 'ExpiredToken' | 'InvalidClientTokenId' | 'UnknownService' | 'InternalFailure';

const JSON_SERVICES: ReadonlySet<string> = new Set(['sqs', 'dynamodb', 'logs']);

interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const S3: Record<RefusalReason, Refusal> = {
  ExpiredToken: { status: 400, code: 'ExpiredToken' },
  InvalidClientTokenId: { status: 403, code: 'InvalidAccessKeyId' },
  UnknownService: { status: 501, code: 'NotImplemented' },
  InternalFailure: { status: 500, code: 'InternalError' },
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const QUERY: Record<RefusalReason, Refusal> = {
  ExpiredToken: { status: 403, code: 'ExpiredToken' },
  InvalidClientTokenId: { status: 403, code: 'InvalidClientTokenId' },
  UnknownService: { status: 501, code: 'NotImplemented' },
  InternalFailure: { status: 500, code: 'InternalFailure' },
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CommonErrors.html */
const JSON_PROTOCOL: Record<RefusalReason, Refusal> = {
  ExpiredToken: { status: 400, code: 'ExpiredTokenException' },
  InvalidClientTokenId: { status: 400, code: 'UnrecognizedClientException' },
  UnknownService: { status: 501, code: 'UnknownOperationException' },
  InternalFailure: { status: 500, code: 'InternalFailure' },
};

const xml = new XMLBuilder({});

/** Answers the request; what has already begun to be answered is cut off instead, so that the client sees a failure and not a short body. */
export function refuse(res: ServerResponse, service: string, reason: RefusalReason, message: string): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  if (service === 's3') send(res, S3[reason].status, 'application/xml', s3Body(S3[reason].code, message));
  else if (JSON_SERVICES.has(service)) send(res, JSON_PROTOCOL[reason].status, 'application/x-amz-json-1.0', jsonBody(reason, message));
  else send(res, QUERY[reason].status, 'text/xml', queryBody(QUERY[reason].code, message));
}

function s3Body(Code: string, Message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build({ Error: { Code, Message, RequestId: randomUUID() } })}`;
}

function queryBody(Code: string, Message: string): string {
  return xml.build({ ErrorResponse: { Error: { Type: 'Sender', Code, Message }, RequestId: randomUUID() } });
}

function jsonBody(reason: RefusalReason, message: string): string {
  return JSON.stringify({ __type: `com.amazon.coral.service#${JSON_PROTOCOL[reason].code}`, message });
}

function send(res: ServerResponse, status: number, contentType: string, body: string): void {
  res.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body), 'x-amzn-requestid': randomUUID() });
  res.end(body);
}
