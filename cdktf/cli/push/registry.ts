/** What must hold in the account before anything is built: the right one, the repository there, the tag free. It only asks. */
import { CliError } from '../error.ts';
import { ask, shell } from './command.ts';
import { restart } from './commands.ts';
import type { Target } from './target.ts';

/** @throws CliError that says what to do. */
export async function checkRegistry(target: Target): Promise<void> {
  const { environment, region, account, repository, tag, image } = target;
  const caller = await aws(['sts', 'get-caller-identity', '--query', 'Account', '--output', 'text', '--region', region]);
  if (caller !== environment.account && caller !== account)
    throw new CliError(
      `the AWS CLI is in account ${caller}, and environments.${environment.name}.account is ${environment.account}: AWS_PROFILE chooses another`,
    );
  const which = ['--registry-id', account, '--repository-name', repository, '--image-ids', `imageTag=${tag}`, '--region', region];
  const found = await awsOr(
    ['ecr', 'describe-images', ...which, '--output', 'json'],
    ['ImageNotFoundException', 'RepositoryNotFoundException'],
  );
  if (found === 'RepositoryNotFoundException')
    throw new CliError(`there is no repository ${repository} in ${region} yet: npm run deploy -- ${environment.name} core`);
  if (found === 'ImageNotFoundException') return;
  const again = restart(target).map((command) => ` If only its tasks are to start anew: ${shell(command)}`);
  throw new CliError(
    `${image} is there already, and a tag is never overwritten: raise the version in package.json, or set imageTag in the environment (--tag for once).${again.join('')}`,
  );
}

/** @returns what it printed. @throws CliError with what it said. */
export async function aws(args: readonly string[]): Promise<string> {
  return await awsOr(args, []);
}

/** @returns what it printed, or the one of `expected` that it failed with. @throws CliError for any other failure. */
export async function awsOr(args: readonly string[], expected: readonly string[]): Promise<string> {
  const answer = await ask(['aws', ...args]);
  if (answer?.code === 0) return answer.stdout;
  const known = expected.find((name) => answer?.stderr.includes(`(${name})`));
  if (known !== undefined) return known;
  throw new CliError(`\`aws ${args.slice(0, 2).join(' ')}\` failed: ${answer?.stderr || 'it said nothing'}`);
}
