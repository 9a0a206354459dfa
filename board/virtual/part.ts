import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { openBoundedLog } from './bounded-log.ts';
import { spawnOnLeash } from './leash.ts';

/** One of the programs of a countertop, as a child that never outlives its parent. */
export interface Part {
  readonly name: string;
  /** Resolves when it has ended, whether asked to or not. */
  readonly ended: Promise<PartEnd>;
  /** Sends SIGTERM, then SIGKILL if the program does not end. */
  stop(): Promise<void>;
}

export interface PartEnd {
  readonly asked: boolean;
  readonly code: number | null;
  readonly signal: string | null;
  /** Its last lines, oldest first. */
  readonly log: readonly string[];
}

const STOP_MS = 5000;

/** Starts a program. Its output goes to `DIR/NAME.log`; each line of its standard output goes to `said` as well. */
export function startPart(
  name: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> & { readonly GUITAI_DIR: string },
  said: (line: string) => void,
): Part {
  const log = openBoundedLog(join(env.GUITAI_DIR, `${name}.log`));
  // `detached` gives it its own session: Ctrl-C reaches only the launcher, which then stops its parts in order.
  const child = spawnOnLeash('TERM', process.execPath, words, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let asked = false;
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
  child.stdout?.on('data', (chunk: Buffer) => {
    log.write(chunk);
    for (const line of chunk.toString('utf8').split('\n')) if (line !== '') said(line);
  });
  const ended = new Promise<PartEnd>((resolve) => {
    const end = (code: number | null, signal: string | null) => {
      const lines = log.tail();
      log.close();
      resolve({ asked, code, signal, log: lines });
    };
    child.once('error', (error) => {
      log.write(`${error.message}\n`);
      end(null, null);
    });
    child.once('close', end);
  });
  return {
    name,
    ended,
    async stop() {
      asked = true;
      child.kill('SIGTERM');
      await orKill(child, ended);
    },
  };
}

async function orKill(child: ChildProcess, ended: Promise<PartEnd>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
