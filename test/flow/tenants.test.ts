import { onEmbedded } from '../support/embedded.ts';
import { tenantsFlow } from './tenants.case.ts';

onEmbedded([tenantsFlow]);
