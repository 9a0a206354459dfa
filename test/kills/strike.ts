import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The process whose calls are counted and that is killed. */
export type Victim = (typeof VICTIMS)[number];
export const VICTIMS = ['terminal', 'bank'] as const;

/** One call of the terminal or the bank to the outside: which, on what, and whether it dies before or after it. */
export interface Point {
  readonly call: string;
  /** A file, `tcp`, `printer`, `stripe`, or a socket of the board's. */
  readonly target: string;
  /** Counts this call on this target, from 1. */
  readonly ordinal: number;
  readonly when: 'before' | 'after';
}

export interface Strike {
  /** True when the victim was killed there, false when it never came there or `stop` was called. */
  readonly struck: Promise<boolean>;
  /** Stops watching; the process goes on. */
  stop(): Promise<void>;
}

/** The tracer in strike.c, compiled into the folder of the countertop. */
export function tracer(dir: string) {
  const program = join(dir, 'strike');
  const source = join(import.meta.dirname, 'strike.c');
  execFileSync(process.env.CC ?? 'cc', ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);

  return {
    /** Kills that process at `point`; resolves when it is watched. */
    async strikeAt(pid: number, { call, target, ordinal, when }: Point): Promise<Strike> {
      const words = [String(pid), call, ttyOf(dir, target), String(ordinal), when];
      const { child, lines, ended } = await watched(program, words);
      const struck = ended.then(() => lines.includes('struck'));
      return { struck, stop: () => stopped(child, ended) };
    },

    /** Hears every call from now; `stop` tells them in their order, each as `CALL TARGET`. */
    async listen(pid: number): Promise<{ stop(): Promise<readonly string[]> }> {
      const { child, lines, ended } = await watched(program, [String(pid)]);
      return {
        async stop() {
          await stopped(child, ended);
          const names = ttyNames(dir);
          return lines
            .filter((line) => line.includes(' '))
            .map((line) => {
              const [call = '', target = ''] = line.split(' ');
              return `${call} ${names.get(target) ?? target}`;
            });
        },
      };
    },
  };
}

const PROGRAMS: Readonly<Record<Victim, string>> = { terminal: 'src/main.ts', bank: 'bank/main.ts' };

/** The process of the countertop in `dir`; null while there is none. */
export function processOf(victim: Victim, dir: string): number | null {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (of(pid, 'cmdline').includes(PROGRAMS[victim]) && of(pid, 'environ').includes(`GUITAI_DIR=${dir}\0`))
      return Number(pid);
  }
  return null;
}

function of(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // The process has ended since the folder was listed, or belongs to somebody else.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

async function watched(program: string, words: readonly string[]) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'ready') ready.resolve();
  });
  await Promise.race([
    ready.promise,
    ended.then(() => {
      if (!lines.includes('ready')) throw new Error(`${complaint.trim()}: it cannot be watched with ptrace here`);
    }),
  ]);
  return { child, lines, ended };
}

async function stopped(child: ChildProcess, ended: Promise<void>): Promise<void> {
  // The traced process runs on: the kernel detaches it when its tracer dies.
  child.kill();
  await ended;
}

/** Which tty each device of the board hangs on: `pts/3` is the printer. */
function ttyNames(dir: string): ReadonlyMap<string, string> {
  const folder = join(dir, 'board');
  const links = readdirSync(folder).filter((name) => /^tty-[a-z]+$/.test(name));
  return new Map(
    links.map((name) => [readlinkSync(join(folder, name)).replace('/dev/', ''), name.replace('tty-', '')]),
  );
}

function ttyOf(dir: string, target: string): string {
  for (const [tty, name] of ttyNames(dir)) if (name === target) return tty;
  return target;
}
