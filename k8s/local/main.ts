/** `npm run vector:local`: a real Vector runs the agent's transforms over standard input, and writes to an S3 of this machine. Alone here in touching the process. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { readLines } from '../../local/generator/lines.ts';
import { localConfig } from './config.ts';
import { eventOf } from './event.ts';

const MISSING = `There is no "vector" on PATH. It is Vector 0.56.0, which the DaemonSet runs too: see https://vector.dev/docs/setup/installation/, or set VECTOR to the command.\n`;

const { bucket, endpoint } = new Command('npm run vector:local --')
  .description("Runs the agent's transforms with a real Vector: lines of the generator in, objects in a local S3 out. Ends with its input.")
  .requiredOption('--bucket <name>', 'the bucket to write to; it must exist')
  .option('--endpoint <url>', 'the local AWS', process.env['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566')
  .addHelpText(
    'after',
    '\nExample, with npm run local in another terminal:\n  npm run --silent generate -- --total-batches 3 --max-sleep 0 | npm run --silent vector:local -- --bucket logs',
  )
  .parse()
  .opts<{ bucket: string; endpoint: string }>();

const vector = process.env['VECTOR'] ?? 'vector';
if (spawnSync(vector, ['--version']).status !== 0) {
  process.stderr.write(MISSING);
  process.exit(1);
}
process.exitCode = await run();

async function run(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'logferry-vector-'));
  try {
    const config = join(folder, 'vector.yaml');
    writeFileSync(config, localConfig(folder));
    const child = spawn(vector, ['--quiet', '--config', config], { stdio: ['pipe', 'inherit', 'inherit'], env: environment() });
    const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
    // Vector that ends before its input does says why itself.
    await pipeline(events(), child.stdin).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
    });
    return await ended;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function* events(): AsyncGenerator<string> {
  for await (const lines of readLines('standard input', process.stdin)) {
    yield lines
      .filter((line) => line !== '')
      .map((line) => `${eventOf(line)}\n`)
      .join('');
  }
}

function environment(): NodeJS.ProcessEnv {
  const { env } = process;
  return {
    CLUSTER_ID: 'local',
    ENVIRONMENT: 'local',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...env,
    AWS_ENDPOINT_URL: endpoint,
    S3_BUCKET_NAME: bucket,
  };
}
