/** What the demo ends with: the table of what was found in each customer's account, a few lines as they stand there, and who was refused what. */
import Table from 'cli-table3';
import { DEFAULT_APPLICATIONS } from '../generator/generate.ts';
import type { TenantSide } from '../provision/tenant.ts';
import type { Delivery } from './delivery.ts';
import type { DemoObject } from './demo-object.ts';
import { customerOf } from './customer.ts';
import { type Balance, Expectation, isExact } from './expectation.ts';
import { type FoundEvent, type Intrusion, readEvents, tryIntrusions } from './read-back.ts';
import { format, type Terminal } from './terminal.ts';

/** Lines shown of each customer, from streams that differ. */
const SAMPLES = 2;

export interface Account {
  readonly tenant: TenantSide;
  readonly balance: Balance;
  readonly samples: readonly FoundEvent[];
  readonly linesPerSecond: number;
}

export interface Report {
  readonly accounts: readonly Account[];
  readonly intrusions: readonly Intrusion[];
  /** Every line is where it belongs, once, and nobody else reads it. */
  readonly ok: boolean;
}

/** Reads everything back, with each customer's own keys. */
export async function makeReport(tenants: readonly TenantSide[], objects: readonly DemoObject[], delivery: Delivery): Promise<Report> {
  const mine = Map.groupBy(objects, ({ key }) => customerOf(key));
  const accounts: Account[] = [];
  for (const tenant of tenants) {
    const { balance, samples } = await settle(tenant, mine.get(tenant.id) ?? []);
    accounts.push({ tenant, balance, samples, linesPerSecond: delivery.linesPerSecond(tenant.id) });
  }
  const intrusions = await tryIntrusions(tenants);
  const ok = accounts.every(({ balance }) => isExact(balance)) && intrusions.every(({ refusal }) => refusal !== undefined);
  return { accounts, intrusions, ok };
}

async function settle(tenant: TenantSide, objects: readonly DemoObject[]): Promise<Pick<Account, 'balance' | 'samples'>> {
  const expectation = new Expectation(objects);
  const firsts = new Map<string, FoundEvent>();
  for await (const event of readEvents(tenant)) {
    expectation.find(event.stream, event.message);
    if (!firsts.has(event.stream) && event.message.trim().length > 20) firsts.set(event.stream, event);
  }
  return { balance: expectation.balance(), samples: chooseSamples(tenant, [...firsts.values()]) };
}

/** Real lines before made-up ones, and of each customer other applications. */
function chooseSamples({ account }: TenantSide, events: readonly FoundEvent[]): FoundEvent[] {
  const [real, madeUp] = [true, false].map((wanted) => events.filter(({ stream }) => isReal(stream) === wanted));
  const turn = (Number(account.at(-1)) * SAMPLES) % Math.max(1, madeUp?.length ?? 0);
  return [...(real ?? []).slice(0, 1), ...(madeUp ?? []).slice(turn), ...(madeUp ?? []).slice(0, turn)].slice(0, SAMPLES);
}

function isReal(stream: string): boolean {
  return !DEFAULT_APPLICATIONS.includes(applicationOf(stream));
}

function applicationOf(stream: string): string {
  return stream.split('/')[1] ?? stream;
}

export function showReport(terminal: Terminal, { accounts, intrusions }: Report): void {
  terminal.line();
  terminal.line("  In CloudWatch Logs, read with each customer's own keys:");
  terminal.line();
  showTable(terminal, accounts);
  if (accounts.some(({ balance }) => balance.empty > 0))
    terminal.line(terminal.style('dim', '   An empty line makes no event: CloudWatch Logs takes none without a character.'));
  terminal.line();
  for (const { tenant, samples } of accounts) for (const sample of samples) showSample(terminal, tenant, sample);
  if (accounts.some(({ samples }) => samples.length > 0)) terminal.line();
  showIntrusions(terminal, intrusions);
}

/** Rules above, below and under the head are enough, and leave room for narrow terminals. */
const HIDDEN = ['left', 'left-mid', 'top-left', 'bottom-left', 'right', 'right-mid', 'top-right', 'bottom-right'] as const;
const BETWEEN = ['middle', 'top-mid', 'mid-mid', 'bottom-mid'] as const;
const RULES_ONLY = Object.fromEntries([...HIDDEN, ...BETWEEN].map((name) => [name, '']));

function showTable(terminal: Terminal, accounts: readonly Account[]): void {
  const hasForeign = accounts.some(({ balance }) => balance.foreign > 0);
  const table = new Table({
    head: ['customer', 'account', 'lines', 'events', 'empty', 'lost', 'duplicated', ...(hasForeign ? ['foreign'] : []), 'lines/s'],
    colAligns: ['left', 'left', ...Array.from({ length: 7 }, () => 'right' as const)],
    chars: RULES_ONLY,
    style: { compact: true, head: terminal.hasColours ? ['bold'] : [], border: terminal.hasColours ? ['gray'] : [] },
  });
  const bad = (amount: number): string => (amount === 0 ? '0' : terminal.style('red', format(amount)));
  for (const { tenant, balance, linesPerSecond } of accounts) {
    const { written, found, empty, lost, duplicated, foreign } = balance;
    const faults = [lost, duplicated, ...(hasForeign ? [foreign] : [])].map(bad);
    table.push([tenant.id, tenant.account, format(written), format(found), format(empty), ...faults, format(linesPerSecond)]);
  }
  for (const row of table.toString().split('\n')) terminal.line(`  ${row}`);
}

function showSample(terminal: Terminal, { id }: TenantSide, { stream, message }: FoundEvent): void {
  const where = `  ${id.padEnd(10)} ${applicationOf(stream).padEnd(15)} `;
  terminal.line(`${terminal.style('dim', where)}${terminal.cut(message, where.length)}`);
}

function showIntrusions(terminal: Terminal, intrusions: readonly Intrusion[]): void {
  const [first] = intrusions;
  if (first === undefined) return;
  const open = intrusions.filter(({ refusal }) => refusal === undefined);
  for (const { reader, owner } of open) terminal.fact('isolation', terminal.style('red', `${reader}'s keys read ${owner}'s log group`));
  const refused = `each customer's keys at the next one's log group: refused, ${intrusions.length} of ${intrusions.length} (${first.refusal})`;
  if (open.length === 0) terminal.fact('isolation', refused);
}
