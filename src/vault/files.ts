import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Fault, type Problem } from '../values/problem.ts';

/** Where the vault keeps what it seals. A name is a file's name, never a path. */
export interface VaultFiles {
  read(name: string): Uint8Array | null;
  /** Whole or not at all, and on the disk when it returns. */
  write(name: string, bytes: Uint8Array): void;
  /** Adds to the end; on the disk when it returns. */
  append(name: string, bytes: Uint8Array): void;
}

/** The vault's folder: 0700, its files 0600. Refuses a folder that others can enter. */
export function vaultFiles(folder: string): VaultFiles {
  guarded(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const { mode } = statSync(folder);
  if ((mode & 0o077) !== 0) {
    const why = `is open to others (${(mode & 0o777).toString(8)}); only its owner may enter (700)`;
    throw new Fault({ kind: 'disk-broken', file: folder, why });
  }
  return {
    read(name) {
      const file = join(folder, name);
      return guarded(file, () => (existsSync(file) ? readFileSync(file) : null));
    },
    write(name, bytes) {
      const file = join(folder, name);
      guarded(file, () => {
        put(`${file}.new`, 'w', bytes);
        renameSync(`${file}.new`, file);
        syncFolder(folder);
      });
    },
    append(name, bytes) {
      const file = join(folder, name);
      guarded(file, () => {
        const isNew = !existsSync(file);
        put(file, 'a', bytes);
        if (isNew) syncFolder(folder);
      });
    },
  };
}

function put(file: string, how: 'w' | 'a', bytes: Uint8Array): void {
  const open = openSync(file, how, 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(open, bytes, written);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
  chmodSync(file, 0o600);
}

/** A rename is durable only when its folder is (fsync(2)). */
function syncFolder(folder: string): void {
  const open = openSync(folder, 'r');
  try {
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Fault(problemOf(file, cause), { cause });
  }
}

function problemOf(file: string, cause: unknown): Problem {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'disk-full', file };
  if (code === 'EROFS') return { kind: 'disk-read-only', file };
  return { kind: 'disk-broken', file, why: code };
}
