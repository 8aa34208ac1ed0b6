/**
 * The tables that terraform-docs (markdown table, without anchors; customer-module/.terraform-docs.yml) makes of a module, cell by cell. It cannot be had as an npm package, and
 * the tests need no more of it than this.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';

/** Title -> rows, the head first. */
export type Tables = Readonly<Record<string, readonly (readonly string[])[]>>;

type Blocks<T> = Readonly<Record<string, readonly T[]>>;

interface Variable {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
}

interface Module {
  readonly terraform: readonly {
    readonly required_version: string;
    readonly required_providers: readonly Readonly<Record<string, { readonly source: string; readonly version: string }>>[];
  }[];
  readonly variable: Blocks<Variable>;
  readonly output: Blocks<{ readonly description?: string }>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly data: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** @param folder of a module without modules of its own. */
export async function tablesOf(folder: string): Promise<Tables> {
  const { terraform, variable, output, resource, data } = await readModule(folder);
  const [settings] = terraform;
  const providers = Object.entries(settings?.required_providers[0] ?? {});
  return {
    Requirements: [
      ['Name', 'Version'],
      ['terraform', settings?.required_version ?? ''],
      ...providers.map(([name, { version }]) => [name, version]),
    ],
    Resources: [['Name', 'Type'], ...links(resource, 'resources', 'resource'), ...links(data, 'data-sources', 'data source')],
    Inputs: [['Name', 'Description', 'Type', 'Default', 'Required'], ...byName(variable).map(([name, one]) => inputRow(name, one))],
    Outputs: [['Name', 'Description'], ...byName(output).map(([name, { description = '' }]) => [name, description])],
  };
}

/** The tables under the titles of a Markdown text. Blanks around a cell do not count. */
export function tablesIn(markdown: string): Tables {
  const sections = markdown.split(/^## /m).slice(1);
  const tables = sections.map((section) => {
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    const cells = rows.map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    return [section.split('\n')[0] ?? '', cells.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)))] as const;
  });
  return Object.fromEntries(tables.filter(([, rows]) => rows.length > 0));
}

/** For whoever changes the module: what belongs into its README. */
export function markdownOf(tables: Tables): string {
  const sections = Object.entries(tables).map(([title, [head = [], ...rows]]) =>
    [`## ${title}\n`, row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n'),
  );
  return `${sections.join('\n\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** What all its files say together. */
async function readModule(folder: string): Promise<Module> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const parsed = await Promise.all(files.map(async (name) => await parse(name, readFileSync(join(folder, name), 'utf8'))));
  const all: Record<string, unknown> = {};
  for (const [kind, blocks] of parsed.flatMap((one: object) => Object.entries(one) as [string, object][])) {
    const before = all[kind];
    all[kind] = before === undefined || Array.isArray(blocks) ? blocks : { ...before, ...blocks };
  }
  return all as unknown as Module;
}

function inputRow(name: string, { type = '${any}', description = '', ...rest }: Variable): string[] {
  const isRequired = !('default' in rest);
  const value = isRequired ? 'n/a' : code(JSON.stringify(rest.default, undefined, 2));
  return [name, description, code(type.slice('${'.length, -1)), value, isRequired ? 'yes' : 'no'];
}

/** A line in backticks; of more, each with its blanks. */
function code(text: string): string {
  return text.includes('\n') ? `<pre>${text.replaceAll('\n', '<br/>')}</pre>` : `\`${text}\``;
}

function links(kinds: Module['resource'], path: string, type: string): string[][] {
  const all = Object.entries(kinds).flatMap(([kind, names]) => Object.keys(names).map((name) => [kind, name] as const));
  return all
    .map(([kind, name]) => {
      const page = `https://registry.terraform.io/providers/hashicorp/aws/latest/docs/${path}/${kind.replace(/^aws_/, '')}`;
      return [`[${kind}.${name}](${page})`, type];
    })
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
}

function byName<T>(blocks: Blocks<T>): (readonly [string, T])[] {
  const all = Object.entries(blocks).flatMap(([name, found]) => found.map((one) => [name, one] as const));
  return all.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
