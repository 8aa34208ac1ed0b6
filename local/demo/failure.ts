/** What the demo says when not all went well: what happened, what is missing, and the worker's last words. */
import type { LogLine, WorkerProcess } from '../worker-process.ts';
import type { Delivery } from './delivery.ts';
import type { QueueRest } from './queue.ts';
import { count, type Terminal } from './terminal.ts';
import type { Ending } from './watch.ts';

const LAST_WORDS = 6;
/** In every line, or of no use to a person. */
const DULL = new Set(['level', 'time', 'event', 'msg', 'service', 'pid', 'bucket', 'messageId']);
/** Where a line says in words what happened, that is all that is shown. */
const IN_WORDS = new Set(['code', 'reason', 'detail']);

export interface Failure {
  readonly ending: Ending;
  readonly patienceSeconds: number;
  readonly queue?: QueueRest;
}

export async function showFailure(terminal: Terminal, worker: WorkerProcess, delivery: Delivery, failure: Failure): Promise<void> {
  terminal.line(`  ${terminal.style('red', '✗')} ${await whatHappened(worker, failure)}`);
  for (const { customer, objects, reason } of delivery.missing)
    terminal.fact('missing', `${customer}: ${count(objects, 'object')}, ${reason}`);
  const { open = 0, dead = 0 } = failure.queue ?? {};
  if (open > 0) terminal.fact('queue', `${count(open, 'notification')} not acknowledged`);
  if (dead > 0) terminal.fact('queue', count(dead, 'dead letter'));
  const words = lastWords(worker);
  terminal.fact('last words', words.length === 0 ? 'the worker said nothing' : "the worker's:");
  for (const text of words) terminal.line(`    ${terminal.cut(text, 4)}`);
}

async function whatHappened(worker: WorkerProcess, { ending, patienceSeconds }: Failure): Promise<string> {
  if (ending === 'stalled') return `Nothing has moved for ${patienceSeconds} s.`;
  if (ending !== 'worker-ended') return 'Not every line is where it belongs, and only there.';
  const { code, signal } = await worker.exited();
  return `The worker has ended by itself (${signal ?? `exit code ${code}`}).`;
}

/** Its complaints before all else. */
function lastWords({ lines, stderr }: WorkerProcess): string[] {
  const complaints = lines.filter(({ level }) => level !== 'info' && level !== 'debug');
  const told = (complaints.length > 0 ? complaints : lines).slice(-LAST_WORDS).map(inWords);
  const errors = stderr.split('\n').filter((line) => line.trim() !== '');
  return [...told, ...errors.slice(-LAST_WORDS)];
}

function inWords(line: LogLine): string {
  const wanted = 'detail' in line ? (name: string) => IN_WORDS.has(name) : (name: string) => !DULL.has(name);
  const facts = Object.entries(line).filter(([name]) => wanted(name));
  const words = facts.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [line.time.slice(11, 19), line.level, line.event, ...words].join(' ');
}
