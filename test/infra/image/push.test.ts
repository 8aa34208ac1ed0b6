/** `npm run push` in a process of its own, with docker, podman and the AWS CLI as stand-ins that note what they are given. */
import { afterEach, describe, expect, it } from 'vitest';
import { webAddress } from '../../../cdktf/cli/push/provenance.ts';
import { targetOf } from '../../../cdktf/cli/push/target.ts';
import { checkEnvironments } from '../../../cdktf/config.ts';
import { version } from '../../../cdktf/load.ts';
import { ACCOUNT, resource, synthesize } from '../../cdktf/synthesized.ts';
import { FakeTools, type Answers } from './fake-tools.ts';

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const IMAGE = `${HOST}/ours-here:${version()}`;
const TASK = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/ours-here-worker:3';
const PASSWORD = 'the-very-password';

const environments = (more = '') => `export const project = 'ours';
  export const environments = { here: { account: '111122223333', region: 'eu-west-1', ${more} }, empty: { account: '000000000000', region: 'eu-west-1' } };`;

const failed = (name: string) => ({ code: 254, stderr: `\nAn error occurred (${name}) when calling the X operation: no\n` });

/** An account with the repository, and no service yet. */
const READY: Answers = {
  'aws sts get-caller-identity': { stdout: '111122223333\n' },
  'aws ecr describe-images': failed('ImageNotFoundException'),
  'aws ecr get-login-password': { stdout: `${PASSWORD}\n` },
  'aws ecs describe-services': failed('ClusterNotFoundException'),
  'docker version': { stdout: '28.0.0\n' },
};
/** The service was deployed, and points at this image. */
const WAITING: Answers = {
  ...READY,
  'aws ecs describe-services': { stdout: `${TASK}\n` },
  'aws ecs describe-task-definition': { stdout: `${IMAGE}\n` },
};

let tools: FakeTools | undefined;
afterEach(() => tools?.remove());

function push(args: readonly string[], { names = ['docker', 'aws'], answers = READY, more = '' } = {}) {
  tools = new FakeTools(names, answers);
  return { ...tools.push(environments(more), ...args), tools };
}

const build = expect.stringMatching(
  new RegExp(
    `^docker buildx build --provenance=false --sbom=false --platform=linux/arm64 --build-arg=VERSION=${version()} .*--tag=${IMAGE} --push \\.$`,
  ),
) as string;

it('logs in, builds for the stacks’ platform and pushes under the environment’s tag, after it has asked whether it may', () => {
  const { status, stdout, tools } = push(['here']);
  expect(status).toBe(0);
  expect(tools.lines.slice(0, 5)).toEqual([
    expect.stringMatching(/^aws sts get-caller-identity /),
    `aws ecr describe-images --registry-id 111122223333 --repository-name ours-here --image-ids imageTag=${version()} --region eu-west-1 --output json`,
    expect.stringMatching(/^(aws ecr get-login-password --region eu-west-1|docker login --username AWS --password-stdin 1111)/),
    expect.stringMatching(/^(aws ecr get-login-password --region eu-west-1|docker login --username AWS --password-stdin 1111)/),
    build,
  ]);
  expect(stdout).toContain(`pushed ${IMAGE}`);
});

it('hands the password over by standard input: it is on no command line, in no variable and in no output', () => {
  const { stdout, stderr, tools } = push(['here']);
  const login = tools.calls.find(({ line }) => line.startsWith('docker login'))!;
  expect(login).toMatchObject({ line: `docker login --username AWS --password-stdin ${HOST}`, stdin: `${PASSWORD}\n` });
  expect(tools.notes.split(PASSWORD).length - 1).toBe(1);
  expect(stdout + stderr).not.toContain(PASSWORD);
});

it('marks the image with the revision that git knows', () => {
  const { tools } = push(['here']);
  expect(tools.lines.find((line) => line.includes('buildx build'))).toMatch(
    /--label=org\.opencontainers\.image\.revision=[0-9a-f]{40}(-dirty)? /,
  );
});

it.each([
  ['https://user:secret@example.org/a/b.git', 'https://example.org/a/b'],
  ['https://example.org/a/b', 'https://example.org/a/b'],
  ['git@example.org:a/b.git', 'https://example.org/a/b'],
  ['ssh://git@example.org/a/b.git', 'https://example.org/a/b'],
  ['/srv/git/b.git', undefined],
  ['http://user:secret@10.0.0.1/b', undefined],
])('knows the source of %s as %s, without anybody’s password', (remote, expected) => {
  expect(webAddress(remote)).toBe(expected);
});

