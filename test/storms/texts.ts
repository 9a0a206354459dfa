import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The words of the terminal in each language that a storm may be in. */
export const languages: readonly Readonly<Record<string, string>>[] = ['zh-CN', 'en'].map((language) =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'firmware-config', 'texts', `${language}.json`), 'utf8'),
  ),
);

/** A pattern for these texts in both languages; `of` gives the pattern that stands for a `{name}` in them. */
export function patternOf(ids: readonly string[], of: Readonly<Record<string, string>> = {}): string {
  const one = (text: string) =>
    Object.entries(of).reduce(
      (pattern, [name, what]) => pattern.replace(`\\{${name}\\}`, what),
      text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return `(?:${languages.flatMap((texts) => ids.map((id) => one(texts[id] ?? id))).join('|')})`;
}
