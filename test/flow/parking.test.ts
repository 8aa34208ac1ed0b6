import { onEmbedded } from '../support/embedded.ts';
import { parkingFlow } from './parking.case.ts';

onEmbedded([parkingFlow]);
