import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Fault, type Problem } from '../values/problem.ts';
import { PAGE_BYTES } from './schema.ts';

/** What the journal asks of the disk beyond SQLite's own files. Storms bring one over their test VFS. */
export interface JournalDisk {
  /** What SQLite opens: a path, or a `file:…?vfs=` URI. */
  readonly location: string;
  /** The name by which people know it. */
  readonly file: string;
  /** Whether a journal with content is there. */
  exists(): boolean;
  /**
   * Writes the valid frames of the write-ahead log again, so that they are on the disk for certain, and makes the file
   * this long, as far as there is room, so that a commit changes no metadata of the file system.
   */
  reserve(bytes: number): void;
  /** Where closed batches move to; absent where they stay. */
  readonly archive?: JournalDisk;
  /** Why nothing could be written now, or null. Changes nothing on the disk. */
  trouble(spare_bytes: number): Problem | null;
  /** Moves a broken journal out of the way and keeps it; answers its new name. */
  setAside(stamp: string): string;
  /** The newest journal that was set aside, or null. */
  lastSetAside(): string | null;
  /** Makes the folder's entries durable. */
  syncFolder(): void;
  /** The marker, a small text outside the journal that says that one exists; null where there is none. */
  readMarker(): string | null;
  /** Replaces the marker as a whole, durably. */
  writeMarker(text: string): void;
}

const SIDES = ['', '-wal', '-shm'] as const;
const FRAME_BYTES = 24 + PAGE_BYTES;

/** The journal in `file`, and its marker in `marker`, which is best kept in another folder. Makes both folders. */
export function journalDisk({ file, marker }: { file: string; marker: string }): JournalDisk {
  const archive = diskOf({ file: join(dirname(file), 'archive.db'), marker });
  return { ...diskOf({ file, marker }), archive };
}

function diskOf({ file, marker }: { file: string; marker: string }): JournalDisk {
  const folder = dirname(file);
  mapped(file, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(dirname(marker), { recursive: true, mode: 0o700 });
  });
  const stem = `${basename(file, '.db')}-broken-`;

  return {
    location: file,
    file,
    exists: () => mapped(file, () => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0),
    reserve(bytes) {
      try {
        mapped(file, () => renew(`${file}-wal`, bytes));
      } catch (error) {
        // A full disk must not keep debts from being read and settled; a new sale asks trouble() first.
        if (!(error instanceof Fault && error.problem.kind === 'disk-full')) throw error;
      }
    },
    trouble(spare_bytes) {
      try {
        accessSync(folder, constants.W_OK);
      } catch (error) {
        return problemOfCode(error, file);
      }
      const { bavail, bsize } = mapped(file, () => statfsSync(folder));
      return bavail * bsize < spare_bytes ? { kind: 'disk-full', file } : null;
    },
    setAside: (stamp) =>
      mapped(file, () => {
        const aside = freeName(join(folder, `${stem}${stamp}`));
        for (const side of SIDES) if (existsSync(file + side)) renameSync(file + side, aside + side);
        syncFolder(folder);
        return aside;
      }),
    lastSetAside() {
      const names = mapped(file, () => readdirSync(folder));
      const found = names.filter((name) => name.startsWith(stem) && name.endsWith('.db'));
      const newest = found.sort().at(-1);
      return newest === undefined ? null : join(folder, newest);
    },
    syncFolder: () => mapped(file, () => syncFolder(folder)),
    readMarker: () => readIfThere(marker),
    writeMarker: (text) => mapped(marker, () => replaceFile(marker, text)),
  };
}

/**
 * A program that ended after a failed sync leaves frames that can be read although the disk may have none of them: the
 * kernel counts their pages as clean, so no later sync writes them, and after a power cut the log would end before
 * everything that followed them (wiki.postgresql.org/wiki/Fsync_Errors). So they are written again. Zeros after the
 * last frame are read as the end of the log, because a frame's checksum never fits them.
 */
