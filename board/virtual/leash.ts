import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/**
 * Starts a program that the kernel ends with its parent, however the parent dies: SIGKILL leaves no time to tidy up.
 * `setpriv` (util-linux, on every Debian) sets PR_SET_PDEATHSIG and becomes the program, so the pid is the program's.
 * `prlimit`, of the same package, before it: a program that has keys and PINs in its memory leaves no core file.
 */
export function spawnOnLeash(
  ending: 'TERM' | 'KILL',
  command: string,
  words: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return spawn('prlimit', ['--core=0', 'setpriv', '--pdeathsig', ending, '--', command, ...words], options);
}
