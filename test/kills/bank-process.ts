import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Part, startPart } from '../../board/virtual/part.ts';
import type { Counter } from '../stories/counter.ts';
import { processOf } from './strike.ts';

/** Kills the bank of a countertop and starts it again when it has died. */
export interface BankKeeper {
  /** Kills it, and starts it again without waiting for it. */
  anew(): Promise<void>;
  /** Resolves when it has published where it listens. */
  up(): Promise<void>;
  /** Starts it again after a moment, as a supervisor does; resolves when it has published where it listens. */
  again(): Promise<void>;
  close(): Promise<void>;
}

const program = join(import.meta.dirname, '..', '..', 'bank', 'main.ts');
/** systemd's own RestartSec. */
const A_MOMENT_MS = 100;
const UP_MS = 20_000;

export function bankKeeper({ dir, env }: Pick<Counter, 'dir' | 'env'>): BankKeeper {
  const published = join(dir, 'bank', 'bank.json');
  let bank: Part | null = null;

  function start(): void {
    // The address that the dead bank published would be taken for the new one's.
    rmSync(published, { force: true });
    bank = startPart('bank', [program], { ...env, GUITAI_DIR: dir }, () => undefined);
  }

  async function up(): Promise<void> {
    let ended: string | null = null;
    void bank?.ended.then(({ log }) => {
      ended = log.join('\n');
    });
    const until_ms = performance.now() + UP_MS;
    while (!existsSync(published)) {
      if (ended !== null || performance.now() > until_ms) throw new Error(`the bank does not start again: ${ended}`);
      await sleep(5);
    }
  }

  return {
    async anew() {
      const pid = processOf('bank', dir);
      if (pid === null) throw new Error('there is no bank');
      process.kill(pid, 'SIGKILL');
      while (processOf('bank', dir) === pid) await sleep(5);
      start();
    },
    up,
    async again() {
      await sleep(A_MOMENT_MS);
      start();
      await up();
    },
    async close() {
      await bank?.stop();
    },
  };
}
