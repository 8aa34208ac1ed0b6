/** IAM documents as plain data, so that the synthesized JSON holds them whole and a test can walk every statement. */

export type Principal = Readonly<Record<'Service' | 'AWS' | 'Federated', string | readonly string[]>>;

export interface Statement {
  /** Says what for, in one word: letters and digits only. Each statement has one. */
  readonly Sid: string;
  readonly Effect?: 'Allow' | 'Deny';
  readonly Principal?: Partial<Principal> | '*';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** @param statements Effect is `Allow` where none is given. */
export function document(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })) });
}

/**
 * Lets a service of AWS take on a role, for resources of this account only: no other customer of that service can make it act for them.
 * @param source narrows it to these resources of the service, with `*` in it.
 */
export function trustService(service: string, account: string, source?: string): string {
  return document({
    Sid: 'Assume',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      ...(source === undefined ? {} : { ArnLike: { 'aws:SourceArn': source } }),
    },
  });
}

/** For the policy of a bucket, queue or topic: whoever comes without TLS is refused. */
export function denyPlainText(action: string, resource: string | readonly string[]): Statement {
  return {
    Sid: 'DenyPlainText',
    Effect: 'Deny',
    Principal: '*',
    Action: action,
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
