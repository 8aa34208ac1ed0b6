/** Reads the Dockerfile into stages and steps, for tests that ask it or follow it. It runs nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Flag, type Instruction, type JSONInstruction, type PropertyInstruction } from 'dockerfile-ast';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

export interface Step {
  readonly keyword: string;
  /** Such as `from` of a COPY, or `mount`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Words, with ARG's defaults put in. */
  readonly words: readonly string[];
  /** As it stands, for a shell. */
  readonly text: string;
  /** Of ENV, LABEL and ARG, with ARG's defaults put in. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly name: string;
  /** An image, `scratch`, or an earlier stage. */
  readonly from: string;
  readonly platform: string | undefined;
  readonly steps: readonly Step[];
}

export function readDockerfile(text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')): readonly Stage[] {
  const stages: { name: string; from: string; platform: string | undefined; steps: Step[] }[] = [];
  const args: Record<string, string> = {};
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = stepOf(instruction, args);
    if (step.keyword === 'ARG') Object.assign(args, step.properties);
    if (step.keyword === 'FROM') {
      const [from = '', , name = ''] = step.words;
      stages.push({ name, from, platform: step.flags['platform'], steps: [] });
    } else stages.at(-1)?.steps.push(step);
  }
  return stages;
}

/** The last one: what is shipped. */
export function finalStage(stages: readonly Stage[]): Stage {
  return stages.at(-1)!;
}

/** Of the last step of that kind. @throws when there is none, or it is not written as JSON. */
export function execForm(stage: Stage, keyword: string): string[] {
  const text = stage.steps.findLast((step) => step.keyword === keyword)?.text.replace(/^CMD /, '');
  return JSON.parse(text ?? '') as string[];
}

/** All properties of the steps of that kind. */
export function propertiesOf(stage: Stage, keyword: string): Record<string, string> {
  return Object.assign({}, ...stage.steps.filter((step) => step.keyword === keyword).map((step) => step.properties)) as Record<
    string,
    string
  >;
}

function stepOf(instruction: Instruction, args: Readonly<Record<string, string>>): Step {
  const flags = (instruction as Partial<JSONInstruction>).getFlags?.() ?? [];
  const properties = (instruction as Partial<PropertyInstruction>).getProperties?.() ?? [];
  const expand = (value: string) => value.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
  return {
    keyword: instruction.getKeyword(),
    flags: Object.fromEntries(flags.map((flag: Flag) => [flag.getName(), flag.getValue() ?? ''])),
    words: instruction.getExpandedArguments().map((argument) => argument.getValue()),
    text: instruction.getArgumentsContent() ?? '',
    properties: Object.fromEntries(properties.map((property) => [property.getName(), expand(property.getValue() ?? '')])),
  };
}
