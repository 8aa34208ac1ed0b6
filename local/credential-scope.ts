/** Who signed a request and for which service, read from the signature's credential scope (pure). It never checks the signature itself. */
import type { IncomingHttpHeaders } from 'node:http';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html: `<access key>/<date>/<region>/<service>/aws4_request` */
const SCOPE = /^([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/;

export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: `s3`, `sqs`, `sns`, `dynamodb`, `sts`, `iam`, `logs`. */
  readonly service: string;
  readonly sessionToken: string | undefined;
}

/** @returns undefined for a request that is not signed, or not in a way that AWS knows. */
export function readCredentialScope(headers: IncomingHttpHeaders, url: string): CredentialScope | undefined {
  const signed = /Credential=([^\s,]+)/.exec(headers.authorization ?? '')?.[1];
  if (signed !== undefined) return parse(signed, single(headers['x-amz-security-token']));
  if (!url.includes('X-Amz-Credential=')) return undefined;
  const query = new URL(url, 'http://local').searchParams;
  return parse(query.get('X-Amz-Credential') ?? '', query.get('X-Amz-Security-Token') ?? undefined);
}

function parse(credential: string, sessionToken: string | undefined): CredentialScope | undefined {
  const [, accessKeyId, region, service] = SCOPE.exec(credential) ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service, sessionToken };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
