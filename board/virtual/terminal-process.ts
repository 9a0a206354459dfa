import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BoundedLog, openBoundedLog } from './bounded-log.ts';
import { spawnOnLeash } from './leash.ts';

/** Why a terminal that should be running is not. */
export interface Crash {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines that it wrote. */
  readonly log: readonly string[];
}

/** The terminal's process, with only what a power switch can do to it. */
export interface TerminalProcess {
  readonly running: boolean;
  /** Null while it is off. */
  readonly pid: number | null;
  readonly crash: Crash | null;
  start(): void;
  /** Sends SIGKILL to the whole group: no handler runs, as when the plug is pulled. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Calls `changed` when it started or ended. */
  watch(changed: () => void): () => void;
  close(): Promise<void>;
}

export interface TerminalCommand {
  /** GUITAI_DIR: state, sockets and the log are in it. */
  readonly dir: string;
  readonly program: string;
  readonly words: readonly string[];
}

/** The only environment variables that the terminal inherits; NODE_OPTIONS, above all, must not be one. */
const PASSED = ['PATH', 'HOME', 'GUITAI_CONFIG', 'LANG', 'TZ', 'NODE_COMPILE_CACHE', 'NODE_NO_WARNINGS'] as const;

export function terminalProcess(command: TerminalCommand): TerminalProcess {
  const log: BoundedLog = openBoundedLog(join(command.dir, 'terminal.log'));
  let child: ChildProcess | null = null;
  let gone: Promise<void> = Promise.resolve();
  let pulled = false;
  let crash: Crash | null = null;
  const watchers = new Set<() => void>();
  const tell = () => {
    for (const changed of watchers) changed();
  };

  return {
    get running() {
      return child !== null;
    },
    get pid() {
      return child?.pid ?? null;
    },
    get crash() {
      return crash;
    },
    start() {
      if (child !== null) return;
      crash = null;
      pulled = false;
      log.begin();
      // The socket file of a killed terminal must not be taken for that of the new one.
      rmSync(join(command.dir, 'status.sock'), { force: true });
      const started = launch(command);
      child = started;
      for (const stream of [started.stdout, started.stderr]) stream?.on('data', (chunk: Buffer) => log.write(chunk));
      gone = new Promise((resolve) => {
        const end = (code: number | null, signal: string | null, words?: string) => {
          if (child !== started) return;
          child = null;
          if (words !== undefined) log.write(`${words}\n`);
          if (!pulled) crash = { code, signal, log: log.tail() };
          tell();
          resolve();
        };
        started.once('error', (error) => end(null, null, error.message));
        started.once('close', (code, signal) => end(code, signal));
      });
      tell();
    },
    async kill() {
      pulled = true;
      crash = null;
      killGroup(child);
      await gone;
      // Tells watchers even where no process had to end: a crashed terminal is now switched off.
      tell();
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    async close() {
      pulled = true;
      killGroup(child);
      await gone;
      log.close();
    },
  };
}

/**
 * The same as in the terminal's unit (systemd/guitai.service); a test compares the two. --disable-sigusr1: no inspector
 * can be opened on a running terminal. The others save memory: a young generation that is collected sooner, and a
 * malloc that returns the memory of a password's slow hash instead of raising its thresholds to that size for good.
 */
export const launching = {
  words: ['--disable-sigusr1', '--max-semi-space-size=2'],
  environment: { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' },
} as const;

function launch({ dir, program, words }: TerminalCommand): ChildProcess {
  const passed = PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const environment = { ...Object.fromEntries(passed), ...launching.environment, GUITAI_DIR: dir };
  return spawnOnLeash('KILL', process.execPath, [...launching.words, program, ...words], {
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function killGroup(child: ChildProcess | null): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // The process ended just before the kill.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
