import { onEmbedded } from '../support/embedded.ts';
import { ledgerFlow } from './ledger.case.ts';

onEmbedded([ledgerFlow]);
