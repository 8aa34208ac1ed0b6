/** Where an environment's image goes, and which service runs it: plain names, no look-up. */
import type { Environment } from '../../config.ts';
import { version } from '../../load.ts';
import { Names } from '../../names.ts';
import { CliError } from '../error.ts';

export interface Target {
  readonly environment: Environment;
  readonly region: string;
  /** The registry's account, host and repository. */
  readonly account: string;
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  /** The whole reference. */
  readonly image: string;
  /** Of ECS, where the environment has the service. */
  readonly service?: { readonly cluster: string; readonly name: string };
}

/** https://docs.docker.com/reference/cli/docker/image/tag/#description */
const TAG = /^\w[\w.-]{0,127}$/;
const REPOSITORY_URL = /^((\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?)\/([\w./-]+)$/;

/** @param tag in place of the environment's own. @throws CliError for a tag that none can be, or an emulator. */
export function targetOf(environment: Environment, tag = environment.imageTag ?? version()): Target {
  if (environment.endpoint !== undefined)
    throw new CliError(`environments.${environment.name}.endpoint names an emulator, which has no registry to push to`);
  if (!TAG.test(tag)) throw new CliError(`${tag} is no tag: letters, digits, ., _ and -, at most 128`);
  const names = new Names(environment);
  const url = environment.existing.core?.repositoryUrl ?? `${names.account}.dkr.${names.viaService('ecr')}/${names.prefix}`;
  const [, host, account, region, repository] = REPOSITORY_URL.exec(url) ?? [];
  if (host === undefined || account === undefined || region === undefined || repository === undefined)
    throw new CliError(`${url} is no repository of ECR: push the image with that registry's own tools`);
  const service = environment.stacks.includes('worker') ? { cluster: names.prefix, name: names.of('worker') } : undefined;
  return { environment, region, account, host, repository, tag, image: `${url}:${tag}`, service };
}
