/** After a push: the service that already points at this image is told to start it; for anything else the deployment is the user's step, and is named. */
import { run } from './command.ts';
import { restart } from './commands.ts';
import { awsOr } from './registry.ts';
import type { Target } from './target.ts';

/** @returns what happened, or what is to be done next. */
export async function rollOut(target: Target, isOwnTag: boolean): Promise<string> {
  const { environment, image, tag } = target;
  const runners = environment.stacks.filter((kind) => kind === 'worker' || kind === 'lambda');
  const deploy = `npm run deploy -- ${[environment.name, ...runners].join(' ')}`;
  const first = isOwnTag ? '' : `set imageTag: '${tag}' in the environment, then `;
  if (runners.length === 0) return `No stack of ${environment.name} runs it; who does pulls ${image}`;
  const running = await runningImages(target);
  if (running === undefined) return `Next: ${first}${deploy}`;
  if (!running.includes(image)) return `The service runs ${running.join(', ')}. Next: ${first}${deploy}`;
  for (const command of restart(target)) await run(command);
  return `The service ${target.service?.name} starts its tasks anew, with this image.`;
}

/** Of the service's task definition; undefined where there is no service. */
async function runningImages({ service, region }: Target): Promise<string[] | undefined> {
  if (service === undefined) return undefined;
  const where = ['--region', region, '--output', 'text'];
  const active = 'services[?status==`ACTIVE`].taskDefinition';
  const task = await awsOr(
    ['ecs', 'describe-services', '--cluster', service.cluster, '--services', service.name, '--query', active, ...where],
    ['ClusterNotFoundException'],
  );
  if (!task.startsWith('arn:')) return undefined;
  const images = 'taskDefinition.containerDefinitions[].image';
  return (await awsOr(['ecs', 'describe-task-definition', '--task-definition', task, '--query', images, ...where], [])).split(/\s+/);
}
