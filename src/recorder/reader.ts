import { readFileSync } from 'node:fs';
import type { Linked } from './happening.ts';
import { hashOf, lineOf, segmentFiles } from './segments.ts';

/** A checked record: its lines up to the first bad one, and what is wrong with that one. */
export interface Checked {
  readonly records: readonly Linked[];
  /** SHA-256 of the last good line: whoever has kept it can tell a record that was rewritten later. */
  readonly head: string;
  /** Null where every record carries the hash of the one before. */
  readonly broken: Break | null;
  /** Bytes of an unfinished last line: a power cut leaves one, and it is no fault of the chain. */
  readonly torn: number;
}

export interface Break {
  /** The number of the first bad record; null where it cannot be known. */
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

/** The terminal may delete the oldest file while the files are read: the record then begins with the next one. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * Checks the chain, line by line. Rotation may have removed records before the first one (`first` is its number, where
 * it is known); after it only those may be missing that a record's `lost` counts.
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
