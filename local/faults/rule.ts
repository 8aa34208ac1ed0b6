/** What a fault rule says: which requests it is for, how often, and what happens to them. Data only: nothing here acts. */

export interface FaultRule {
  /** Under this name its hits are counted; `rule-1`, `rule-2`... when missing. */
  readonly name?: string;
  /** The signing name: `s3`, `sqs`, `sns`, `dynamodb`, `sts`, `iam`, `logs`. */
  readonly service?: string;
  /** The operation, such as `PutLogEvents` or `GetObject`. */
  readonly action?: string;
  /** Twelve digits: the account whose resources the call sees, also through a role assumed by way of this proxy. */
  readonly account?: string;
  readonly accessKeyId?: string | RegExp;
  /** Of the request's target as sent: path and query, still percent-encoded. */
  readonly path?: RegExp;
  /** Anywhere in the first `PEEK_BYTES` of the body as sent. */
  readonly bodyIncludes?: string;
  /** How likely a matching request is hit, 0 to 1; 1, always, by default. */
  readonly probability?: number;
  /** Leaves the first so many matching requests alone. */
  readonly after?: number;
  /** Hits at most so many requests. */
  readonly limit?: number;
  readonly effect: FaultEffect;
}

/** Those without a figure of their own may be written as a word. */
export type FaultEffect = PlainEffect | DelayEffect | CutEffect | RefuseEffect;

/**
 * - `throttle`: the service's own "too fast"; the target never sees the request.
 * - `error`: a 500; the target never sees the request.
 * - `error-after`: the target takes the request, and its answer is replaced by a 500.
 * - `reset`: the connection is reset before the target sees the request.
 * - `reset-after`: the connection is reset after the target took the request and answered.
 * - `hang`: no answer until the client gives up or the proxy stops; the target never sees the request.
 */
export type PlainEffect = 'throttle' | 'error' | 'error-after' | 'reset' | 'reset-after' | 'hang';

/** Waits before the target sees the request. The rules behind it still apply, so that a delay can go together with another fault. */
export interface DelayEffect {
  readonly kind: 'delay';
  readonly ms: number;
}

/**
 * Breaks the connection in the middle of the answer's body, whose headers still promise the whole. At the latest it breaks one byte before the end;
 * an answer without a body is broken before its headers. A fraction of a body whose length the target does not announce is that of its first piece.
 */
export type CutEffect = { readonly kind: 'cut'; readonly afterBytes: number } | { readonly kind: 'cut'; readonly fraction: number };

/** An error of your choice in the service's own shape; the target never sees the request. */
export interface RefuseEffect {
  readonly kind: 'refuse';
  readonly code: string;
  readonly status: number;
  readonly message: string;
}
