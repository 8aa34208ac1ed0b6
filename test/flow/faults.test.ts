import { onEmbedded } from '../support/embedded.ts';
import { faultsFlow } from './faults.case.ts';

onEmbedded([faultsFlow]);
