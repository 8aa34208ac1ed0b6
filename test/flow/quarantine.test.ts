import { onEmbedded } from '../support/embedded.ts';
import { quarantineFlow } from './quarantine.case.ts';

onEmbedded([quarantineFlow]);