it('pushes by podman where there is no docker, in the format that keeps the health check', () => {
  const { status, tools } = push(['here'], { names: ['podman', 'aws'] });
  expect(status).toBe(0);
  expect(tools.lines.filter((line) => line.startsWith('podman'))).toEqual([
    `podman login --username AWS --password-stdin ${HOST}`,
    expect.stringMatching(new RegExp(`^podman build --format docker --platform=linux/arm64 .*--tag=${IMAGE} \\.$`)),
    `podman push ${IMAGE}`,
  ]);
});

describe('the service', () => {
  it('is told to start anew when it waits for this very image', () => {
    const { stdout, tools } = push(['here'], { answers: WAITING });
    expect(tools.lines.at(-1)).toMatch(
      /^aws ecs update-service --cluster \S+ --service ours-here-worker --force-new-deployment --region eu-west-1 /,
    );
    expect(stdout).toContain('starts its tasks anew, with this image');
  });

  it('is left alone while it runs another image, and the step that changes it is named', () => {
    const old = { 'aws ecs describe-task-definition': { stdout: `${HOST}/ours-here:0.0.1\n` } };
    const { stdout, tools } = push(['here'], { answers: { ...WAITING, ...old } });
    expect(tools.notes).not.toContain('update-service');
    expect(stdout).toContain(`The service runs ${HOST}/ours-here:0.0.1. Next: npm run deploy -- here worker`);
  });

  it('is not there yet: the deployment is named', () => {
    const { stdout, tools } = push(['here']);
    expect(tools.notes).not.toContain('update-service');
    expect(stdout).toContain('Next: npm run deploy -- here worker');
  });

  it('is never asked for where the environment has a function', () => {
    const { stdout, tools } = push(['here'], { more: `stacks: ['core', 'queue', 'lambda']` });
    expect(tools.notes).not.toContain('aws ecs');
    expect(stdout).toContain('Next: npm run deploy -- here lambda');
  });
});

it('finds repository and service under the names that are deployed', () => {
  const [environment] = checkEnvironments('logferry', { test: { account: ACCOUNT, region: 'eu-central-1' } });
  const { core, worker } = synthesize();
  const { host, repository, service } = targetOf(environment!);
  expect(resource(core, 'aws_ecr_repository')['name']).toBe(repository);
  expect(JSON.stringify(resource(worker, 'aws_ecs_task_definition')['container_definitions'])).toContain(`${host}/${repository}:1.2.3`);
  expect(service).toEqual({ cluster: resource(worker, 'aws_ecs_cluster')['name'], name: resource(worker, 'aws_ecs_service')['name'] });
});

it('makes the image for the platform that the stacks run', () => {
  const task = resource(synthesize().worker, 'aws_ecs_task_definition');
  expect(task['runtime_platform']).toMatchObject({ cpu_architecture: 'ARM64', operating_system_family: 'LINUX' });
});

describe('tags', () => {
  it('takes imageTag of the environment, and --tag before it', () => {
    expect(push(['here'], { more: `imageTag: 'v7'` }).stdout).toContain(`pushed ${HOST}/ours-here:v7`);
    tools?.remove();
    const { stdout } = push(['here', '--tag', 'trial-1'], { more: `imageTag: 'v7'` });
    expect(stdout).toContain(`pushed ${HOST}/ours-here:trial-1`);
    expect(stdout).toContain(`set imageTag: 'trial-1' in the environment, then npm run deploy -- here worker`);
  });

  it('never builds for a tag that is there already, and says what to do', () => {
    const { status, stderr, tools } = push(['here'], { answers: { ...READY, 'aws ecr describe-images': { stdout: '{}' } } });
    expect(status).toBe(1);
    expect(stderr).toMatch(/is there already, and a tag is never overwritten: raise the version in package\.json, or set imageTag/);
    expect(tools.notes).not.toContain('buildx build');
  });

  it('refuses a tag that none can be', () => {
    expect(push(['here', '--tag', 'a b'])).toMatchObject({ status: 1, stderr: expect.stringContaining('a b is no tag') as string });
  });
});

