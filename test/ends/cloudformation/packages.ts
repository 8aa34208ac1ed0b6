/** The Python packages of these tests: moto with all that its CloudFormation imports, and cfn-lint. */
import { join } from 'node:path';
import type { Packages } from '../../infra/emulator/moto.ts';

export const PACKAGES: Packages = { name: 'cloudformation', requirements: join(import.meta.dirname, 'requirements.txt') };
