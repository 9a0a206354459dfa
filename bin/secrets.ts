import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface SecretsParts {
  /** `process.stdin`: a person's terminal, or a pipe with an answer a line. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Shows a prompt. */
  readonly say: (text: string) => void;
  /** Ctrl-C, which a terminal that echoes nothing hands to the program. */
  readonly interrupted: () => void;
}

/** One answer for each prompt; an empty one where the input ends before it. What is typed is shown nowhere. */
export async function askSecrets(
  prompts: readonly string[],
  { input, say, interrupted }: SecretsParts,
): Promise<string[]> {
  const terminal = input.isTTY === true;
  // The terminal is switched to raw, and what readline echoes in its place goes nowhere.
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
