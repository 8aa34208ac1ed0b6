/** The AWS Query protocol: a form in, XML out. It never decides anything of its service. */
import { randomUUID } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import { readBody } from '../read-body.ts';
import type { Caller, LocalService, ServiceRequest } from '../service.ts';

/** An error that the client is told of, by AWS's own code and words. */
export class QueryError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'QueryError';
    this.code = code;
    this.status = status;
  }
}

export interface QueryCall {
  readonly caller: Caller;
  readonly form: Form;
}

/** @returns the content of `<...Result>`: elements by name, lists as `{ member: [...] }`; undefined for calls that answer nothing. */
export type QueryAction = (call: QueryCall) => Readonly<Record<string, unknown>> | undefined;

export interface QueryServiceOptions {
  readonly name: string;
  /** XML namespace of the answers. */
  readonly namespace: string;
  readonly actions: Readonly<Record<string, QueryAction>>;
  /** What a refusal of the service's own making is told as; anything else is a defect. */
  readonly explain: (error: unknown) => QueryError | undefined;
}

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

export function createQueryService(options: QueryServiceOptions): LocalService {
  return { handle: (request) => handle(options, request) };
}

async function handle({ name, namespace, actions, explain }: QueryServiceOptions, { req, res, caller }: ServiceRequest): Promise<void> {
  const form = new Form(new URLSearchParams((await readBody(req)).toString()));
  const action = form.text('Action') ?? '';
  const requestId = randomUUID();
  const metadata = { ResponseMetadata: { RequestId: requestId } };
  try {
    const handler = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (handler === undefined)
      throw new QueryError('InvalidAction', `The local ${name} has no "${action}"; it has ${Object.keys(actions).join(', ')}.`);
    const result = handler({ caller, form });
    const content = result === undefined ? metadata : { [`${action}Result`]: result, ...metadata };
    send(res, 200, requestId, { [`${action}Response`]: { '@xmlns': namespace, ...content } });
  } catch (error) {
    const told = error instanceof QueryError ? error : explain(error);
    if (told === undefined) throw error;
    const Error = { Type: 'Sender', Code: told.code, Message: told.message };
    send(res, told.status, requestId, { ErrorResponse: { '@xmlns': namespace, Error, RequestId: requestId } });
  }
}

function send(res: ServiceRequest['res'], status: number, requestId: string, document: object): void {
  const body = builder.build(document);
  res.writeHead(status, { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body), 'x-amzn-requestid': requestId });
  res.end(body);
}

/** The request's parameters, as the protocol flattens them. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    this.#fields = fields;
  }

  text(name: string): string | undefined {
    return this.#fields.get(name) ?? undefined;
  }

  /** @throws QueryError `ValidationError` in AWS's words when it is missing. */
  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const field = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    throw new QueryError(
      'ValidationError',
      `1 validation error detected: Value at '${field}' failed to satisfy constraint: Member must not be null`,
    );
  }

  /** @throws QueryError unless it is a whole number. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value)) throw new QueryError('MalformedInput', `${name} is "${value}": expected a whole number`);
    return Number(value);
  }

  /** A list of texts: `Keys.member.1`, `Keys.member.2`. */
  texts(name: string): readonly string[] {
    const found: string[] = [];
    for (let at = 1; ; at++) {
      const value = this.text(`${name}.member.${at}`);
      if (value === undefined) return found;
      found.push(value);
    }
  }

  /** A list of tags: `Tags.member.1.Key`, `Tags.member.1.Value`. */
  tags(name: string): readonly (readonly [key: string, value: string])[] {
    const found: (readonly [string, string])[] = [];
    for (let at = 1; ; at++) {
      const key = this.text(`${name}.member.${at}.Key`);
      if (key === undefined) return found;
      found.push([key, this.text(`${name}.member.${at}.Value`) ?? '']);
    }
  }

  /** The parameters' own names, lists by their first part. */
  names(): ReadonlySet<string> {
    return new Set([...this.#fields.keys()].map((name) => name.split('.')[0] ?? name));
  }
}
