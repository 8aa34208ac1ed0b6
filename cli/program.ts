/** The operator's command as commander knows it: names, options, help. Nothing is read or called until a command runs. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { defineCompletion } from './completion/completion.ts';
import { examples, shareOptions } from './context.ts';
import { defineSend } from './send.ts';
import { defineAdd } from './tenant/add.ts';
import { defineDisable } from './tenant/disable.ts';
import { defineEnable } from './tenant/enable.ts';
import { defineExport } from './tenant/export.ts';
import { defineImport } from './tenant/import.ts';
import { defineList } from './tenant/list.ts';
import { definePause } from './tenant/pause.ts';
import { defineRemove } from './tenant/remove.ts';
import { defineRotate } from './tenant/rotate.ts';
import { defineSet } from './tenant/set.ts';
import { defineShow } from './tenant/show.ts';
import { defineTemplate } from './tenant/template.ts';
import { defineVerify } from './tenant/verify.ts';

/** EX_USAGE of sysexits.h, as the worker's. */
export const EXIT_USAGE = 64;

const EXIT_CODES = `
Exit codes:
  0   done, or nothing to do
  1   refused or failed; standard error says why
  ${EXIT_USAGE}  the command line cannot be meant as it stands`;

const ONBOARDING = examples(
  'export TENANT_CONFIG_TABLE=logferry-production-tenants AWS_REGION=us-east-1',
  'logferry tenant add acme-corp',
  'logferry tenant template acme-corp --format cloudformation > acme-corp.yaml',
  'logferry tenant set acme-corp --from-handshake handshake.json',
  'logferry tenant enable acme-corp',
);

/** Commander throws where it would exit. */
export function makeProgram(): Command {
  const program = new Command('logferry').description('The operator of Logferry: its tenants.').version(version()).exitOverride();
  program.configureHelp({ showGlobalOptions: true });
  shareOptions(program);
  program.addHelpText('after', `${ONBOARDING}\n${EXIT_CODES}`);
  const tenant = program.command('tenant').description("tenants' rows: who is delivered to, where, and whether");
  tenant.addHelpText('after', ONBOARDING);
  for (const define of [
    defineAdd,
    defineTemplate,
    defineList,
    defineShow,
    defineSet,
    defineVerify,
    definePause,
    defineDisable,
    defineEnable,
    defineRotate,
    defineRemove,
    defineExport,
    defineImport,
  ])
    define(tenant);
  defineSend(program);
  defineCompletion(program);
  return program;
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
