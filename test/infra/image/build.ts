/**
 * Follows the Dockerfile's steps on clean folders, as a builder would on clean layers: each stage is a folder, each RUN sees that folder as its root. Only what
 * runs the distribution's package manager is left out, and named. A step that it does not know fails it.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { contextFiles } from './context.ts';
import { DEFAULT_PATH, runContained } from './container.ts';
import { execForm, finalStage, propertiesOf, readDockerfile, ROOT, type Stage, type Step } from './dockerfile.ts';

export interface Image {
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** RUN steps that were left out. */
  readonly skipped: readonly string[];
}

interface Layer {
  readonly root: string;
  cwd: string;
  user: string;
  env: Record<string, string>;
}

/** Steps that tell what the image is, and change no file. */
const TOLD = new Set(['EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD', 'LABEL', 'ARG', 'STOPSIGNAL']);
/** Shared by all builds, as the cache of a builder is. */
const CACHE = join(ROOT, '.logferry', 'image-cache');

/** @param folder an empty one. @throws Error with what the failing step printed. */
export async function buildImage(folder: string): Promise<Image> {
  const stages = readDockerfile();
  const layers = new Map<string, Layer>();
  const skipped: string[] = [];
  for (const stage of stages) {
    const layer = begin(stage, layers, join(folder, stage.name || 'final'));
    layers.set(stage.name, layer);
    for (const step of stage.steps) await follow(step, layer, layers, skipped);
  }
  const last = finalStage(stages);
  const { root, cwd, env, user } = layers.get(last.name)!;
  const [entrypoint, healthcheck] = [execForm(last, 'ENTRYPOINT'), execForm(last, 'HEALTHCHECK')];
  return { root, cwd, env, user, entrypoint, healthcheck, labels: propertiesOf(last, 'LABEL'), skipped };
}

function begin({ from }: Stage, layers: ReadonlyMap<string, Layer>, root: string): Layer {
  mkdirSync(root, { recursive: true });
  const parent = layers.get(from);
  if (parent === undefined) return { root, cwd: '/', user: '0:0', env: { PATH: DEFAULT_PATH, HOME: '/root' } };
  cpSync(parent.root, root, { recursive: true, verbatimSymlinks: true });
  return { ...parent, root, env: { ...parent.env } };
}

async function follow(step: Step, layer: Layer, layers: ReadonlyMap<string, Layer>, skipped: string[]): Promise<void> {
  if (TOLD.has(step.keyword)) return;
  if (step.keyword === 'WORKDIR') layer.cwd = posix.resolve(layer.cwd, step.words[0] ?? '');
  else if (step.keyword === 'USER') layer.user = step.words[0] ?? '';
  else if (step.keyword === 'ENV') Object.assign(layer.env, step.properties);
  else if (step.keyword === 'COPY') copy(step, layer, layers);
  else if (step.keyword !== 'RUN') throw new Error(`the tests do not know how to follow ${step.keyword}`);
  else if (step.text.startsWith('apk ')) skipped.push(step.text);
  else await run(step, layer);
}

function copy({ words, flags }: Step, layer: Layer, layers: ReadonlyMap<string, Layer>): void {
  const sources = words.slice(0, -1);
  const to = words.at(-1) ?? '';
  const target = join(layer.root, posix.resolve(layer.cwd, to));
  const isInto = to.endsWith('/') || sources.length > 1;
  for (const source of sources) {
    const [files, base] = flags['from'] === undefined ? [contextFiles(ROOT), ROOT] : [undefined, layers.get(flags['from'])?.root];
    if (base === undefined) throw new Error(`COPY --from=${flags['from']}: no stage of that name`);
    const from = join(base, source);
    const isFolder = existsSync(from) && statSync(from).isDirectory();
    const at = isInto && !isFolder ? join(target, posix.basename(source)) : target;
    const prefix = `${posix.normalize(source).replace(/\/$/, '')}/`;
    const wanted = files?.filter((file) => file === posix.normalize(source) || file.startsWith(prefix));
    if (wanted?.length === 0) throw new Error(`COPY ${source}: .dockerignore lets nothing of it through`);
    if (wanted === undefined || !isFolder) place(from, at);
    else for (const file of wanted) place(join(base, file), join(at, file.slice(prefix.length)));
    if (flags['chmod'] !== undefined) chmodSync(at, Number.parseInt(flags['chmod'], 8));
  }
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** A builder's cache mounts and network stand where this machine's are: the registry that npm is set up for here, and the authorities it trusts. */
async function run({ text: command, flags }: Step, { root, cwd, env, user }: Layer): Promise<void> {
  const cache = /target=([^,]+)/.exec(flags['mount'] ?? '')?.[1];
  const mounts = cache === undefined ? {} : { [cache]: resolve(CACHE) };
  const child = runContained(['/bin/sh', '-c', command], {
    root,
    cwd,
    env: { ...env, ...network() },
    user,
    readOnly: false,
    npm: true,
    mounts,
  });
  const printed = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`RUN ${command} ended with ${code}:\n${(await printed).join('')}`);
}

function network(): Record<string, string> {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i.test(name),
  );
  return { ...(Object.fromEntries(passed) as Record<string, string>), npm_config_registry: registry, npm_config_update_notifier: 'false' };
}
