import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Unlinked } from './happening.ts';

/**
 * The record's files, each named by the number of its first record. Only the newest one grows, and the oldest is
 * deleted when there would be more than sixteen. Together they take `most_bytes`, or up to twice that after nights in
 * which a request stayed in hand.
 */
export interface Segments {
  /** What the last line of the whole record says; null for an empty record. */
  readonly last: Tail | null;
  /**
   * Appends the first of these records, at least one and as many as fit in a batch, each with the hash of the line
   * before. Resolves with their number when the kernel has them. Where it `mayTurn`, a full file is synced and the next
   * one begun; else the full file grows on, up to twice its size, and is then left for `sync`.
   */
  write(made: readonly Unlinked[], mayTurn: boolean): Promise<number>;
  /** Appends all of them at once, even while a `write` of the first ones is under way: for a program's last moment. */
  spill(made: readonly Unlinked[]): void;
  /**
   * Resolves when all that was written, in whichever file, is on the disk. One at a time, and none during a `write`.
   */
  sync(): Promise<void>;
  /** Closes the files without a sync. */
  close(): void;
}

export interface Tail {
  readonly n: number;
  readonly hash: string;
  readonly kind: string;
  /** Bytes of a line that a power cut left unfinished; they have been cut off. */
  readonly torn: number;
}

/** The most files that are kept; each is read and sent as a whole. */
const FILES = 16;
const BATCH_BYTES = 32 << 10;
/** How much of a file's end is read to find its last line. */
const LONGEST_LINE = 256 << 10;

export function hashOf(line: string | Uint8Array): string {
  return hash('sha256', line, 'hex');
}

/** The files of a record, oldest first. */
export function segmentFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^\d{12}\.jsonl$/.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** Where the disk refuses, the record of this run stays in memory: each write rejects with the disk's error. */
export function openSegments(folder: string, most_bytes: number): Segments {
  try {
    return segmentsIn(folder, most_bytes);
  } catch (error) {
    if (!isDiskError(error)) throw error;
    const refuse = async () => Promise.reject(error);
    return { last: null, write: refuse, sync: async () => undefined, spill: () => undefined, close: () => undefined };
  }
}

