import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BoardDescription } from '../buses.ts';
import { startBoard } from './board.ts';
import { virtualDevices } from './devices.ts';
import { QUICK } from './finger.ts';
import { Refusal } from './refusal.ts';
import { WalletError } from './wallet.ts';

/**
 * The virtual board as a program: GUITAI_DIR is its folder, GUITAI_PORT the page's port. With GUITAI_QUICK=1 its finger
 * and its printer are as fast as the terminal can follow, for tests with thousands of payments.
 */

const root = join(import.meta.dirname, '..', '..');
const dir = resolve(process.env.GUITAI_DIR ?? join(root, '.guitai'));
const port = Number(process.env.GUITAI_PORT ?? 8583);
const quick = process.env.GUITAI_QUICK === '1';
const QUICK_PAPER_MM_S = 1500;
const description: BoardDescription = JSON.parse(
  readFileSync(join(root, 'firmware-config', 'boards', 'virtual.json'), 'utf8'),
);

try {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const board = await startBoard({
    dir,
    port,
    devices: () => virtualDevices({ dir, description, ...(quick && { paper_mm_s: QUICK_PAPER_MM_S }) }),
    terminal: { program: join(root, 'src', 'main.ts'), words: [] },
    power: true,
    ...(quick && { finger: QUICK }),
    crashed: ({ code, signal, log }) => {
      process.stdout.write(`终端意外停止 · the terminal stopped by itself (${signal ?? `code ${code}`})\n`);
      for (const line of log) process.stdout.write(`    ${line}\n`);
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void board.close());
  // Where the folder is removed under a running board, a test was killed: the board ends too.
  const gone = setInterval(() => existsSync(dir) || process.exit(1), 2000);
  gone.unref();
} catch (error) {
  process.stderr.write(`board: ${explained(error)}\n`);
  process.exitCode = 1;
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof WalletError || error instanceof Refusal) return `${error.message} → ${error.remedy}`;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `port ${port} is taken by another program → set GUITAI_PORT to another port`;
  }
  return error.stack ?? error.message;
}
