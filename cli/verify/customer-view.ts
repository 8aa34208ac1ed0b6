/** What is known of the customer's side from themselves: a document that they sent, or a profile of theirs that may read. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Route } from '../../worker/locate/locate.ts';
import type { CliClients } from '../clients.ts';
import { askForRole, type RoleDocument } from './role-document.ts';

export interface CustomerView {
  role(route: Route): Promise<RoleDocument | 'missing' | undefined>;
  /** Undefined where nobody gave us credentials of theirs. */
  logs(region: string): CloudWatchLogsClient | undefined;
}

export function viewByDocument(document: RoleDocument): CustomerView {
  return { role: () => Promise.resolve(document), logs: () => undefined };
}

export function viewByProfile(theirs: Pick<CliClients, 'iam' | 'sts' | 'logs'>): CustomerView {
  return { role: async (route) => (await askForRole(theirs.iam, theirs.sts, route)) ?? 'missing', logs: (region) => theirs.logs(region) };
}
