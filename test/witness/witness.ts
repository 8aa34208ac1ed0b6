/**
 * What a witness is: an emulator that we did not write, in which the suites check what we believe of AWS. It is installed under `.logferry/witness/`,
 * runs on the loopback interface as a child process, and is never a dependency of the product.
 */
import type { Ability, Credentials } from '../contract/target.ts';

export interface Witness {
  readonly name: string;
  readonly version: string;
  readonly has: ReadonlySet<Ability>;
  /** Cases that it is known to fail, by `<suite>: <case>`, with the reason. */
  readonly differences: Readonly<Record<string, string>>;
  credentialsFor(account: string): Credentials;
  /**
   * Installs what is missing; at once when all is there.
   * @returns how to start it. @throws Unavailable when this machine lacks something.
   */
  setUp(): Promise<Installed>;
}

export interface Installed {
  /** Abilities that are missing on this machine only, with the reason. */
  readonly lacks: Partial<Record<Ability, string>>;
  readonly start: (at: Place) => Start | Promise<Start>;
}

/** Where one run of a witness lives. */
export interface Place {
  readonly port: number;
  /** Empty, the run's own, gone after it. */
  readonly folder: string;
}

export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside PATH and the like. */
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 once it is ready. */
  readonly healthPath: string;
}

/** A witness cannot be had on this machine: a reason to skip it, not a fault of what it would have checked. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
