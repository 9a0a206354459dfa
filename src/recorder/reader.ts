import { readFileSync } from 'node:fs';
import type { Linked } from './happening.ts';
import { hashOf, lineOf, segmentFiles } from './segments.ts';

/** A record, checked: every line of it that holds, and what is wrong with the first that does not. */
export interface Checked {
  readonly records: readonly Linked[];
  /** SHA-256 of the last line that holds: who has kept it can tell a record that was written anew. */
  readonly head: string;
  /** Null where every record carries the hash of the one before. */
  readonly broken: Break | null;
  /** Bytes of a last line that was not finished: a power cut's, and no fault of the chain. */
  readonly torn: number;
}

export interface Break {
  /** The number of the first record that does not hold; null where its line says none. */
  readonly n: number | null;
  readonly why: string;
}

/**
 * Reads the segments of a folder, in which a terminal may be writing. Throws the file system's error where they cannot be
 * read.
 */
export function readSegments(folder: string): Checked & { readonly lines: string } {
  const lines = segmentFiles(folder).map(textOf).join('');
  return { ...checkLines(lines), lines };
}

/** The oldest may make room for the newest while they are read: the record then begins with the next. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * Checks the chain, line by line. The first record may follow on others that rotation has removed (`first` is its number,
 * where somebody knows it); from there on nothing may be missing that the record itself does not say is missing.
 */
export function checkLines(text: string, first: number | null = null): Checked {
  const records: Linked[] = [];
  const whole = text.lastIndexOf('\n') + 1;
  const torn = Buffer.byteLength(text.slice(whole));
  let head = hashOf('');
  let before: Linked | null = null;
  for (const line of text.slice(0, whole).split('\n').slice(0, -1)) {
    const broken = breakOf(line, before, head, first);
    if (broken !== null) {
      const { n } = broken;
      return { records: records.filter((record) => n === null || record.n < n), head, broken, torn };
    }
    before = lineOf(line) as Linked;
    records.push(before);
    head = hashOf(line);
  }
  return { records, head, broken: null, torn };
}

function breakOf(line: string, before: Linked | null, head: string, first: number | null): Break | null {
  const found = lineOf(line) as Linked | null;
  if (found === null) {
    return { n: before === null ? first : before.n + 1, why: 'its line is no record: it was damaged or altered' };
  }
  const missing = 'it is missing or was altered';
  if (before === null) {
    const isFirst = first === null || found.n === first;
    return isFirst ? null : { n: first, why: `${missing}: the file begins with record ${found.n}` };
  }
  const expected = before.n + 1 + (found.lost ?? 0);
  if (found.n !== expected) {
    return { n: expected, why: `${missing}: after record ${before.n} stands record ${found.n}` };
  }
  if (found.prev === head) return null;
  return { n: before.n, why: `it was altered: record ${found.n} carries the hash of what stood there before` };
}
