/** Checks the order of calls on which promises rest: what breaks it in this run, in words. */
export function outOfOrder(heard: readonly string[]): readonly string[] {
  const found: string[] = [];
  /** Files that were written and are not synced yet. */
  const unsynced = new Set<string>();
  /** The file renamed last, until its folder is synced: only then is the new name on the disk. */
  let renamed: string | null = null;
  for (const line of heard) {
    const [call = '', target = ''] = line.split(' ');
    if (isFile(target) && WRITES.includes(call)) unsynced.add(target);
    if (SYNCS.includes(call)) {
      unsynced.delete(target);
      if (isFolder(target)) renamed = null;
    }
    if (call === 'rename' && isFile(target)) {
      if (unsynced.has(target)) found.push(`${target} took its place before it was on the disk`);
      renamed = target;
    }
    // Money rule 1: what is written of a request is on the disk before its first byte leaves.
    if (target === 'tcp' && WRITES.includes(call)) {
      for (const file of unsynced) if (isJournal(file)) found.push(`${line}: ${file} was not on the disk`);
    }
  }
  if (renamed !== null) found.push(`the folder of ${renamed} was not synced`);
  return found;
}

const WRITES = ['write', 'writev', 'pwrite', 'pwritev', 'sendto', 'sendmsg'];
const SYNCS = ['fsync', 'fdatasync'];
/** Without the flight record's files: it promises nothing and is not synced before a message leaves. */
const FILES = /^(journal\.db(-wal)?|[a-z]+\.(json|sealed)\.new)$/;

const isFile = (target: string): boolean => FILES.test(target);
const isFolder = (target: string): boolean => ['vault', 'journal', 'terminal'].includes(target);
const isJournal = (target: string): boolean => target === 'journal.db-wal';