function renew(wal: string, bytes: number): void {
  const read = existsSync(wal) ? readFileSync(wal) : new Uint8Array(0);
  const said = read.subarray(0, endOf(read));
  const missing = Math.max(0, bytes - read.length);
  if (said.length + missing === 0) return;
  const handle = openSync(wal, 'r+');
  try {
    writeSync(handle, said, 0, said.length, 0);
    writeSync(handle, new Uint8Array(missing), 0, missing, read.length);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The end of the frames that have the log's salts (sqlite.org/fileformat2.html, 4.1); 0 where there are none. */
function endOf(log: Uint8Array): number {
  const salts = (at: number) => Buffer.from(log.subarray(at, at + 8));
  const header = 32;
  let end = header;
  while (end + FRAME_BYTES <= log.length && salts(end + 8).equals(salts(16))) end += FRAME_BYTES;
  return end > header ? end : 0;
}

/** The time in the name of what is set aside. */
export function stampOf(at_ms: number): string {
  return new Date(at_ms).toISOString().replace(/[-:]|\..*/g, '');
}

/** A board without a clock of its own may set two aside in the same second; the later one sorts last. */
function freeName(path: string, number = 1): string {
  const name = `${path}${number === 1 ? '' : `_${number}`}.db`;
  return existsSync(name) ? freeName(path, number + 1) : name;
}

/** Null where there is no such file. An unreadable file is a Fault: that it is there says that a journal was made. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw faultOf(error, path);
  }
}

function replaceFile(path: string, text: string): void {
  const handle = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${path}.new`, path);
  syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Runs `work`; an error of the disk or of SQLite becomes a Fault whose kind tells the remedy. */
export function mapped<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw faultOf(error, file);
  }
}

/** A disk's or SQLite's error as a Fault; anything else, which is a bug, as it is. */
export function faultOf(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const code = resultOf(error);
  const problem = code === null ? problemOfCode(error, file) : problemOfResult(code, error, file);
  return problem === null ? error : new Fault(problem, { cause: error });
}

/** SQLITE_IOERR: the disk did not give or take a page. */
export const IOERR = 10;

/** Whether the Fault is an I/O error, as of a page that the disk did not give, and not, say, another process's lock. */
export function isUnread(error: unknown): boolean {
  const code = error instanceof Fault && error.problem.kind === 'disk-broken' ? resultOf(error.cause) : null;
  return code !== null && (code & 0xff) === IOERR;
}

/** SQLITE_IOERR_READ and SQLITE_IOERR_SHORT_READ. */
const READS = [IOERR | (1 << 8), IOERR | (2 << 8)];

/** Whether the disk may have the commit although it failed: true of every I/O error except a failed read. */
export function isUnsure(error: unknown): boolean {
  const code = error instanceof Fault ? resultOf(error.cause) : null;
  return code !== null && (code & 0xff) === IOERR && !READS.includes(code);
}

/** SQLite's result code; null where the error is not SQLite's. */
function resultOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : null;
}

/** Reads, and once more where the disk did not give a page: one bad moment does not mean that anything is broken. */
export function twice<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isUnread(error)) throw error;
    return read();
  }
}

/** An error like SQLite's own for a page that the disk did not give, for quick_check reports that only as text. */
export function unread(why: string): Error {
  return Object.assign(new Error(why), { errcode: IOERR, errstr: why });
}

/** SQLite's result codes (sqlite.org/rescode.html); the low byte is the primary one. */
function problemOfResult(code: number, error: Error, file: string): Problem | null {
  const why = 'errstr' in error ? String(error.errstr) : error.message;
  switch (code & 0xff) {
    case 13: // SQLITE_FULL
      return { kind: 'disk-full', file };
    case 8: // SQLITE_READONLY
      return { kind: 'disk-read-only', file };
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return { kind: 'journal-broken', file, why, set_aside: null };
    case 5: // SQLITE_BUSY: the lock of another terminal process
    case 6: // SQLITE_LOCKED
    case IOERR:
    case 14: // SQLITE_CANTOPEN
      return readOnlyNow(file) ? { kind: 'disk-read-only', file } : { kind: 'disk-broken', file, why };
    default:
      return null;
  }
}

const problemKinds = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'disk-read-only',
  EPERM: 'disk-read-only',
} as const;

function problemOfCode(error: unknown, file: string): Problem | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !('syscall' in error)) {
    return null;
  }
  const kind = problemKinds[error.code as keyof typeof problemKinds];
  return kind === undefined ? { kind: 'disk-broken', file, why: error.code } : { kind, file };
}

/** SQLite says "cannot open" of a file system that was mounted read-only. */
function readOnlyNow(file: string): boolean {
  try {
    accessSync(dirname(file), constants.W_OK);
    return false;
  } catch (error) {
    return problemOfCode(error, file)?.kind === 'disk-read-only';
  }
}
