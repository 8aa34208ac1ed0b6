/** What tests ask the local STS with: sessions, and calls as the SDK writes them. */
import type { Identities } from '../../local/iam/identities.ts';
import { Form } from '../../local/iam/query.ts';
import type { Caller } from '../../local/service.ts';

/** A policy as text, of these statements. */
export function policies(...Statement: object[]): string[] {
  return [JSON.stringify({ Version: '2012-10-17', Statement })];
}

/** A session of the role, without STS being asked. */
export function callerOf(identities: Identities, request: Parameters<Identities['issueSession']>[0]): Caller {
  const { accessKeyId, sessionToken } = identities.issueSession(request);
  return identities.resolve(accessKeyId, sessionToken, 'eu-central-1') as Caller;
}

/** As the SDK writes a call in the AWS Query protocol. */
export function formOf(input: object): Form {
  const fields = new URLSearchParams();
  const put = (name: string, value: unknown): void => {
    if (Array.isArray(value)) value.forEach((one, at) => put(`${name}.member.${at + 1}`, one));
    else if (typeof value === 'object' && value !== null) for (const [key, one] of Object.entries(value)) put(`${name}.${key}`, one);
    else fields.set(name, String(value));
  };
  for (const [key, value] of Object.entries(input)) put(key, value);
  return new Form(fields);
}
