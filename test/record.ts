import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a run of many hours has done, one line each, so that a run that was broken off can go on. */
export interface Record<Line> {
  readonly done: readonly Line[];
  add(line: Line): void;
}

const root = join(import.meta.dirname, '..');

/** Opens `file`. If it belongs to other sources (`of`) it is put aside and a new one is begun. */
export function openRecord<Line>(file: string, of: string): Record<Line> {
  mkdirSync(dirname(file), { recursive: true });
  const [head, ...lines] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const same = head === JSON.stringify({ of });
  if (!same && head !== undefined) renameSync(file, `${file}.before`);
  const done = same ? lines.flatMap(lineIn<Line>) : [];
  const written = [{ of }, ...done].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(file, written.join(''));
  return { done, add: (line) => appendFileSync(file, `${JSON.stringify(line)}\n`) };
}

/** The last line of a run that was killed may be incomplete. */
function lineIn<Line>(line: string): Line[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Line];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The sources of terminal and bank, about which a long run proves something. */
export const PROVEN = ['{src,bank}/**/*.ts', '{bank/seed,firmware-config}/**/*.json'];

/** A digest of the files of the project that match. */
export function digestOf(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of globSync(patterns, { cwd: root }).toSorted())
    hash.update(name).update(readFileSync(join(root, name)));
  return hash.digest('hex').slice(0, 16);
}
