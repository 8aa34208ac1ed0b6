/** Finds the environments: cdktf/environments.ts, or the module that LOGFERRY_ENVIRONMENTS names, for those who keep theirs outside the clone. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkEnvironments, EnvironmentsError, type Environment, type EnvironmentsInput } from './config.ts';

/** @throws EnvironmentsError when the file cannot be read or says something wrong. */
export async function loadEnvironments(file: string | undefined = process.env['LOGFERRY_ENVIRONMENTS']): Promise<Environment[]> {
  const url = file === undefined || file === '' ? new URL('environments.ts', import.meta.url) : pathToFileURL(resolve(file));
  const loaded = (await import(url.href).catch((error: unknown) => {
    throw new EnvironmentsError([`${fileURLToPath(url)}: ${error instanceof Error ? error.message : String(error)}`]);
  })) as { project?: string; environments?: EnvironmentsInput };
  const { project, environments } = loaded;
  if (project === undefined || environments === undefined)
    throw new EnvironmentsError([`${fileURLToPath(url)}: exports no \`project\` and \`environments\``]);
  return checkEnvironments(project, environments);
}

/** Of package.json: the default tag of the image. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}
