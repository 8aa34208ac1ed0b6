import { onEmbedded } from '../support/embedded.ts';
import { processFlow } from './process.case.ts';

onEmbedded([processFlow]);
