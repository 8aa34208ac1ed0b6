/** What every command is given: the table, the clients, the way out. Made of the options that all commands share. */
import type { STSClient } from '@aws-sdk/client-sts';
import { Option, type Command } from 'commander';
import { makeCliClients, type AwsOptions, type CliClients } from './clients.ts';
import { UsageError } from './error.ts';
import { Output } from './output.ts';
import { TenantTable } from './tenant/table.ts';

export interface Context {
  readonly tenants: TenantTable;
  readonly sts: STSClient;
  readonly clients: CliClients;
  readonly output: Output;
  readonly isDryRun: boolean;
  readonly now: () => Date;
}

interface SharedOptions extends AwsOptions {
  readonly table?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Options of every command, before or after its name. */
export function shareOptions(program: Command): void {
  program
    .addOption(new Option('--table <name>', 'the tenant table').env('TENANT_CONFIG_TABLE'))
    .option('--profile <name>', 'AWS profile, as AWS_PROFILE')
    .option('--region <region>', 'AWS region of the central side, as AWS_REGION or AWS_DEFAULT_REGION')
    .option('--endpoint-url <url>', "AWS's endpoint, as AWS_ENDPOINT_URL")
    .option('--json', 'answer in JSON');
}

/** @throws UsageError when nobody says which table. */
export function open(command: Command): Context {
  const options = command.optsWithGlobals<SharedOptions>();
  if (!options.table) throw new UsageError('which table? Give --table, or set TENANT_CONFIG_TABLE');
  if (options.endpointUrl !== undefined && !URL.canParse(options.endpointUrl))
    throw new UsageError(`--endpoint-url is ${JSON.stringify(options.endpointUrl)}; expected a URL such as http://127.0.0.1:4566`);
  const clients = makeCliClients(options, process.env);
  return {
    tenants: new TenantTable(clients.documents, options.table),
    sts: clients.sts,
    clients,
    output: new Output(options.json ?? false, process.stdout, process.stderr),
    isDryRun: options.dryRun ?? false,
    now: () => new Date(),
  };
}

/** For commands that write. */
export function addDryRun(command: Command): Command {
  return command.option('--dry-run', 'only show what would be written');
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
