import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from './books.ts';

/** What became of one point. */
export interface Outcome {
  /** The point in the words of a finding. */
  readonly point: string;
  /** Whether the victim died there: calls come now more, now less often. */
  readonly came: boolean;
  readonly findings: readonly Finding[];
  readonly s: number;
}

/** The points that are done, one a line, so that a run of hours which was broken off goes on where it was. */
export interface Record {
  readonly done: readonly Outcome[];
  add(outcome: Outcome): void;
}

const root = join(import.meta.dirname, '..', '..');

/** Opens `file`; one that is of other sources is put aside, and a new one begun. */
export function openRecord(file: string, of: string = sources()): Record {
  mkdirSync(dirname(file), { recursive: true });
  const [head, ...lines] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const same = head === JSON.stringify({ of });
  if (!same && head !== undefined) renameSync(file, `${file}.before`);
  const done = same ? lines.flatMap(outcomeIn) : [];
  const written = [{ of }, ...done].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(file, written.join(''));
  return { done, add: (outcome) => appendFileSync(file, `${JSON.stringify(outcome)}\n`) };
}

/** The last line of a run that was killed may be a part of one. */
function outcomeIn(line: string): Outcome[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Outcome];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** A digest of what is proven: terminal and bank. */
function sources(): string {
  const hash = createHash('sha256');
  for (const name of globSync(['{src,bank}/**/*.ts', '{bank/seed,firmware-config}/**/*.json'], {
    cwd: root,
  }).toSorted())
    hash.update(name).update(readFileSync(join(root, name)));
  return hash.digest('hex').slice(0, 16);
}
