import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Memory of a process in bytes: resident; resident with shared pages counted by its share; the largest resident so far.
 */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return {
    rss: kilobytes(status, 'VmRSS') * 1024,
    pss: kilobytes(rollup, 'Pss') * 1024,
    peak: kilobytes(status, 'VmHWM') * 1024,
  };
}

/** Bytes that a process has caused to be written to the disk so far (proc(5), `write_bytes`). */
export function writtenBy(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

function kilobytes(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Seconds of processor time that a process has used, in user and kernel mode. */
export function cpuSecondsOf(pid: number): number {
  // proc(5): the name in brackets may hold anything, so the fields are counted from its end; utime is the 14th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