export function isDiskError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function segmentsIn(folder: string, most_bytes: number): Segments {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const most = Math.floor(most_bytes / FILES);
  const found = segmentFiles(folder);
  let handle: number | null = null;
  let size = 0;
  let writing = false;
  /** Full files that were left before they were synced, oldest first. */
  const left: number[] = [];

  const newest = found.at(-1);
  const last = newest === undefined ? null : takeUp(newest, found.at(-2));
  /** Hash of the last line that was written. */
  let head = last?.hash ?? hashOf('');

  function takeUp(file: string, earlier: string | undefined): Tail | null {
    handle = openSync(file, 'r+', 0o600);
    const { whole, tail, length } = endOf(handle);
    ftruncateSync(handle, whole);
    size = whole;
    const torn = length - whole;
    if (tail !== null) return { ...numbered(tail, file), torn };
    // The file holds nothing but a torn line: the last whole line is in the file before it.
    const none = { n: firstIn(file) - 1, hash: hashOf(''), kind: '' };
    if (earlier === undefined) return torn === 0 && none.n === 0 ? null : { ...none, torn };
    const before = openSync(earlier, 'r');
    try {
      const found = endOf(before).tail;
      return { ...(found === null ? none : numbered(found, earlier)), torn };
    } finally {
      closeSync(before);
    }
  }

  function next(first: number, isSynced: boolean): number {
    const full = handle;
    // If anything below fails, `handle` stays null: nothing more is written into the file that was left.
    handle = null;
    if (full !== null) leave(full, isSynced);
    size = 0;
    const file = join(folder, `${String(first).padStart(12, '0')}.jsonl`);
    handle = openSync(file, 'w+', 0o600);
    const others = segmentFiles(folder).filter((other) => other !== file);
    for (const oldest of others.slice(0, 1 - FILES)) rmSync(oldest, { force: true });
    return handle;
  }

  function leave(full: number, isSynced: boolean): void {
    try {
      // Cuts off a batch that the disk took only in part: it goes into the next file, and must not stand in both.
      ftruncateSync(full, size);
    } finally {
      if (isSynced) closeSync(full);
      else left.push(full);
    }
    // Beyond FILES the oldest have been deleted from the folder already, and need no sync.
    for (const removed of left.splice(0, left.length - FILES)) closeSync(removed);
  }

  /**
   * The lines of these records, as many as `most_bytes` hold, and the hash of the last one. Hashing happens here and
   * not in `note`, so that no flow waits for it.
   */
  function chained(made: readonly Unlinked[], most_bytes: number): Chained {
    const texts: string[] = [];
    let bytes = 0;
    let prev = head;
    for (const one of made) {
      const text = JSON.stringify({ ...one, prev });
      texts.push(text);
      bytes += text.length;
      prev = hashOf(text);
      if (bytes > most_bytes) break;
    }
    return { lines: Buffer.from(`${texts.join('\n')}\n`), first: made[0]?.n ?? 0, count: texts.length, hash: prev };
  }

  return {
    last,
    async write(made, mayTurn) {
      const { lines, first, count, hash } = chained(made, BATCH_BYTES);
      const isFull = size + lines.length > most;
      if (handle !== null && isFull && mayTurn) await datasync(handle);
      // A request may stay in hand all night, while nobody acknowledges its result: beyond twice its size the file is
      // left anyway, without a sync.
      const turns = isFull && (mayTurn || size + lines.length > 2 * most);
      const to = handle === null || turns ? next(first, mayTurn) : handle;
      writing = true;
      try {
        // If this fails, the part that was written lies beyond `size` and is overwritten next time.
        await writeAt(to, lines, size);
        size += lines.length;
        head = hash;
        return count;
      } finally {
        writing = false;
      }
    },
    spill(made) {
      const { lines, first, hash } = chained(made, Number.POSITIVE_INFINITY);
      // A write under way writes the beginning of these same lines: the same bytes at the same place, in any order.
      const stays = handle !== null && (writing || size + lines.length <= most);
      writeSync(stays && handle !== null ? handle : next(first, false), lines, 0, lines.length, size);
      size += lines.length;
      head = hash;
    },
    async sync() {
      for (let oldest = left[0]; oldest !== undefined; oldest = left[0]) {
        // If the disk refuses, the file stays in `left`, and the next `sync` tries it again.
        await datasync(oldest);
        left.shift();
        closeSync(oldest);
      }
      if (handle !== null) await datasync(handle);
    },
    close() {
      for (const one of left.splice(0)) closeSync(one);
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
}

interface Chained {
  readonly lines: Buffer;
  readonly first: number;
  readonly count: number;
  readonly hash: string;
}

const writeSome = promisify(fs.write);
const datasync = promisify(fs.fdatasync);

async function writeAt(handle: number, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await writeSome(handle, bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

type End = Omit<Tail, 'torn'>;

/** Gives a damaged last line its number, counted on from the last sound line or from the file's name. */
function numbered(end: End, file: string): End {
  const first = firstIn(file);
  if (end.n >= first) return end;
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const numbers = lines.map((line) => lineOf(line)?.n ?? 0);
  const sound = numbers.findLastIndex((n) => n >= first);
  return { ...end, n: (numbers[sound] ?? first - 1) + lines.length - 1 - sound };
}

function firstIn(file: string): number {
  return Number(basename(file, '.jsonl'));
}

/** The last whole line of a file, and where it ends. A damaged one has no number; the chain goes on from its bytes. */
function endOf(handle: number): { whole: number; length: number; tail: End | null } {
  const length = fs.fstatSync(handle).size;
  const bytes = Buffer.alloc(Math.min(length, LONGEST_LINE));
  fs.readSync(handle, bytes, 0, bytes.length, length - bytes.length);
  const end = bytes.lastIndexOf(0x0a);
  const whole = length - bytes.length + end + 1;
  if (end < 0) return { whole, length, tail: null };
  const line = bytes.subarray(bytes.subarray(0, end).lastIndexOf(0x0a) + 1, end);
  const { n = 0, kind = '' } = lineOf(line.toString('utf8')) ?? {};
  return { whole, length, tail: { n, hash: hashOf(line), kind } };
}

/** Parses a line of a record; null where it is none. */
export function lineOf(text: string): { readonly n: number; readonly kind: string; readonly prev: string } | null {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null || !('n' in line && 'kind' in line && 'prev' in line)) return null;
    const { n, kind, prev } = line;
    return typeof n === 'number' && typeof kind === 'string' && typeof prev === 'string'
      ? { ...line, n, kind, prev }
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
