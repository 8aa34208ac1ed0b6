import { expect, test } from 'vitest';
import { classifyPut } from '../../../worker/deliver/retry.ts';

const aws = (name: string, httpStatusCode: number) => Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
const network = (name: string, code?: string) => Object.assign(new Error(name), { name, code, $metadata: { attempts: 1 } });

test.each([
  [aws('ThrottlingException', 400), { kind: 'retry', reason: 'ThrottlingException', ambiguous: false }],
  [aws('Unknown', 429), { kind: 'retry', reason: 'Unknown', ambiguous: false }],
  [aws('ServiceUnavailableException', 503), { kind: 'retry', reason: 'ServiceUnavailableException', ambiguous: true }],
  [aws('InternalFailure', 500), { kind: 'retry', reason: 'InternalFailure', ambiguous: true }],
  [network('TimeoutError'), { kind: 'retry', reason: 'TimeoutError', ambiguous: true }],
  [network('Error', 'ECONNRESET'), { kind: 'retry', reason: 'ECONNRESET', ambiguous: true }],
  [network('Error', 'ECONNREFUSED'), { kind: 'retry', reason: 'ECONNREFUSED', ambiguous: false }],
  [network('Error', 'ENOTFOUND'), { kind: 'retry', reason: 'ENOTFOUND', ambiguous: false }],
  [aws('ResourceNotFoundException', 400), { kind: 'missing' }],
  [aws('ExpiredTokenException', 400), { kind: 'session' }],
  [aws('UnrecognizedClientException', 400), { kind: 'session' }],
  [aws('InvalidSequenceTokenException', 400), { kind: 'retry', reason: 'InvalidSequenceTokenException', ambiguous: false }],
  [aws('AccessDeniedException', 400), { kind: 'refused', code: 'tenant-denied' }],
  [aws('KMSInvalidStateException', 400), { kind: 'refused', code: 'tenant-denied' }],
  [aws('SomethingNew', 403), { kind: 'refused', code: 'tenant-denied' }],
  [aws('InvalidParameterException', 400), { kind: 'invalid' }],
  [aws('ValidationException', 400), { kind: 'invalid' }],
  [aws('SomethingElse', 400), { kind: 'refused', code: 'delivery-refused' }],
])('%s', (error, fault) => {
  expect(classifyPut(error)).toEqual(fault);
});
