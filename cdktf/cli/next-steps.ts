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
      `Add a customer, and send them what they apply (docs/onboarding.md):\n${addTenant(names)}`,
    );
  }
  if (environment.alarmEmails.length > 0 && has('core'))
    steps.push(`Confirm the mails of AWS to ${environment.alarmEmails.join(', ')}, or no alarm arrives`);
  return steps.length === 0 ? '' : `\nNext:\n${steps.map((step, at) => `  ${at + 1}. ${step}`).join('\n')}\n`;
}

function addTenant(names: Names): string {
  const commands = [
    `export AWS_REGION=${names.region} TENANT_CONFIG_TABLE=${names.of('tenants')} S3_BUCKET_NAME=${names.bucket('logs')}`,
    `export CENTRAL_LOG_DISTRIBUTION_ROLE_ARN=${names.roleArn('central')}`,
    'npm run logferry -- tenant add <id>',
    'npm run --silent logferry -- tenant template <id> --format cloudformation > <id>.yaml',
  ];
  return commands.map((command) => `       ${command}`).join('\n');
}
