import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/**
 * Starts a program that the kernel ends with its parent, however the parent dies: SIGKILL leaves no time to tidy up.
 * `setpriv` (util-linux, on every Debian) sets PR_SET_PDEATHSIG and becomes the program, so the pid is the program's.
 */
export function spawnOnLeash(
  ending: 'TERM' | 'KILL',
  command: string,
  words: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', ending, '--', command, ...words], options);
}
