/**
 * moto with its defects mended (moto_server.py), as a child process on a free port: the AWS that the stacks are applied to. It is installed where the witness
 * of the same name is, and ends with whoever started it. By hand: `python test/infra/emulator/moto_server.py PORT`, as that file's head says.
 */
import { join } from 'node:path';
import { moto } from '../../witness/moto/moto.ts';
import { RunningWitness } from '../../witness/running.ts';
import { virtualEnvironment } from '../../witness/setup/python.ts';

/** Those of the witness. */
const PACKAGES: Packages = { name: 'moto', requirements: join(import.meta.dirname, '..', '..', 'witness', 'moto', 'requirements.txt') };
const SERVER = join(import.meta.dirname, 'moto_server.py');

/** moto's own account: that of all keys which no AssumeRole of it has given. */
export const CENTRAL_ACCOUNT = '123456789012';

/** A virtual environment that has moto: its name, and the file that pins its packages. */
export interface Packages {
  readonly name: string;
  readonly requirements: string;
}

export interface Moto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * What it prints goes to `.logferry/witness/moto-infra.log`.
 * @param packages where more of moto is needed than the witness has.
 * @throws Unavailable (test/witness/witness.ts) without a fitting Python, or when the packages cannot be had.
 */
export async function startMoto(
  signal: AbortSignal = new AbortController().signal,
  { name, requirements }: Packages = PACKAGES,
): Promise<Moto> {
  const python = await virtualEnvironment(name, requirements);
  const start = ({ port }: { readonly port: number }) => ({
    command: python,
    args: [SERVER, String(port), '--with-parent'],
    environment: { MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
    healthPath: '/moto-api/data.json',
  });
  return await RunningWitness.start({ ...moto, name: 'moto-infra' }, { lacks: {}, start }, signal);
}