describe.each<[string, string[], Parameters<typeof push>[1], RegExp]>([
  ['an environment that there is not', ['there'], {}, /no environment is called there; there are here, empty/],
  ['the placeholder account', ['empty'], {}, /environments\.empty\.account .* placeholder/],
  ['an emulator', ['here'], { more: `endpoint: 'http://127.0.0.1:4566'` }, /emulator, which has no registry/],
  [
    'credentials of another account',
    ['here'],
    { answers: { ...READY, 'aws sts get-caller-identity': { stdout: '999988887777\n' } } },
    /is in account 999988887777, and environments\.here\.account is 111122223333/,
  ],
  [
    'no credentials',
    ['here'],
    { answers: { ...READY, 'aws sts get-caller-identity': { code: 253, stderr: 'Unable to locate credentials.' } } },
    /`aws sts get-caller-identity` failed: Unable to locate credentials/,
  ],
  [
    'no repository yet',
    ['here'],
    { answers: { ...READY, 'aws ecr describe-images': failed('RepositoryNotFoundException') } },
    /no repository ours-here in eu-west-1 yet: npm run deploy -- here core/,
  ],
])('%s', (_, args, options, message) => {
  it('is said before anything is built', () => {
    const { status, stderr, tools } = push(args, options);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) as string });
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(tools.notes).not.toMatch(/login --username|buildx build/);
  });
});

describe('a step that fails', () => {
  it.each<[string, Answers, RegExp]>([
    ['the password', { 'aws ecr get-login-password': { code: 255 } }, /`aws ecr get-login-password` ended with 255/],
    ['the login', { 'docker login': { code: 1 } }, /`docker login --username` ended with 1/],
    ['the build', { 'docker buildx build': { code: 1 } }, /`docker buildx build` ended with 1/],
  ])('ends it: %s', (_, answers, message) => {
    const { status, stdout, stderr, tools } = push(['here'], { answers: { ...WAITING, ...answers } });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) as string });
    expect(stdout).not.toContain('pushed');
    expect(tools.notes).not.toContain('update-service');
  });

  it.each(['docker login', 'docker buildx build'])(
    'names QEMU where a build for another machine may need it, and nowhere else: %s',
    (step) => {
      const foreign = ['here', '--platform', process.arch === 'x64' ? 'linux/arm64' : 'linux/amd64'];
      const { stderr } = push(foreign, { answers: { ...WAITING, [step]: { code: 1 } } });
      expect(stderr.includes('QEMU')).toBe(step.includes('build'));
    },
  );
});

describe('the commands to paste', () => {
  const expected = [
    "# In the repository's folder:",
    `aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin ${HOST}`,
    build,
    expect.stringMatching(/^# Once the service is deployed/) as string,
    expect.stringMatching(/^aws ecs update-service --cluster \S+ --service ours-here-worker --force-new-deployment/) as string,
    '',
  ];

  it('are printed, and nothing is run, with --print', () => {
    const { status, stdout, tools } = push(['here', '--print']);
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual(expected);
    expect(tools.lines).toEqual([]);
  });

  it.each<[string, string[], Answers, RegExp]>([
    ['no engine', ['aws'], {}, /docker: not on PATH\n {2}podman: not on PATH\n$/],
    ['no AWS CLI', ['docker'], {}, /\n {2}aws: not on PATH\n$/],
    [
      'a docker without its daemon',
      ['docker', 'aws'],
      { 'docker version': { code: 1, stderr: 'Cannot connect' } },
      /docker: Cannot connect\n/,
    ],
    [
      'a docker without buildx',
      ['docker', 'aws'],
      { 'docker buildx version': { code: 1, stderr: 'unknown command' } },
      /docker: unknown command\n/,
    ],
  ])('are printed where there is %s, and that nothing was pushed', (_, names, answers, message) => {
    const { status, stdout, stderr, tools } = push(['here'], { names, answers: { ...READY, ...answers } });
    expect(status).toBe(1);
    expect(stdout.split('\n')).toEqual(expected);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('nothing was pushed');
    expect(tools.lines).toEqual([]);
  });

  it('do, pasted into a shell, what push does by itself', () => {
    const { stdout, tools } = push(['here', '--print'], { answers: WAITING });
    expect(tools.paste(stdout)).toMatchObject({ status: 0, stderr: '' });
    const pasted = tools.lines.toSorted();
    expect(tools.calls.find(({ line }) => line.startsWith('docker login'))?.stdin).toBe(`${PASSWORD}\n`);
    tools.remove();
    const { tools: run } = push(['here'], { answers: WAITING });
    expect(run.lines.filter((line) => !/^aws (sts|ecr describe|ecs describe)/.test(line)).toSorted()).toEqual(pasted);
  });

  it('warn of a platform that the stacks do not run', () => {
    const { stdout, stderr } = push(['here', '--print', '--platform', 'linux/amd64']);
    expect(stdout).toContain('--platform=linux/amd64');
    expect(stderr).toContain('the stacks of here run linux/arm64');
  });
});
