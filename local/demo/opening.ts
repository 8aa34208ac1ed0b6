/** What the demo says before it begins: what it plays on, with whose lines. */
import { type DemoWorker, type Stage, USUAL_PORT } from './stage.ts';
import type { Terminal } from './terminal.ts';
import type { Workload } from './workload.ts';

export function showTitle(terminal: Terminal): void {
  terminal.line();
  terminal.line(`  ${terminal.style('bold', 'Logferry')}  a log line's way: S3 → SNS → SQS → worker → its customer's CloudWatch Logs`);
  terminal.line();
}

export function showStage(terminal: Terminal, stage: Stage, { process: worker }: DemoWorker, { sources, nowMs }: Workload): void {
  const { aws, central, tenants } = stage;
  const other = aws.port === USUAL_PORT ? '' : ` (port ${USUAL_PORT} is taken)`;
  terminal.fact('local AWS', `${aws.endpoint}${other}`);
  terminal.fact('central', `account ${central.account}: bucket ${central.bucket}, topic, queue, tenant table, role`);
  const accounts = tenants.map(({ id, account }) => `${id} ${account}`);
  terminal.fact('customers', [...accounts.slice(0, 3), ...(accounts.length > 3 ? [`and ${accounts.length - 3} more`] : [])].join(', '));
  for (const [i, source] of sources.entries()) terminal.fact(i === 0 ? 'lines' : '', source);
  if (nowMs !== undefined)
    terminal.fact('clock', `CloudWatch Logs is set to ${new Date(nowMs).toISOString()}, the lines' time: it takes 14 days back`);
  terminal.fact('worker', `process ${worker.child.pid}, the real one, told by environment variables alone`);
  terminal.line();
}
