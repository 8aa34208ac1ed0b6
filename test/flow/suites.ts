/** The flow suites that the witnesses run too; on our own emulator each has a test file of its own, so that they run side by side. */
import type { Suite } from '../contract/target.ts';
import { deadLettersFlow } from './dead-letters.case.ts';
import { deliveryFlow } from './delivery.case.ts';
import { envelopesFlow } from './envelopes.case.ts';
import { faultsFlow } from './faults.case.ts';
import { processFlow } from './process.case.ts';
import { tenantsFlow } from './tenants.case.ts';

export const flowSuites: readonly Suite[] = [deliveryFlow, envelopesFlow, tenantsFlow, deadLettersFlow, faultsFlow, processFlow];
