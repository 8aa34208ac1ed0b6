/**
 * `npm run test:witness -- [NAME...] [--update] [--recheck] [--only PATTERN]`: runs the contract and flow suites in emulators that we did not write, and
 * compares the numbers with `expected.json`. It leaves no process behind, and installs only under `.logferry/witness/`.
 */
import { parseArgs } from 'node:util';
import { WITNESSES } from './all.ts';
import { ask } from './ask.ts';
import { readExpected, writeExpected, type Expected } from './expected.ts';
import { casesOf, type Counts, type Tally } from './tally.ts';
import { Unavailable, type Installed, type Witness } from './witness.ts';

const requireAll = process.env['REQUIRE_WITNESS'] === 'all';
const stopped = new AbortController();
const sum = { passed: 0, failed: 0, skipped: 0 };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { update: { type: 'boolean' }, recheck: { type: 'boolean' }, only: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !WITNESSES.some((witness) => witness.name === name));
  if (unknown.length > 0)
    throw new Error(`no witness is called ${unknown.join(', ')}; there are ${WITNESSES.map(({ name }) => name).join(', ')}`);
  const chosen = WITNESSES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const expected = await readExpected();
  const found: Record<string, Counts> = { ...expected };
  const sinceMs = Date.now();
  const setUps = await Promise.allSettled(chosen.map((witness) => witness.setUp()));
  print(`set up in ${seconds(sinceMs)}`);
  for (const [at, witness] of chosen.entries()) {
    const setUp = setUps[at];
    if (setUp?.status !== 'fulfilled') {
      skip(witness, setUp?.reason, expected);
      continue;
    }
    const counts = await one(witness, setUp.value, values.update ? undefined : expected, {
      recheck: values.recheck ?? false,
      only: values.only,
    });
    found[witness.name] = counts;
  }
  if (values.update) await writeExpected(found);
  print(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

async function one(
  witness: Witness,
  installed: Installed,
  expected: Expected | undefined,
  how: { recheck: boolean; only?: string },
): Promise<Counts> {
  const name = `${witness.name} ${witness.version}`;
  for (const [ability, reason] of Object.entries(installed.lacks)) {
    print(`${name}: has no ${ability} here: ${reason}`);
    if (requireAll) sum.failed++;
  }
  const sinceMs = Date.now();
  const { signal } = stopped;
  const result = await ask({ witness, installed, expected: expected && (expected[witness.name] ?? {}), ...how, signal, print });
  for (const line of result.faults) print(`${witness.name}: ${line}`);
  print(`${name}: ${say(result, how.recheck)}; ${seconds(sinceMs)}`);
  return result.counts;
}

function say({ counts, passed, failed, faults }: Tally, recheck: boolean): string {
  const ability = add(counts, (count) => count.ability);
  const difference = add(counts, (count) => count.difference);
  sum.passed += passed;
  sum.failed += failed + faults.length;
  sum.skipped += ability + difference;
  return (
    `${passed + failed} run, ${passed} passed, ${failed} failed; ${ability + difference} skipped ` +
    `(${ability} for a missing ability, ${difference} known differences${recheck ? ', run to see' : ''})`
  );
}

/** @throws the reason, unless it is that the witness cannot be had here. */
function skip({ name, version }: Witness, reason: unknown, expected: Expected): void {
  if (!(reason instanceof Unavailable)) throw reason;
  print(`${name} ${version}: skipped: ${reason.message}`);
  if (requireAll) sum.failed++;
  sum.skipped += add(expected[name] ?? {}, casesOf);
}

function add(counts: Counts, of: (count: Counts[string]) => number): number {
  return Object.values(counts).reduce((all, count) => all + of(count), 0);
}

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Twice from a terminal: once by itself and once by npm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());
await main().catch((error: unknown) => {
  print(stopped.signal.aborted ? 'stopped' : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
});
