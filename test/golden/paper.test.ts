import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { languages } from '../../src/config/texts.ts';
import { goldenOf } from '../paper/golden.ts';

// Looked at, each of them; `node test/paper/sheet.ts --golden` writes them anew when a slip is meant to change.
for (const language of languages) {
  for (const columns of [32, 48] as const) {
    t.test(`every slip and report in ${language} on paper of ${columns} columns`, async (t) => {
      const kept = readFileSync(join(import.meta.dirname, '..', 'paper', `${language}-${columns}.txt`), 'utf8');
      const slips = (text: string) => Object.fromEntries(text.split('=== ').map((slip) => slip.split(/\n([\s\S]*)/)));
      t.strictSame(slips(goldenOf(language, columns)), slips(kept));
    });
  }
}
