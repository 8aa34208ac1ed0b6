import { onEmbedded } from '../support/embedded.ts';
import { envelopesFlow } from './envelopes.case.ts';

onEmbedded([envelopesFlow]);
