/** What the operator can put right: its message says what, where and what to do, and is all that is shown. */

/** Refused, or failed: exit code 1. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
}

/** The command line cannot be meant as it stands: exit code 64. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
}
