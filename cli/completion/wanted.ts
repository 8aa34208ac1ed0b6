/** What may stand at the cursor of a command line that is not finished, as commander would read it (pure). */
import type { Argument, Command, Option } from 'commander';
import { SETTABLE } from '../tenant/fields.ts';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export type Wanted =
  /** `isPart`: more follows without a space. */
  | { readonly kind: 'values'; readonly values: readonly Candidate[]; readonly isPart?: boolean }
  | { readonly kind: 'files' }
  /** Ids of the table; `shared`: the options of every command that stand before. */
  | { readonly kind: 'tenants'; readonly shared: readonly string[] }
  | { readonly kind: 'nothing' };

const NOTHING: Wanted = { kind: 'nothing' };

/**
 * @param before the words after `logferry`, up to the one at the cursor.
 * @param current that one, as far as it is there.
 */
export function wantedAt(program: Command, before: readonly string[], current: string): Wanted {
  const line = new Line(program);
  for (const word of before) line.take(word);
  return line.wanted(current);
}

class Line {
  #command: Command;
  #arguments = 0;
  /** Waits for its value; or may have another one. */
  #open?: { readonly option: Option; readonly isOwed: boolean };
  #isRaw = false;
  readonly #program: Command;
  readonly #shared: string[] = [];

  constructor(program: Command) {
    this.#program = program;
    this.#command = program;
  }

  take(word: string): void {
    if (this.#open !== undefined && (this.#open.isOwed || !word.startsWith('-'))) return this.#takeValue(this.#open.option, word);
    this.#open = undefined;
    if (this.#isRaw || !word.startsWith('-') || word === '-') return this.#takeOperand(word);
    if (word === '--') this.#isRaw = true;
    else this.#takeOption(word);
  }

  #takeValue(option: Option, value: string): void {
    this.#open = option.variadic ? { option, isOwed: false } : undefined;
    if (this.#program.options.includes(option) && option.long) this.#shared.push(`${option.long}=${value}`);
  }

  #takeOperand(word: string): void {
    const below = this.#isRaw || this.#arguments > 0 ? undefined : this.#command.commands.find((one) => one.name() === word);
    if (below !== undefined) this.#command = below;
    // `help` is followed by what may stand in its own place.
    else if (word !== 'help' || this.#command.commands.length === 0) this.#arguments++;
  }

  #takeOption(word: string): void {
    const [flag = '', value] = word.split(/=(.*)/s, 2);
    const option = this.#options().find(({ long, short }) => flag === long || flag === short);
    if (option === undefined || option.isBoolean()) return;
    if (value === undefined) this.#open = { option, isOwed: option.required };
    else this.#takeValue(option, value);
  }

  wanted(current: string): Wanted {
    if (this.#open !== undefined && (this.#open.isOwed || !current.startsWith('-'))) return valuesOf(this.#open.option, '', current);
    if (this.#isRaw || !current.startsWith('-')) return this.#operand(current);
    const [flag = '', value] = current.split(/=(.*)/s, 2);
    if (value === undefined)
      return starting(
        current,
        this.#options().map(({ long, short, description }) => ({ value: long ?? short ?? '', description })),
      );
    const option = this.#options().find(({ long }) => flag === long);
    return option === undefined ? NOTHING : valuesOf(option, `${flag}=`, current);
  }

  #operand(current: string): Wanted {
    const below = this.#arguments > 0 ? [] : this.#command.createHelp().visibleCommands(this.#command);
    if (below.length > 0)
      return starting(
        current,
        below.map((one) => ({ value: one.name(), description: one.description() })),
      );
    const known = this.#command.registeredArguments;
    const argument = known[this.#arguments] ?? (known.at(-1)?.variadic ? known.at(-1) : undefined);
    return argument === undefined ? NOTHING : this.#argument(argument, current);
  }

  #argument(argument: Argument, current: string): Wanted {
    const name = argument.name();
    if (argument.argChoices !== undefined) return starting(current, plainly(argument.argChoices));
    if (name === 'id') return { kind: 'tenants', shared: this.#shared };
    if (name === 'file' || name === 'files') return { kind: 'files' };
    if (name.startsWith('field=')) return { ...starting(current, plainly(SETTABLE.map((field) => `${field}=`))), isPart: true };
    return NOTHING;
  }

  /** Its own, and those of every command above. */
  #options(): Option[] {
    const help = this.#command.createHelp();
    return [...help.visibleOptions(this.#command), ...help.visibleGlobalOptions(this.#command)];
  }
}

function valuesOf(option: Option, prefix: string, current: string): Wanted {
  if (option.argChoices !== undefined) return starting(current, plainly(option.argChoices.map((choice) => `${prefix}${choice}`)));
  return /<(file|folder)>/.test(option.flags) ? { kind: 'files' } : NOTHING;
}

function starting(current: string, candidates: readonly Candidate[]): Wanted & { kind: 'values' } {
  return { kind: 'values', values: candidates.filter(({ value }) => value.startsWith(current)) };
}

function plainly(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, description: '' }));
}
