/**
 * Calls to services whose SDK client we do not have, straight to the emulator. moto takes the service and the account from the signature's credential scope
 * and checks no signature, so none is made; AWS itself would refuse these.
 */

const REGION = 'us-east-1';

/** Of those that speak AWS JSON: the prefix of x-amz-target, from the service's API model (botocore/data/<service>/<date>/service-2.json). */
const TARGETS = {
  'application-autoscaling': 'AnyScaleFrontendService',
  dynamodb: 'DynamoDB_20120810',
  ecr: 'AmazonEC2ContainerRegistry_V20150921',
  ecs: 'AmazonEC2ContainerServiceV20141113',
  events: 'AWSEvents',
  kms: 'TrentService',
  logs: 'Logs_20140328',
  servicediscovery: 'Route53AutoNaming_v20170314',
  sqs: 'AmazonSQS',
} as const;
export type JsonService = keyof typeof TARGETS;

/** Of those that speak the Query protocol: the version in the form, from the same model. */
const VERSIONS = { ec2: '2016-11-15', iam: '2010-05-08', monitoring: '2010-08-01', sns: '2010-03-31' } as const;

/** By an operation of the AWS JSON protocol. @throws Error with the emulator's own answer when it is not 200. */
export async function askJson<T>(endpoint: string, service: JsonService, operation: string, body: object = {}): Promise<T> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGETS[service]}.${operation}` };
  return JSON.parse(await send(endpoint, service, { method: 'POST', headers, body: JSON.stringify(body) })) as T;
}

/** By a GET of a REST service. @param path such as `/schedules/name`. @throws like `askJson`. */
export async function askRest<T>(endpoint: string, service: 'scheduler' | 'lambda', path: string): Promise<T> {
  return JSON.parse(await send(`${endpoint}${path}`, service, { method: 'GET', headers: {} })) as T;
}

/** By the Query protocol, or by S3's own for the list of buckets. @returns XML. @throws like `askJson`. */
export async function askXml(
  endpoint: string,
  service: keyof typeof VERSIONS | 's3',
  form: Readonly<Record<string, string>>,
): Promise<string> {
  if (service === 's3') return await send(`${endpoint}/`, service, { method: 'GET', headers: {} });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return await send(endpoint, service, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ Version: VERSIONS[service], ...form }).toString(),
  });
}

async function send(
  url: string,
  service: string,
  request: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string },
): Promise<string> {
  const scope = `Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=none`;
  const headers = { ...request.headers, authorization: `AWS4-HMAC-SHA256 ${scope}` };
  const answer = await fetch(url, { ...request, headers, signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`${service} ${request.headers['x-amz-target'] ?? request.body ?? url}: ${answer.status} ${text.slice(0, 500)}`);
  return text;
}
