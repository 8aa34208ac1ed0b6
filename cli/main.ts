/** The process edge of the operator's command: arguments in, exit code out. What goes wrong is one line; a stack is shown for a defect only. */
import { CommanderError } from 'commander';
import { awsError } from './aws-error.ts';
import { CliError, UsageError } from './error.ts';
import { EXIT_USAGE, makeProgram } from './program.ts';

// Whoever read along may leave (`| head`).
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await makeProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCode(error);
}

function exitCode(error: unknown): number {
  // Commander has said it already, help included.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const known = error instanceof CliError ? error : (awsError(error) ?? fileError(error));
  process.stderr.write(`logferry: ${known?.message ?? String(error instanceof Error ? error.stack : error)}\n`);
  return error instanceof UsageError ? EXIT_USAGE : 1;
}

/** A file that is not there or may not be read is no defect of ours. */
function fileError(error: unknown): Error | undefined {
  return error instanceof Error && 'syscall' in error ? error : undefined;
}
