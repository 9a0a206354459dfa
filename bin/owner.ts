import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * `nothing`: there is no such folder. `kept-out`: it belongs to another user, and this process cannot become that user.
 */
export type OwnerEnd = 'owner' | 'nothing' | 'kept-out';

/**
 * Makes this process run as the owner of the folder: files that root writes in a terminal's folder could not be read by
 * the terminal at its next start.
 */
export function becomeOwnerOf(folder: string): OwnerEnd {
  const owner = ownerOf(folder);
  if (typeof owner === 'string') return owner;
  if (process.getuid?.() === owner.uid) return 'owner';
  if (process.getuid?.() !== 0) return 'kept-out';
  // The groups first: nobody but root may change them.
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  return 'owner';
}

function ownerOf(folder: string): { uid: number; gid: number } | Exclude<OwnerEnd, 'owner'> {
  try {
    return statSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    if (code === 'EACCES' || code === 'EPERM') return 'kept-out';
    throw error;
  }
}

/** Whether a terminal process runs in the folder now, even one that only shows why it cannot work. */
export async function isRunningIn(dir: string): Promise<boolean> {
  const socket = connect(join(dir, 'status.sock'));
  const { promise: answered, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true));
  // Nobody listens; a socket file may be left from a power cut.
  socket.once('error', () => resolve(false));
  const running = await answered;
  socket.destroy();
  return running;
}
