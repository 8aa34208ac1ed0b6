/** docs/cli.md, made of the help of every command, so that the two cannot differ (pure). */
import type { Command } from 'commander';
import { makeProgram } from './program.ts';

const WIDTH = 120;

const HEAD = `# The operator's command

<!-- Made from cli/ by \`npm run docs\`. -->

\`npm run logferry -- ...\` or \`bin/logferry.mjs ...\`, from a clone, under any Node from 20 on (\`npm link\` makes it \`logferry\`). Whoever runs it needs the
operators' policy of the \`queue\` stack (output \`operator_policy_arn\`). Profile, region, endpoint and keys come as with the AWS CLI: options, then variables, then
the profile.

Every write is judged by the row as it was read, and holds only if nobody has changed that row since: of two at once, one is refused, and nothing of it is
written. \`--dry-run\` shows what would be written. With \`--json\` standard output is one JSON value; what went wrong is a line on standard error in any case.

| state      | what it means                                                                                | the worker                             |
| ---------- | -------------------------------------------------------------------------------------------- | -------------------------------------- |
| \`pending\`  | disabled, and not complete: role or region are missing                                       | \`bad-row\`: the messages return later   |
| \`disabled\` | complete, and not (or no longer) live; may be removed                                        | \`tenant-disabled\`: they return later   |
| \`enabled\`  | live                                                                                         | delivers                               |
| \`paused\`   | as disabled, for a while: with time and reason, only from \`enabled\`, not to be removed         | \`tenant-disabled\`: they return later   |
| \`faulty\`   | something in the row cannot be used; \`list\` and \`show\` tell what                             | \`bad-row\`: the messages return later   |
| \`removed\`  | the row is kept for 90 days, disabled, so that its id is not given to somebody else meanwhile | \`tenant-disabled\`: they return later   |
| \`other\`    | a row of a type that this version does not deliver to                                        | leaves it out; if it is all: \`bad-row\`  |

The worker keeps rows for \`TENANT_CACHE_SECONDS\` (a minute): so long a change takes to be obeyed. Messages wait in the queue, for 14 days at most.
`;

export function cliDoc(): string {
  const sections = commandsOf(makeProgram()).map(({ title, help }) => `## ${title}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`);
  return [HEAD, ...sections].join('\n');
}

interface Section {
  readonly title: string;
  readonly help: string;
}

/** The command and all below it, each with its own options: those of every command are told once, at the top. */
function commandsOf(command: Command, above = ''): Section[] {
  const title = `${above}${command.name()}`;
  let help = '';
  command.configureHelp({ showGlobalOptions: false });
  command.configureOutput({
    writeOut: (text) => void (help += text),
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const visible = command.createHelp().visibleCommands(command);
  const below = command.commands.filter((one) => visible.includes(one));
  return [{ title, help }, ...below.flatMap((one) => commandsOf(one, `${title} `))];
}
