/** A real Vector of the pinned version, where there is one: `VECTOR` names it, or PATH has it. */
import { spawnSync } from 'node:child_process';
import { VECTOR_VERSION } from '../../k8s/vector/programs.ts';

export const vector = process.env['VECTOR'] ?? 'vector';

const { stdout } = spawnSync(vector, ['--version'], { encoding: 'utf8' });
/** `null` where the command cannot be started. */
const version = stdout as string | null;
export const hasVector = version?.startsWith(`vector ${VECTOR_VERSION}`) ?? false;
export const WHERE = `${VECTOR_VERSION}, where VECTOR names it or PATH has it`;
