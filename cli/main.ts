/** The process edge of the operator's command: arguments in, exit code out. What goes wrong is one line; a stack is shown for a defect only. */
import { CommanderError } from 'commander';
import { awsError } from './aws-error.ts';
import { CliError, UsageError } from './error.ts';
import { plainLines } from './output.ts';
import { EXIT_USAGE, makeProgram } from './program.ts';

process.stdout.on('error', cannotWrite);
process.stderr.on('error', () => undefined);

try {
  await makeProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCode(error);
}

function exitCode(error: unknown): number {
  // Commander has said it already, help included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const known = error instanceof CliError ? error : (awsError(error) ?? fileError(error));
  const said = known?.message ?? String(error instanceof Error ? error.stack : error);
  // It may quote a row, or what a customer has sent.
  process.stderr.write(`logferry: ${plainLines(said)}\n`);
  return error instanceof UsageError ? EXIT_USAGE : 1;
}

/** Whoever read along may leave (`| head`); that a disk is full must not pass for an answer. */
function cannotWrite(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`logferry: standard output cannot be written: ${error.message}\n`);
  process.exitCode = 1;
}

/** A file that is not there or may not be read is no defect of ours. */
function fileError(error: unknown): Error | undefined {
  return error instanceof Error && 'syscall' in error ? error : undefined;
}
