/** The command line of the infrastructure: `npm run synth|validate|deploy|destroy|push`. It drives Terraform itself, so `cdktf` need not be installed. */
import { Command, CommanderError, Option } from 'commander';
import { EnvironmentsError } from '../config.ts';
import { loadEnvironments } from '../load.ts';
import { deploy, destroy } from './deploy.ts';
import { CliError } from './error.ts';
import { PLATFORMS, pushCommand } from './push.ts';
import { OUT, folderOf, synthesize } from './selection.ts';
import { validate } from './validate.ts';

/** EX_USAGE of sysexits.h, as the worker's. */
const EXIT_USAGE = 64;

const program = new Command('logferry-infrastructure').exitOverride();
program.configureHelp({ showGlobalOptions: true });

program
  .command('synth')
  .description('write the Terraform files of every environment')
  .option('--out <folder>', 'where to', OUT)
  .action(async ({ out }: { out: string }) => {
    const environments = await loadEnvironments();
    synthesize(environments, out);
    for (const one of environments) for (const kind of one.stacks) process.stdout.write(`${folderOf(out, one, kind)}/cdk.tf.json\n`);
  });

program
  .command('validate')
  .description('check every stack with `terraform validate`; no account needed')
  .argument('[environments...]')
  .action(validate);

program
  .command('deploy')
  .description('apply the stacks of an environment, in their order')
  .argument('<environment>')
  .argument('[stacks...]', 'some of core, queue, worker, lambda; all that the environment has')
  .option('--yes', 'do not ask', false)
  .option('--plan', 'only show what would change', false)
  .option('--out <folder>', 'where the Terraform files are written; a local state is kept beside it', OUT)
  .action(deploy);

program
  .command('destroy')
  .description('remove the stacks of an environment, in reverse order')
  .argument('<environment>')
  .argument('[stacks...]')
  .option('--yes', 'do not ask', false)
  .option('--out <folder>', 'as for deploy', OUT)
  .action(destroy);

program
  .command('push')
  .description("build the worker's image and push it to the environment's repository")
  .argument('<environment>')
  .option('--tag <tag>', "in place of the environment's imageTag, or package.json's version")
  .addOption(new Option('--platform <platform>', 'what the image is for').choices(PLATFORMS).default(PLATFORMS[0]))
  .option('--print', 'only print the commands', false)
  .action(pushCommand);

// Whoever read along may leave (`| head`): an apply goes on to its end all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCode(error);
}

function exitCode(error: unknown): number {
  // Commander has said it already, help included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const isOurs = error instanceof CliError || error instanceof EnvironmentsError;
  // A full disk or a file that may not be read or run is no fault of ours: its place in the code tells nothing.
  const isKnown = isOurs || (error instanceof Error && 'syscall' in error);
  process.stderr.write(`logferry: ${isKnown ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  return error instanceof EnvironmentsError ? EXIT_USAGE : 1;
}
