/** A command cannot go on, and the message says what, where and what to do. */
export class CliError extends Error {
  override name = 'CliError';
}
