/** What the person at the keyboard can put right. Its message says what, where and what to do, and is all that is shown. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
