/**
 * What the front hands to each emulated service, and what it knows of the caller. A service never looks at another's state but through these.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Who signed a request, found by its access key. */
export interface Caller {
  readonly accessKeyId: string;
  /** Twelve digits: the account whose resources the call sees. */
  readonly account: string;
  /** The region of the signature's credential scope. */
  readonly region: string;
  /** `arn:aws:iam::<account>:root` for static keys, `arn:aws:sts::<account>:assumed-role/<role>/<session>` for assumed ones. */
  readonly arn: string;
  /** The ARN of the role behind an assumed session; absent for static keys, which may do everything in their account. */
  readonly roleArn?: string;
  /** Session tags in force (own and inherited): `aws:PrincipalTag/...` in policies. */
  readonly tags: Readonly<Record<string, string>>;
  /** Keys of the tags that go on down the chain. */
  readonly transitiveTagKeys: readonly string[];
}

export interface ServiceRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly caller: Caller;
}

/** One emulated service behind the front. */
export interface LocalService {
  /** Answers the request in the service's own protocol, errors included; rejects only on a defect of the emulator (the front answers 500). */
  handle(request: ServiceRequest): Promise<void>;
  stop?(): Promise<void>;
}

/** The emulator's clock, in milliseconds since 1970; tests set it back or forward. */
export interface Clock {
  now(): number;
}
