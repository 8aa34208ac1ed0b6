// Runs a TypeScript file or an installed tool under a Node that fits package.json's "engines", after installing what is missing.
// Plain JavaScript without dependencies on purpose: it must start on a bare clone under any Node from 20 on.
//
//   node scripts/with-node.mjs local/demo/demo.ts --keep      a file of ours (Node strips the types itself)
//   node scripts/with-node.mjs npm:vitest run                 a tool of node_modules/.bin
//   node scripts/with-node.mjs --install cdktf cdktf/main.ts  the same, with that folder's own dependencies installed too
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Fetched by npx where the Node on PATH does not fit: the major that the image runs. */
const FALLBACK_NODE = 'node@24';

/** Whether `version` satisfies `^22.18 || ^24 || >=26`, the "engines" of package.json (a test compares the two). */
export function fits(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return (major === 22 && minor >= 18) || major === 24 || major >= 26;
}

function say(line) {
  process.stderr.write(`logferry: ${line}\n`);
}

/** npm as it was called, so that `npm run` under one package manager does not silently use another. */
function npm(node, args, options = {}) {
  const cli = process.env.npm_execpath;
  const viaNode = cli !== undefined && /\.c?js$/.test(cli);
  const [command, all] = viaNode ? [node, [cli, ...args]] : ['npm', args];
  const shell = !viaNode && process.platform === 'win32';
  return execFileSync(command, all, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], shell, ...options });
}

function fittingNode() {
  if (fits(process.version)) return process.execPath;
  say(`Node ${process.version} does not fit; using ${FALLBACK_NODE} by npx (a few seconds the first time)`);
  // No local bin may answer for "node": npx must run the package's own.
  return npm(process.execPath, [
    'exec',
    '--yes',
    '--loglevel=error',
    `--package=${FALLBACK_NODE}`,
    '--',
    'node',
    '-p',
    'process.execPath',
  ]).trim();
}

/** Two commands started at once on a bare clone must not install into each other: mkdir is the lock, a dead owner's is taken. */
async function locked(work) {
  const lock = join(ROOT, '.logferry', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 10 * 60_000)
      rmSync(lock, { recursive: true, force: true });
    if (!told) say('another command is installing; waiting for it');
    await new Promise((wake) => setTimeout(wake, 300));
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** @param folder with a package-lock.json: '.' is the worker's. */
async function install(env, node, folder) {
  const lockFile = createHash('sha256')
    .update(readFileSync(join(ROOT, folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(ROOT, folder, 'node_modules', '.logferry-installed');
  const done = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lockFile;
  if (done()) return;
  await locked(() => {
    if (done()) return;
    say(`installing dependencies (npm ci${folder === '.' ? '' : ` in ${folder}`})`);
    const options = { env, cwd: join(ROOT, folder), stdio: ['ignore', 'ignore', 'inherit'] };
    npm(node, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options);
    writeFileSync(stamp, lockFile);
  });
}

/** npm gives a SIGTERM to the shell that it runs scripts in, which dies and passes nothing on: without this the target would live on unseen. Told once: a
 * second signal means to many, as to Terraform, that they are to leave without cleaning up. */
function stopWhenOrphaned(child) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 250).unref();
}

/** Runs the target in the foreground: signals reach it, and its exit code (or signal) is ours. */
function run(node, args, env) {
  const child = spawn(node, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event !== undefined) stopWhenOrphaned(child);
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

async function main(args) {
  const folders = ['.'];
  while (args[0] === '--install') folders.push(...args.splice(0, 2).slice(1));
  const [target, ...rest] = args;
  if (target === undefined) throw new Error('usage: with-node.mjs [--install FOLDER] FILE|npm:TOOL [arguments]');
  const node = fittingNode();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  for (const folder of folders) await install(env, node, folder);
  if (!target.startsWith('npm:')) return run(node, [join(ROOT, target), ...rest], env);
  return run(node, [join(ROOT, 'node_modules', '.bin', target.slice('npm:'.length)), ...rest], env);
}

/** @param args as on the command line. */
export function runMain(args) {
  main(args).catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runMain(process.argv.slice(2));
