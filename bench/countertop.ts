import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoardDescription } from '../board/buses.ts';
import { virtualDevices } from '../board/virtual/devices.ts';
import type { FarEnds, KeyName } from '../board/virtual/far-ends.ts';
import { type Part, startPart } from '../board/virtual/part.ts';
import { openStatus, type Status } from '../board/virtual/status.ts';
import { type TerminalProcess, terminalProcess } from '../board/virtual/terminal-process.ts';
import { openTimedLines, type TimedLines } from './timed-lines.ts';

/**
 * A countertop whose device models run in this process, so that key edges, bytes on the line and rectangles on the
 * panel are timed by one clock. The terminal is the real program, started as the virtual board starts it.
 */
export interface BenchCountertop extends AsyncDisposable {
  readonly dir: string;
  readonly devices: FarEnds;
  readonly lines: TimedLines;
  readonly status: Status;
  readonly terminal: TerminalProcess;
  /** Starts the terminal; resolves to the time until its sign-in screen, in ms. */
  powerOn(): Promise<number>;
  powerOff(): Promise<void>;
  /** One key after another, as a finger does; resolves to the time of the last leading edge. */
  press(...keys: readonly KeyName[]): Promise<number>;
  /** Releases a key that is down, and waits until the next may follow. */
  lift(key: KeyName): Promise<void>;
  /** Waits for this screen. */
  screen(wanted: string): Promise<void>;
  /** Waits until so many slips have been printed since the countertop was opened. */
  papers(count: number): Promise<void>;
}

const root = join(import.meta.dirname, '..');
const SERIAL = 'GT-V-000001';
/** The same pace as that of the control API's finger. */
const DOWN_MS = 40;
const UP_MS = 40;

export async function openCountertop(program = join(root, 'src', 'main.ts')): Promise<BenchCountertop> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-bench-'));
  mkdirSync(join(dir, 'board'), { mode: 0o700 });
  const bank = await openBank(dir);
  const lines = await openTimedLines(join(dir, 'lines.json'), published(dir));
  const description: BoardDescription = JSON.parse(
    readFileSync(join(root, 'firmware-config', 'boards', 'virtual.json'), 'utf8'),
  );
  const devices = await virtualDevices({ dir, description });
  const terminal = terminalProcess({ dir, program, words: [] });
  const status = openStatus(join(dir, 'status.sock'));

  const screen = async (wanted: string) => {
    const { came, seen } = await status.screenWhen(wanted, 20_000);
    if (came) return;
    const log = readFileSync(join(dir, 'terminal.log'), 'utf8').slice(-2000);
    throw new Error(`not ${wanted} but ${seen?.screen}: ${seen?.texts.join(' | ')}\n${log}`);
  };
  const lift = async (key: KeyName) => {
    await sleep(DOWN_MS);
    devices.key(key, false);
    await sleep(UP_MS);
  };
  return {
    ...{ dir, devices, lines, status, terminal, screen, lift },
    async powerOn() {
      const start = performance.now();
      devices.power(true);
      terminal.start();
      // Polls every 4 ms: a watch retries a missing status socket only every 150 ms, and so would report late.
      for (let seen = ''; seen !== 'signin.operator'; ) {
        await sleep(4);
        seen = await status.screen().then(
          ({ screen }) => screen,
          () => '',
        );
        if (terminal.crash !== null) throw new Error(terminal.crash.log.join('\n'));
      }
      return performance.now() - start;
    },
    async powerOff() {
      const gone = terminal.kill();
      devices.power(false);
      await gone;
    },
    async press(...keys) {
      let edge = 0;
      for (const key of keys) {
        edge = performance.now();
        devices.key(key, true);
        await lift(key);
      }
      return edge;
    },
    async papers(count) {
      const deadline = performance.now() + 20_000;
      while ((devices.paper.slips().at(-1)?.n ?? 0) < count) {
        if (performance.now() > deadline) throw new Error(`no ${count} slips`);
        await sleep(20);
      }
    },
    async [Symbol.asyncDispose]() {
      await terminal.close();
      await lines.close();
      await devices.close();
      await bank.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const published = (dir: string) => join(dir, 'bank', 'bank.json');

/** Provisions the terminal's certificate, then starts the bank as a process of its own. */
async function openBank(dir: string): Promise<Part> {
  const program = join(root, 'bank', 'main.ts');
  const factory = startPart(
    'factory',
    [program, 'provision', '--serial', SERIAL],
    { GUITAI_DIR: dir },
    () => undefined,
  );
  const { code, log } = await factory.ended;
  if (code !== 0) throw new Error(log.join('\n'));
  const bank = startPart('bank', [program, '--quiet'], { GUITAI_DIR: dir }, () => undefined);
  const deadline = performance.now() + 10_000;
  while (!existsSync(published(dir))) {
    if (performance.now() > deadline) throw new Error('the bank does not come up');
    await sleep(20);
  }
  return bank;
}
