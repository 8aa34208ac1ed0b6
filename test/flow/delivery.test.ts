import { onEmbedded } from '../support/embedded.ts';
import { deliveryFlow } from './delivery.case.ts';

onEmbedded([deliveryFlow]);
