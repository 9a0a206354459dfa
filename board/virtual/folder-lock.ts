import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parsed } from './json-lines.ts';
import { writeAtomically } from './lines.ts';

export interface Holder {
  readonly pid: number;
  /** Null while it is still starting. */
  readonly url: string | null;
}

export interface FolderLock {
  /** Publishes the address, so that a second start can name it. */
  publish(url: string): void;
  release(): void;
}

/**
 * One countertop per folder. The lock is SQLite's own (a record lock of the kernel), so it dies with the process that
 * holds it, however it dies. Returns the holder where there is one already.
 */
export function lockFolder(dir: string): { lock: FolderLock } | { holder: Holder } {
  const file = join(dir, 'countertop.json');
  const database = new DatabaseSync(join(dir, 'countertop.lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    return { holder: readHolder(file) };
  }
  writeAtomically(file, { pid: process.pid, url: null });
  return {
    lock: {
      publish: (url) => writeAtomically(file, { pid: process.pid, url }),
      release() {
        rmSync(file, { force: true });
        database.close();
      },
    },
  };
}

const SQLITE_BUSY = 5;

function readHolder(file: string): Holder {
  try {
    const { pid, url } = (parsed(readFileSync(file, 'utf8')) ?? {}) as Record<string, unknown>;
    return { pid: typeof pid === 'number' ? pid : 0, url: typeof url === 'string' ? url : null };
  } catch (error) {
    // The holder has the lock but has not written its file yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { pid: 0, url: null };
    throw error;
  }
}
