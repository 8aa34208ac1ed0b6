/** Assumed sessions by access key: issued, found, expired by the clock. It never hands one out without its token. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../service.ts';
import { randomBase32, type Role } from './role.ts';

export interface SessionRequest {
  readonly role: Role;
  readonly sessionName: string;
  /** All in force: the role's, those inherited, and those passed. */
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly durationSeconds: number;
}

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
  readonly roleArn: string;
  readonly roleId: string;
  readonly account: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/** Memory is flat in a run of days: the oldest go first, long expired by then. */
const MAX_SESSIONS = 100_000;
const KEY_CHARACTERS = 16;
const SECRET_BYTES = 30;
const TOKEN_BYTES = 96;

export class Sessions {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue({ role, sessionName, tags, transitiveTagKeys, durationSeconds }: SessionRequest): Session {
    const session: Session = {
      accessKeyId: `ASIA${randomBase32(KEY_CHARACTERS)}`,
      secretAccessKey: randomBytes(SECRET_BYTES).toString('base64'),
      sessionToken: randomBytes(TOKEN_BYTES).toString('base64'),
      expiresAtMs: this.#clock.now() + durationSeconds * 1000,
      arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
      roleArn: role.arn,
      roleId: role.id,
      account: role.account,
      tags,
      transitiveTagKeys,
    };
    this.#byKey.set(session.accessKeyId, session);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > MAX_SESSIONS && oldest !== undefined) this.#byKey.delete(oldest);
    return session;
  }

  /** @returns undefined unless key and token belong together; expired ones are found still. */
  find(accessKeyId: string, sessionToken: string | undefined): Session | undefined {
    const session = this.#byKey.get(accessKeyId);
    return session?.sessionToken === sessionToken ? session : undefined;
  }

  hasExpired({ expiresAtMs }: Session): boolean {
    return expiresAtMs <= this.#clock.now();
  }
}
