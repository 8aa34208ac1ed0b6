/** Which account a request's key belongs to, learned from the AssumeRole answers that pass by. It never keeps a secret key or a token. */

/** Keys that are no account's own, such as `test`, belong to this one, as in LocalStack. */
const DEFAULT_ACCOUNT = '000000000000';
/** Sessions last an hour; a long soak makes more than this only with thousands of tenants. */
const MAX_REMEMBERED = 100_000;

export class Accounts {
  readonly #byKey = new Map<string, string>();

  of(accessKeyId: string): string {
    return this.#byKey.get(accessKeyId) ?? (/^\d{12}$/.test(accessKeyId) ? accessKeyId : DEFAULT_ACCOUNT);
  }

  /** @param answer the XML of an AssumeRole answer; anything else teaches nothing. */
  learn(answer: string): void {
    const accessKeyId = /<AccessKeyId>(\w+)<\/AccessKeyId>/.exec(answer)?.[1];
    const account = /<Arn>arn:[\w-]+:sts::(\d{12}):assumed-role\//.exec(answer)?.[1];
    if (accessKeyId === undefined || account === undefined) return;
    this.#byKey.set(accessKeyId, account);
    if (this.#byKey.size <= MAX_REMEMBERED) return;
    for (const [oldest] of this.#byKey) {
      this.#byKey.delete(oldest);
      break;
    }
  }
}
