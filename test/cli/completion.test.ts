/** `completion`: each shell, a real one at a terminal, completes what is typed before Tab. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goodRow, MAIN, withOperator } from './operator.ts';

const operator = withOperator();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logferry-completion-'));
  const command = join(folder, 'logferry');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(command, 0o755);
  await writeFile(join(folder, 'fleet.yaml'), '');
  await operator().put(goodRow('acme-corp', '111111111111'));
  await operator().put(goodRow('globex', '222222222222', { enabled: false }));
  await operator().put(goodRow('gone', '333333333333', { removed_at: '2026-01-01T00:00:00.000Z' }));
  await operator().put(goodRow('gl; touch evil', '444444444444'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A function of that name prints what the shell has made of the line; the completion asks the command itself. */
const SHELLS = {
  bash: {
    command: 'bash --norc --noprofile -i',
    start: `eval "$(logferry completion bash)"; logferry() { printf '[%s]' "$@"; echo; }`,
  },
  zsh: {
    command: 'zsh -f -i',
    start: `autoload -Uz compinit; compinit -u -D; source <(logferry completion zsh); logferry() { printf '[%s]' "$@"; echo; }`,
  },
  fish: {
    command: 'fish --no-config -i',
    start: `logferry completion fish | source; function logferry; printf '[%s]' $argv; echo; end`,
  },
} as const;
type Shell = keyof typeof SHELLS;

function has(command: string, word: string): boolean {
  return spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout?.includes(word) ?? false;
}

/** @returns why it cannot be tried here. */
function missing(shell: Shell): string | undefined {
  if (!has('script', 'util-linux')) return 'no util-linux script here, which makes a terminal';
  return has(shell, shell) ? undefined : `no ${shell} here`;
}

function environment(): Record<string, string> {
  const { cloud, table } = operator().central;
  return {
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TERM: 'dumb',
    AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.endpoint,
    TENANT_CONFIG_TABLE: table,
  };
}

/** @param lines are typed one by one; Tab is \t. @returns the arguments that the command was given by each. */
async function typed(shell: Shell, lines: readonly string[]): Promise<string[]> {
  const { command, start } = SHELLS[shell];
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const shows = async (pattern: RegExp): Promise<string> => {
    let screen = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      screen += String(chunk);
      const [, found] = pattern.exec(screen) ?? [];
      if (found !== undefined) return found;
    }
    throw new Error(`${shell} ended: ${screen}`);
  };
  const given: string[] = [];
  try {
    // Put together, so that the shell's echo of what is typed is not taken for what it prints.
    child.stdin.write(`${start}; echo 'rea''dy'\r`);
    await shows(/^(ready)\r?$/m);
    for (const line of lines) {
      child.stdin.write(`logferry ${line}\r`);
      given.push(await shows(/^((?:\[[^\]\n]*\])+)\r?\n/m));
    }
    return given;
  } finally {
    child.stdin.end();
    child.kill('SIGKILL');
    await closed;
  }
}

/** What is typed -> what the command is given. */
const LINES: Readonly<Record<string, string>> = {
  // Commands.
  'ten\tro\tx': '[tenant][rotate][x]',
  // Options, also those of all commands.
  'tenant show --js\t --prof\tp x': '[tenant][show][--json][--profile][p][x]',
  // Choices.
  'tenant template x --format te\t': '[tenant][template][x][--format][terraform]',
  'tenant template x --format=te\t': '[tenant][template][x][--format=terraform]',
  // Ids of living tenants, and only what is an id.
  'tenant show ac\t': '[tenant][show][acme-corp]',
  'tenant show gl\t': '[tenant][show][globex]',
  'tenant show go\t': '[tenant][show][go]',
  // Fields, after which no space comes.
  'tenant set x lat\tnow': '[tenant][set][x][late=now]',
  // Files.
  'tenant import fl\t': '[tenant][import][fleet.yaml]',
  'tenant export --output=fl\t': '[tenant][export][--output=fleet.yaml]',
  // Nothing that may not stand there.
  'tenant show --fo\tx': '[tenant][show][--fox]',
  // Ctrl-U takes back what is typed: nothing of it has been run.
  'tenant show $(touch evil) `touch evil` te\t\u0015logferry done': '[done]',
};

for (const shell of Object.keys(SHELLS) as Shell[]) {
  const why = missing(shell);
  test.skipIf(why !== undefined)(
    `${shell} completes what is typed, and runs none of it${why === undefined ? '' : ` (skipped: ${why})`}`,
    { timeout: 60_000 },
    async () => {
      const given = await typed(shell, Object.keys(LINES));
      expect(Object.fromEntries(Object.keys(LINES).map((line, i) => [line, given[i]]))).toEqual(LINES);
      expect(await readdir(folder)).not.toContain('evil');
    },
  );
}

async function ask(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { code, stdout, stderr } = await operator().run(['__complete', '--', ...words], { environment: more });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').slice(0, -1);
}

describe('what the shells ask', () => {
  test.each([
    [
      ['tenant', 'show', ''],
      ['values', 'acme-corp\tenabled', 'globex\tdisabled'],
    ],
    [['--table', 'nope', 'tenant', 'show', ''], ['values']],
    [['tenant', 'show', '--endpoint-url=http://127.0.0.1:1', ''], ['values']],
    [
      ['tenant', 'list', '--state', 'enabled', 'pa'],
      ['values', 'paused\t'],
    ],
    [['tenant', 'list', '--', '--st'], ['values']],
    [
      ['help', 'tenant', 'sh'],
      ['values', "show\tshow a tenant's row, ExternalId and defaults included"],
    ],
    [['tenant', 'set', 'acme-corp', '--from-handshake', ''], ['files']],
    [['send', 'acme-corp', 'a.log', ''], ['files']],
    [['tenant', 'show', 'acme-corp', ''], ['values']],
  ])('%j', async (words, answer) => {
    expect(await ask(words)).toEqual(answer);
  });

  test.each([
    ['no table', { TENANT_CONFIG_TABLE: '' }],
    ['no region', { AWS_REGION: '', AWS_DEFAULT_REGION: '' }],
  ])('with %s no id is offered, and nothing is said', async (_, more) => {
    expect(await ask(['tenant', 'show', ''], more)).toEqual(['values']);
  });

  test('a table that does not answer is not waited for', { timeout: 15_000 }, async () => {
    const server = createServer(() => undefined);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Whoever calls AWS as ever waits 20 s for each of three attempts.
    expect(await ask(['tenant', 'show', ''], { AWS_ENDPOINT_URL })).toEqual(['values']);
    server.close();
  });
});

test('another shell is a mistake of the command line', async () => {
  expect(await operator().run(['completion', 'csh'])).toMatchObject({ code: 64, stdout: '' });
});
