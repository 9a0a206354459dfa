import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBank } from '../bank/bank.ts';
import { provision } from '../bank/provision.ts';
import { startBoard } from '../board/virtual/board.ts';
import { virtualDevices } from '../board/virtual/devices.ts';
import type { ReplayDesk } from '../board/virtual/replay-desk.ts';
import { journalDisk } from '../src/journal/disk.ts';
import { openJournal } from '../src/journal/journal.ts';
import type { Recorded } from '../src/recorder/happening.ts';
import { aheadBy } from '../src/values/clock.ts';
import { batch, following, trace } from '../src/values/trace.ts';
import type { Film } from './film.ts';
import { openReplayLine, type Shared } from './line.ts';
import { type Begin, type Passwords, writeConfig, writeSeed } from './stage-files.ts';

/** The countertop of a replay: bank, board and terminal in a fresh folder, with the recorded configuration. */
export interface Stage {
  /** The page's address. */
  readonly url: string;
  readonly passwords: Passwords;
  /** From now on the line answers as recorded. */
  begin(): void;
  press(keys: readonly string[]): Promise<void>;
  /** Swipes the card as soon as the reader waits for one. */
  swipe(card: string): Promise<void>;
  fault(fault: string, on: boolean): Promise<void>;
  power(on: boolean): Promise<void>;
  /** Waits for this screen. */
  stands(screen: string, most_ms: number): Promise<void>;
  /** Sets the wall clock of terminal and bank. */
  setTime(at: string): void;
  /** Calls `heard` with every record that the terminal makes, across restarts. */
  follow(heard: (record: Recorded) => void): void;
  close(): Promise<void>;
}

export interface StageParts {
  readonly film: Film;
  readonly begin: Begin;
  readonly port: number;
  readonly desk: ReplayDesk | null;
  readonly wrong: (why: string) => void;
}

const root = join(import.meta.dirname, '..');
const SWIPE_MS = 8000;

export async function openStage({ film, begin, port, desk, wrong }: StageParts): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-replay-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(dir, { recursive: true, force: true }));
  const aheadFile = join(dir, 'ahead');
  let ahead_ms = 0;
  const setTime = (at: string) => {
    ahead_ms = Date.parse(at) - Date.now();
    writeFileSync(aheadFile, String(ahead_ms));
  };
  setTime(film.frames[0]?.record.at ?? new Date().toISOString());
  const clock = aheadBy(() => ahead_ms);

  const passwords = writeConfig(join(dir, 'config'), begin);
  process.env.GUITAI_CONFIG = join(dir, 'config');
  writeSeed(join(dir, 'seed'), begin, film);
  const bank = await startBank({ dir, seed: join(dir, 'seed'), clock });
  opened.defer(() => bank.close());
  await provision(join(dir, 'bank'), begin.config.terminal.serial, join(dir, 'terminal', 'identity'), clock);
  beginJournal(join(dir, 'terminal'), begin);

  const shared: Shared = { used: new Set(), given: new Map() };
  let running = false;
  const line = async (name: 'primary' | 'backup') => {
    const { port: bankPort } = new URL(bank.addresses[name]);
    const opening = await openReplayLine(
      {
        exchanges: () => (running ? film.exchanges : null),
        bank: { host: '127.0.0.1', port: Number(bankPort) },
        seal: bank.seal,
        wrong,
      },
      shared,
    );
    opened.defer(() => opening.close());
    return `tcp://127.0.0.1:${opening.port}`;
  };
  const between = { ...bank.addresses, primary: await line('primary'), backup: await line('backup') };
  writeFileSync(join(dir, 'bank', 'bank.json'), JSON.stringify(between));

  const description = JSON.parse(readFileSync(join(dir, 'config', 'boards', 'virtual.json'), 'utf8'));
  const board = await startBoard({
    ...{ dir, port, power: false, ...(desk === null ? {} : { replay: desk }) },
    devices: () => virtualDevices({ dir, description }),
    terminal: { program: join(root, 'src', 'main.ts'), words: ['--ahead', aheadFile] },
    crashed: ({ code, signal, log }) => wrong(`the terminal stopped (${signal ?? code}): ${log.at(-1) ?? ''}`),
  });
  opened.defer(() => board.close());
  const follower = recordsOf(join(dir, 'status.sock'));
  opened.defer(follower.close);

  const post = poster(board.url);
  const whole = opened.move();
  let closing: Promise<void> | null = null;
  return {
    url: board.url,
    passwords,
    begin() {
      running = true;
    },
    press: async (keys) => void (await post('press', { keys })),
    async swipe(card) {
      const until_ms = performance.now() + SWIPE_MS;
      while (!(await post('card', { card, how: 'swipe' }, [409]))) {
        if (performance.now() > until_ms) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    fault: async (fault, on) => void (await post('fault', { fault, on })),
    power: async (on) => void (await post('power', { on })),
    stands: async (screen, most_ms) =>
      void (await fetch(`${board.url}/api/screen?wait=${screen}&timeout_ms=${most_ms}`)),
    setTime,
    follow: follower.follow,
    close() {
      closing ??= whole.disposeAsync();
      return closing;
    },
  };
}

/** Makes a journal that continues the recorded one: same batch, and the trace after the last one taken. */
function beginJournal(home: string, begin: Begin): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const disk = journalDisk({ file: join(home, 'journal', 'journal.db'), marker: join(home, 'vault', 'journal.json') });
  const first = { batch: batch(begin.batch), trace: following(trace(begin.trace)) };
  openJournal({ disk, random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)), first }).close();
}

/** Calls the control API. True where it was done, false where the answer has one of the `refused` statuses. */
function poster(url: string): (call: string, body: object, refused?: readonly number[]) => Promise<boolean> {
  return async (call, body, refused = []) => {
    const answer = await fetch(`${url}/api/${call}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    if (answer.ok) return true;
    if (refused.includes(answer.status)) return false;
    throw new Error(`${call} ${JSON.stringify(body)}: ${answer.status} ${await answer.text()}`);
  };
}

interface Follower {
  follow(heard: (record: Recorded) => void): void;
  close(): void;
}

const RETRY_MS = 30;

/** Follows the terminal's records on its status socket, from the first one after each start. */
function recordsOf(path: string): Follower {
  const listeners: ((record: Recorded) => void)[] = [];
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Socket | null = null;
  const open = () => {
    const socket = connect(path, () => socket.write('{"ask":"follow"}\n'));
    current = socket;
    let gathered = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (gathered + text).split('\n');
      gathered = lines.pop() ?? '';
      for (const line of lines) {
        const record = JSON.parse(line) as Recorded;
        for (const heard of listeners) heard(record);
      }
    });
    // An error is followed by 'close', which starts the next try.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (!closed) timer = setTimeout(open, RETRY_MS);
    });
  };
  open();
  return {
    follow: (heard) => void listeners.push(heard),
    close() {
      closed = true;
      clearTimeout(timer);
      current?.destroy();
    },
  };
}
