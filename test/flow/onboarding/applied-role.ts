/** A customer's role on the emulator that asks its policies, as it was applied; then made wrong, and mended by statements, as people do it in the console. */
import type { Identities } from '../../../local/iam/identities.ts';
import type { RoleSpec } from '../../../local/iam/role.ts';

type Applied = RoleSpec & { readonly arn: string };
type Document = { readonly Statement: readonly object[] };

export class AppliedRole {
  readonly #identities: Identities;
  #role: Applied;

  constructor(identities: Identities, role: Applied) {
    this.#identities = identities;
    this.#role = role;
    this.restore();
  }

  /** As it was left last. */
  restore(): void {
    this.#identities.putRole(this.#role);
  }

  delete(): void {
    this.#identities.deleteRole(this.#role.arn);
  }

  /** As the customer's `aws iam get-role` prints it. */
  document(): string {
    return JSON.stringify({ Role: { Arn: this.#role.arn, AssumeRolePolicyDocument: this.#role.trust } });
  }

  /** @throws Error where the policy has nothing of the kind. */
  changeTrust(from: RegExp, to: string): void {
    this.setTrust(replaced(this.#role.trust, from, to));
  }

  setTrust(trust: object): void {
    this.#put({ ...this.#role, trust });
  }

  addToTrust(statement: object): void {
    this.setTrust(withStatement(this.#role.trust as Document, statement));
  }

  /** @throws Error where it is not allowed anyway. */
  forbid(action: string): void {
    this.#put({ ...this.#role, policies: [replaced(this.#policy(), new RegExp(`"${action}"`), '"logs:TagResource"')] });
  }

  allow(statement: object): void {
    this.#put({ ...this.#role, policies: [withStatement(this.#policy(), statement)] });
  }

  #policy(): Document {
    const documents = Object.values(this.#role.policies ?? []) as Document[];
    return { Statement: documents.flatMap(({ Statement }) => Statement) };
  }

  #put(role: Applied): void {
    this.#role = role;
    this.restore();
  }
}

function replaced(document: unknown, from: RegExp, to: string): object {
  const before = JSON.stringify({ Version: '2012-10-17', ...(document as object) });
  const after = before.replaceAll(new RegExp(from, 'g'), to);
  if (after === before) throw new Error(`there is no ${String(from)} in ${before}`);
  return JSON.parse(after) as object;
}

function withStatement({ Statement }: Document, statement: object): object {
  return { Version: '2012-10-17', Statement: [...Statement, statement] };
}
