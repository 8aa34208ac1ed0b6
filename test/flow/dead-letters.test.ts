import { onEmbedded } from '../support/embedded.ts';
import { deadLettersFlow } from './dead-letters.case.ts';

onEmbedded([deadLettersFlow]);
