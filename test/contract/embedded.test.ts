/** Every contract suite on our own emulator. */
import { onEmbedded } from '../support/embedded.ts';
import { contractSuites } from './suites.ts';

onEmbedded(contractSuites);
