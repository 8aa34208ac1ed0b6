/**
 * Whether a role of another account exists. STS refuses one that is missing and one that does not trust us in the same words; IAM takes no policy whose
 * principal does not exist. So a role of ours that nobody may take, and that may do nothing, is told to deny the customer's, and then nobody again.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { UpdateAssumeRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import pLimit from 'p-limit';
import { describe } from '../../worker/errors.ts';
import { persist } from './persist.ts';
import { document } from './statements.ts';

export interface Existence {
  /** Undefined when it could not be told. */
  readonly exists: boolean | undefined;
  /** What went wrong with the probe itself. */
  readonly why?: string;
}

const NEUTRAL = denying('*');

function denying(AWS: string): string {
  return JSON.stringify(document({ Sid: 'Nobody', Effect: 'Deny', Principal: { AWS }, Action: 'sts:AssumeRole' }));
}

export class Probe {
  readonly #iam: IAMClient;
  readonly #roleName: string;
  /** Its trust policy is one. */
  readonly #turn = pLimit(1);

  constructor(iam: IAMClient, roleArn: string) {
    this.#iam = iam;
    this.#roleName = roleArn.split('/').at(-1) ?? '';
  }

  exists(roleArn: string): Promise<Existence> {
    return this.#turn(() => this.#ask(roleArn));
  }

  async #ask(roleArn: string): Promise<Existence> {
    try {
      await this.#put(denying(roleArn));
    } catch (error) {
      if ((error as Error).name.startsWith('MalformedPolicyDocument') && /invalid principal/i.test((error as Error).message))
        return { exists: false };
      return { exists: undefined, why: `the probe role ${this.#roleName} could not be asked: ${describe(error)}` };
    }
    try {
      await this.#put(NEUTRAL);
      return { exists: true };
    } catch (error) {
      // Harmless: it denies one more role than nobody needs. The next run puts it back.
      return { exists: true, why: `the probe role's trust could not be put back: ${describe(error)}` };
    }
  }

  #put(PolicyDocument: string): Promise<unknown> {
    return persist(() => this.#iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: this.#roleName, PolicyDocument })));
  }
}

/** As the stack names it: `<prefix>-probe` beside `<prefix>-central`. @returns undefined where the central role has another name. */
export function probeRoleBeside(centralRoleArn: string): string | undefined {
  return centralRoleArn.endsWith('-central') ? centralRoleArn.replace(/-central$/, '-probe') : undefined;
}
