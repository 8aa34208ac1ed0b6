/** Asks whoever sits at the terminal. Standard output is the answer's, so the question goes to standard error. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { CliError } from './error.ts';

/** @throws CliError with `otherwise` unless the word is typed. */
export async function confirmed(question: string, word: string, otherwise: string): Promise<void> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D close it: some versions of Node reject the question then, others never answer it.
    const left = once(reader, 'close').then(() => '');
    const answer = reader.question(`${question}? Type ${word}: `).catch(() => '');
    const typed = await Promise.race([answer, left]);
    if (typed.trim() !== word) throw new CliError(otherwise);
  } finally {
    reader.close();
  }
}
