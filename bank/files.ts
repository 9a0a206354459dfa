import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whole or not at all, and on the disk: written beside, synced, renamed, its folder synced. */
export function writeWhole(file: string, content: Uint8Array | string, mode: number): void {
  renameSync(writtenBeside(file, content, mode), file);
  syncFolder(dirname(file));
}

/** As `writeWhole`, but a file that is there already stays: of two processes, the first one wins. */
export function writeOnce(file: string, content: Uint8Array | string, mode: number): void {
  const beside = writtenBeside(file, content, mode);
  try {
    linkSync(beside, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    unlinkSync(beside);
  }
  syncFolder(dirname(file));
}

function writtenBeside(file: string, content: Uint8Array | string, mode: number): string {
  const beside = `${file}.${process.pid}.new`;
  const handle = openSync(beside, 'w', mode);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } catch (error) {
    unlinkSync(beside);
    throw error;
  } finally {
    closeSync(handle);
  }
  return beside;
}

export function syncFolder(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
