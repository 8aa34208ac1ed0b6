/** `tenant export`: the whole fleet as one file, for `tenant import`, for review and for keeping. */
import type { Command } from 'commander';
import { examples, open, type Context } from '../context.ts';
import { counted, toJson } from '../output.ts';
import { fleetOf, toYaml, type Fleet } from '../fleet/document.ts';
import { writeText } from '../text-file.ts';
import { names } from './collisions.ts';

interface ExportOptions {
  readonly output?: string;
  readonly withExternalIds?: boolean;
}

const NOTES = `
Removed tenants are left out, and so are the notes of the commands (when and why paused, when changed). With --json it is JSON, which import reads, too.`;

export function defineExport(tenant: Command): void {
  tenant
    .command('export')
    .description('print the rows of all tenants as one YAML document, which `import` reads; without their ExternalIds')
    .option('--output <file>', 'write it there')
    .option('--with-external-ids', 'with them: they would let others in, so keep the file as you keep keys')
    .addHelpText(
      'after',
      `${NOTES}\n${examples(
        'logferry tenant export --output fleet.yaml',
        'logferry tenant export | git diff --no-index fleet.yaml -     # what has changed since',
        'logferry tenant export --with-external-ids --output backup.yaml',
      )}`,
    )
    .action((options: ExportOptions, command: Command) => exportFleet(open(command), options));
}

async function exportFleet({ tenants, output }: Context, { output: file, withExternalIds = false }: ExportOptions): Promise<void> {
  const { fleet, others } = fleetOf(await tenants.all(), withExternalIds);
  if (others.length > 0)
    output.warn(`left out: ${counted(others.length, 'tenant')} of a type that this version does not deliver to (${names(others)})`);
  const text = output.isJson ? `${toJson(asObject(fleet), 2)}\n` : toYaml(fleet);
  if (file === undefined) return output.line(text.trimEnd());
  await writeText(file, text, withExternalIds ? 0o600 : 0o644);
  const said = `${counted(fleet.tenants.size, 'tenant')} written to ${file}.`;
  output.answer({ file, tenants: fleet.tenants.size }, () => output.line(said));
}

function asObject({ tenants, ...rest }: Fleet): object {
  return { ...rest, tenants: Object.fromEntries(tenants) };
}
