import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface SecretsParts {
  /** `process.stdin`: a person's terminal, or a pipe with one answer on each line. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Shows a prompt. */
  readonly say: (text: string) => void;
  /** Called on Ctrl-C, which a terminal in raw mode hands to the program. */
  readonly interrupted: () => void;
}

/** Reads one answer for each prompt, an empty one where the input has ended. What is typed is not shown. */
export async function askSecrets(
  prompts: readonly string[],
  { input, say, interrupted }: SecretsParts,
): Promise<string[]> {
  const terminal = input.isTTY === true;
  // readline switches the terminal to raw mode and would echo the keys itself: its output is discarded.
  const output = new Writable({ write: (_, __, done) => done() });
  const lines = createInterface({ input, output, terminal, historySize: 0 });
  lines.once('SIGINT', () => {
    lines.close();
    interrupted();
  });
  try {
    const typed = lines[Symbol.asyncIterator]();
    const answers: string[] = [];
    for (const prompt of prompts) {
      say(prompt);
      const { value } = await typed.next();
      answers.push(String(value ?? ''));
      if (terminal) say('\n');
    }
    return answers;
  } finally {
    lines.close();
  }
}
