/** The commands that bring an image into its repository, in their order, for either engine. Nothing secret is in them. */
import { version } from '../../load.ts';
import type { Command } from './command.ts';
import type { Target } from './target.ts';
import type { Engine } from './tools.ts';

/** Of one platform each: Lambda refuses an index of several, and the stacks run arm64 only. */
export const PLATFORMS = ['linux/arm64', 'linux/amd64'] as const;
export type Platform = (typeof PLATFORMS)[number];

export function login({ region, host }: Target, engine: Engine): Command {
  return {
    words: [engine, 'login', '--username', 'AWS', '--password-stdin', host],
    inputFrom: ['aws', 'ecr', 'get-login-password', '--region', region],
  };
}

/** @param labels as `key=value`. */
export function buildAndPush({ image }: Target, engine: Engine, platform: Platform, labels: readonly string[]): Command[] {
  const common = [
    `--platform=${platform}`,
    `--build-arg=VERSION=${version()}`,
    ...labels.map((label) => `--label=${label}`),
    `--tag=${image}`,
  ];
  // An attestation beside the image makes an index of it, which Lambda refuses: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
  if (engine === 'docker')
    return [{ words: ['docker', 'buildx', 'build', '--provenance=false', '--sbom=false', ...common, '--push', '.'] }];
  // The OCI format, which is podman's own, has no place for HEALTHCHECK.
  return [{ words: ['podman', 'build', '--format', 'docker', ...common, '.'] }, { words: ['podman', 'push', image] }];
}

/** Lets the service start its tasks anew: one whose first deployment found no image has given up. */
export function restart({ region, service }: Target): Command[] {
  if (service === undefined) return [];
  const which = ['--cluster', service.cluster, '--service', service.name];
  return [
    {
      words: [
        'aws',
        'ecs',
        'update-service',
        ...which,
        '--force-new-deployment',
        '--region',
        region,
        '--query',
        'service.status',
        '--output',
        'text',
      ],
    },
  ];
}
