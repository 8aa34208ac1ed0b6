/** What `deploy` says at its end: the steps that Terraform cannot take, as commands that can be pasted. */
import { Names } from '../names.ts';
import type { Selection } from './selection.ts';

export function nextSteps({ environment, stacks }: Selection): string {
  const names = new Names(environment);
  const has = (kind: string) => stacks.some((one) => one.kind === kind);
  const steps: string[] = [];
  const missing = environment.stacks.filter((kind) => !has(kind));
  if (has('core') && missing.length > 0) steps.push(`Deploy the rest: npm run deploy -- ${environment.name} ${missing.join(' ')}`);
  if (has('core') || has('worker')) steps.push(`Push the image; the tasks wait for it: npm run push -- ${environment.name}`);
  if (has('core')) {
    steps.push(
      `Let the agents write: they assume ${names.roleArn('writer')} and put into ${names.bucket('logs')}`,
      `Send a customer customer-module/, or customer-module/cloudformation/customer-log-distribution.yaml, with the role that theirs has to trust: ${names.roleArn('central')}`,
      `Add the tenant: ${addTenant(names)}`,
    );
  }
  if (environment.alarmEmails.length > 0 && has('core'))
    steps.push(`Confirm the mails of AWS to ${environment.alarmEmails.join(', ')}, or no alarm arrives`);
  return steps.length === 0 ? '' : `\nNext:\n${steps.map((step, at) => `  ${at + 1}. ${step}`).join('\n')}\n`;
}

function addTenant(names: Names): string {
  const item = {
    tenant_id: { S: 'acme-corp' },
    type: { S: 'cloudwatch' },
    log_distribution_role_arn: { S: 'arn:aws:iam::<their account>:role/CustomerLogDistribution' },
    external_id: { S: '<agreed with them>' },
    target_region: { S: names.region },
  };
  return `aws dynamodb put-item --region ${names.region} --table-name ${names.of('tenants')} --item '${JSON.stringify(item)}'`;
}
