/** What a person can put right: an option, a file, a bucket. Its message says what, where and what to do, and is all that is shown. */
export class GeneratorError extends Error {
  override readonly name = 'GeneratorError';
}
