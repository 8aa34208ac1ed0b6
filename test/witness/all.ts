/** The witnesses, in the order in which they are asked. */
import { localstack } from './localstack/localstack.ts';
import { ministack } from './ministack/ministack.ts';
import { moto } from './moto/moto.ts';
import type { Witness } from './witness.ts';

export const WITNESSES: readonly Witness[] = [localstack, ministack, moto];
