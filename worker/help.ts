/** The table of settings as text: `--help`, docs/configuration.md and .env.sample, so that none of them can differ from what the worker reads. */
import { expectation } from './config.ts';
import { MODES, type Setting } from './setting.ts';
import { GROUPS } from './settings.ts';

/** @returns what `--help` prints. */
export function helpText(): string {
  const groups = Object.entries(GROUPS).map(([title, settings]) => {
    const lines = Object.entries(settings as Record<string, Setting>).map(
      ([name, setting]) => `  ${name}  ${requirement(setting)}\n      ${plain(setting.advice)}`,
    );
    return `${title}\n${lines.join('\n')}`;
  });
  return `Usage: node dist/worker/main.js [--mode ${MODES.join('|')}] [--help]

Delivers each customer's logs from the central S3 bucket to that customer's own CloudWatch Logs. All settings are environment variables; those of
the AWS SDK (credentials, AWS_PROFILE, AWS_ENDPOINT_URL ...) work as everywhere.

${groups.join('\n\n')}
`;
}

/** @returns docs/configuration.md */
export function configurationDoc(): string {
  const groups = Object.entries(GROUPS).map(([title, settings]) => {
    const rows = Object.entries(settings as Record<string, Setting>).map(
      ([name, setting]) => `| \`${name}\` | ${cell(defaultText(setting))} | ${cell(expectation(setting))} | ${cell(setting.advice)} |`,
    );
    return `## ${title}\n\n| setting | default | expected | what it does, and when to change it |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `# Configuration

<!-- Made by \`npm run docs\` from worker/settings.ts; a test compares the two. -->

The worker reads its configuration from the environment, once, at start; all faults are reported together, each with its name, its value and what
was expected, and the exit code is then 64. An empty value counts as unset. Settings of the AWS SDK (credentials, \`AWS_PROFILE\`,
\`AWS_ENDPOINT_URL\` ...) work as everywhere; \`AWS_ENDPOINT_URL\` points the worker at any AWS-compatible endpoint. \`ECS_AGENT_URI\` is set by ECS
in the containers of its tasks, never by hand; where it is there, and in mode \`sqs\`, a task that has work holds scale-in protection.

${groups.join('\n\n')}
`;
}

/** @returns .env.sample: what is required is set to a placeholder, the rest is commented out with its default. */
export function envSample(): string {
  const groups = Object.entries(GROUPS).map(([title, settings]) => {
    const lines = Object.entries(settings as Record<string, Setting>).map(([name, setting]) => sampleLine(name, setting));
    return `# ${title}\n${lines.join('\n')}`;
  });
  return `# Made by \`npm run docs\` from worker/settings.ts; docs/configuration.md explains each.\n\n${groups.join('\n\n')}\n`;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  AWS_REGION: 'us-east-1',
  SQS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/logferry',
  TENANT_CONFIG_TABLE: 'logferry-tenants',
  CENTRAL_LOG_DISTRIBUTION_ROLE_ARN: 'arn:aws:iam::000000000000:role/CentralLogDistribution',
  S3_BUCKET_NAME: 'logferry-central',
};

function sampleLine(name: string, setting: Setting): string {
  const placeholder = PLACEHOLDERS[name];
  return placeholder === undefined ? `# ${name}=${setting.default ?? ''}` : `${name}=${placeholder}`;
}

function requirement(setting: Setting): string {
  return `(${defaultText(setting)}; ${plain(expectation(setting))})`;
}

function defaultText(setting: Setting): string {
  if (setting.default !== undefined) return String(setting.default);
  if (setting.kind === 'integer' || !setting.required) return 'not set';
  return setting.required.length === MODES.length ? 'required' : `required in mode ${setting.required.join(', ')}`;
}

function plain(text: string): string {
  return text.replaceAll('`', '');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
