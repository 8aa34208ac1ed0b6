/** What the Dockerfile promises, asked of its text: versions, platforms, user, signals, health, labels, and a context that holds nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SETTINGS } from '../../../worker/settings.ts';
import { contextFiles, HEAVY, ignoreRules } from './context.ts';
import { execForm, finalStage, propertiesOf, readDockerfile, ROOT } from './dockerfile.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const stages = readDockerfile();
const final = finalStage(stages);
const manifest = JSON.parse(read('package.json')) as { name: string; version: string; license: string; description: string };
const bases = stages.map(({ from }) => from).filter((from) => from !== 'scratch' && stages.every(({ name }) => name !== from));

it('begins with one image, of a Node that fits package.json and is of the major that the commands fall back to', async () => {
  const [image = '', ...others] = new Set(bases);
  expect(others).toEqual([]);
  const [, version = '', major] = /^node:((\d+)\.\d+\.\d+)-alpine(?:@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
  const { fits } = (await import(join(ROOT, 'scripts', 'with-node.mjs'))) as { fits: (version: string) => boolean };
  expect(fits(version)).toBe(true);
  expect(/FALLBACK_NODE = 'node@(\d+)'/.exec(read('scripts/with-node.mjs'))?.[1]).toBe(major);
});

it('makes JavaScript on the builder’s own platform, and takes the rest from the target’s', () => {
  const platforms = Object.fromEntries(stages.map(({ name, platform }) => [name, platform]));
  expect(platforms).toEqual({ manifests: '$BUILDPLATFORM', build: undefined, dependencies: undefined, base: undefined, '': undefined });
  const parents = Object.fromEntries(stages.map(({ name, from }) => [name, from]));
  expect(parents).toMatchObject({ build: 'manifests', dependencies: 'manifests' });
});

it('may do so, as no dependency of the worker is made for one platform, or makes itself at its installation', () => {
  type Entry = { dev?: boolean; devOptional?: boolean; os?: unknown; cpu?: unknown; libc?: unknown; hasInstallScript?: boolean };
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> };
  const shipped = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional);
  expect(shipped.length).toBeGreaterThan(20);
  expect(shipped.filter(([, { os, cpu, libc, hasInstallScript }]) => os ?? cpu ?? libc ?? hasInstallScript)).toEqual([]);
});

it('installs what the lock file says, for production only in what is shipped, and runs no script of a package', () => {
  const installs = stages.flatMap(({ name, steps }) => steps.filter(({ text }) => /\bnpm\b/.test(text)).map(({ text }) => [name, text]));
  const inStages = installs.filter(([name]) => name === 'build' || name === 'dependencies');
  expect(inStages).toEqual([
    ['build', expect.stringMatching(/^npm ci --ignore-scripts$/) as string],
    ['dependencies', expect.stringMatching(/^npm ci --omit=dev --ignore-scripts /) as string],
  ]);
  const from = final.steps
    .filter(({ keyword, words }) => keyword === 'COPY' && words.at(-1) === 'node_modules')
    .map(({ flags }) => flags['from']);
  expect(from).toEqual(['dependencies']);
});

it('runs as a user without a name, and not as root', () => {
  expect(final.steps.findLast(({ keyword }) => keyword === 'USER')?.words).toEqual([expect.stringMatching(/^[1-9]\d{3,}:[1-9]\d{3,}$/)]);
});

it('hands signals on by tini, which starts the worker itself and no shell', () => {
  expect(execForm(final, 'ENTRYPOINT')).toEqual(['/sbin/tini', '-s', '--', 'node', 'dist/worker/main.js']);
  expect(final.steps.map(({ keyword }) => keyword)).not.toContain('CMD');
});

it('exposes the port of /healthz', () => {
  expect(final.steps.find(({ keyword }) => keyword === 'EXPOSE')?.words).toEqual([String(SETTINGS.METRICS_PORT.default)]);
});

it('is labelled with what package.json says, and names no address that nobody gave', () => {
  expect(propertiesOf(final, 'LABEL')).toEqual({
    'org.opencontainers.image.title': manifest.name,
    'org.opencontainers.image.description': expect.stringMatching(/customer/) as string,
    'org.opencontainers.image.licenses': manifest.license,
    'org.opencontainers.image.version': manifest.version,
  });
  expect(read('Dockerfile')).not.toMatch(/https?:/);
});

it('is given just what it copies: no test, document, state, history or secret', () => {
  const isIgnored = ignoreRules(read('.dockerignore'));
  const outside = [
    ...HEAVY,
    '.env',
    '.env.sample',
    'docs/x.md',
    'test/x.ts',
    'terraform.state/production/core.tfstate',
    'Dockerfile',
    'dist/x.js',
  ];
  expect(outside.filter((path) => !isIgnored(path))).toEqual([]);
  const top = contextFiles(ROOT).map((path) => path.split('/')[0]);
  const copied = stages.flatMap(({ steps }) =>
    steps.filter(({ keyword, flags }) => keyword === 'COPY' && flags['from'] === undefined).flatMap(({ words }) => words.slice(0, -1)),
  );
  expect(new Set(top)).toEqual(new Set(copied.map((path) => path.replace(/\/$/, ''))));
});
