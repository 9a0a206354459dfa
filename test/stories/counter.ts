import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startCountertop } from '../../board/countertop.ts';

/** What the control API answers (ARCHITECTURE.md); every other story stands on these. */
export interface Row {
  readonly trace: string;
  readonly batch: string;
  readonly type: string;
  readonly amount: number;
  readonly state: string;
  readonly code: string | null;
  readonly particulars?: { readonly before?: number };
}
export interface Seen {
  readonly screen: string;
  readonly texts: readonly string[];
}

/** A whole countertop with its three processes, driven as an integrator's script drives it. */
export interface Counter {
  readonly dir: string;
  readonly url: string;
  /** The environment of its processes. */
  readonly env: Readonly<Record<string, string>>;
  press(...keys: string[]): Promise<void>;
  swipe(card: string): Promise<void>;
  /** Waits until this screen stands; throws where it does not come. */
  screen(wanted: string, timeout_ms?: number): Promise<Seen>;
  now(): Promise<Seen>;
  fault(fault: string, on: boolean): Promise<void>;
  power(on: boolean): Promise<void>;
  journal(): Promise<Row[]>;
  bank(): Promise<Row[]>;
  balance(card: string): Promise<number>;
  paper(): Promise<{ n: number; text: string; cut: boolean }[]>;
  get<T>(path: string): Promise<T>;
  /** One line to the bank's control socket. */
  tellBank(command: object): Promise<Record<string, unknown>>;
  signIn(): Promise<void>;
  /** Amount, card, number, PIN, Enter: up to the screen that says how it ended. */
  sell(amount: string, card: string, pin: string, end?: string): Promise<Seen>;
  /** Waits until `check` gives something else than null or false. */
  until<T>(what: string, check: () => Promise<T | null | false>, timeout_ms?: number): Promise<T>;
}

export interface CounterSettings {
  /** Changes to files of firmware-config, by name. */
  readonly config?: Readonly<Record<string, (text: string) => string>>;
  /** The bank's answer timer as the key centre sends it down. */
  readonly answer_timeout_ms?: number;
  /** How long the bank answers 90 as its day ends: by itself at 23:00, or when it is told to. */
  readonly cut_over_lasts_s?: number;
  /** Lets finger and printer work as fast as the terminal can follow. */
  readonly quick?: boolean;
  /** How long all its stories may take together. */
  readonly longest_ms?: number;
}

const root = join(import.meta.dirname, '..', '..');

/** Tells stories at a countertop of their own, which is there for nobody else and is gone afterwards. */
export function countertop(
  name: string,
  settings: CounterSettings,
  tell: (t: Test, counter: Counter) => Promise<void>,
) {
  return t.test(name, { timeout: settings.longest_ms ?? 170_000 }, async (t) => {
    const { counter, close } = await openCounter(settings);
    t.teardown(close);
    await tell(t, counter);
  });
}

export async function openCounter(settings: CounterSettings): Promise<{ counter: Counter; close(): Promise<void> }> {
  // By default the cut-over takes no time, so that stories told at that hour pass too.
  const { config = {}, answer_timeout_ms = 2000, cut_over_lasts_s = 0, quick = false } = settings;
  const dir = mkdtempSync(join(tmpdir(), 'guitai-'));
  const seed = join(dir, 'seed');
  cpSync(join(root, 'bank', 'seed'), seed, { recursive: true });
  edit(join(seed, 'acquirer.json'), (text) =>
    text
      .replace(/("answer_timeout_ms": )\d+/, `$1${answer_timeout_ms}`)
      .replace(/("cut_over_lasts_s": )\d+/, `$1${cut_over_lasts_s}`),
  );
  const folder = join(dir, 'config');
  cpSync(join(root, 'firmware-config'), folder, { recursive: true });
  for (const [file, change] of Object.entries(config)) edit(join(folder, file), change);
  const env = { GUITAI_SEED: seed, GUITAI_CONFIG: folder, GUITAI_QUICK: quick ? '1' : '0' };

  const countertop = await startCountertop({ dir, port: 0, env });
  return {
    counter: client(dir, countertop.url, env),
    async close() {
      await countertop.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

function client(dir: string, url: string, env: Counter['env']): Counter {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const said = await answer.text();
    if (!answer.ok) {
      const log = readFileSync(join(dir, 'terminal.log'), 'utf8').slice(-2000);
      throw new Error(`${method} ${path}: ${answer.status} ${said}\n${log}`);
    }
    return JSON.parse(said) as T;
  }
  const counter: Counter = {
    dir,
    url,
    env,
    get: (path) => call('GET', path),
    press: (...keys) => call('POST', 'press', { keys }),
    swipe: (card) => call('POST', 'card', { card, how: 'swipe' }),
    fault: (fault, on) => call('POST', 'fault', { fault, on }),
    power: (on) => call('POST', 'power', { on }),
    now: () => call('GET', 'screen'),
    journal: () => call('GET', 'journal'),
    bank: () => call('GET', 'bank/transactions'),
    paper: () => call('GET', 'paper'),
    tellBank: (command) => tell(join(dir, 'bank', 'control.sock'), command),
    async screen(wanted, timeout_ms = 8000) {
      const seen = await call<Seen>('GET', `screen?wait=${wanted}&timeout_ms=${timeout_ms}`).catch(() => counter.now());
      if (seen.screen !== wanted) throw new Error(`not ${wanted} but ${seen.screen}: ${seen.texts.join(' | ')}`);
      return seen;
    },
    async balance(card) {
      const accounts = await call<{ id: string; balance: number }[]>('GET', 'bank/accounts');
      return accounts.find(({ id }) => id === card)?.balance ?? Number.NaN;
    },
    async signIn() {
      for (let turn = 1; ; turn++) {
        await counter.screen('signin.operator', 15_000);
        await counter.press('0', '1', 'enter');
        // On a busy machine a digit may be lost: the screen is checked, and the number typed again.
        const asked = await counter.screen('signin.password').catch(() => null);
        if (asked?.texts.some((text) => text.includes('01')) === true) {
          await counter.press('0', '0', '0', '0', 'enter');
          const seen = await counter.screen('idle').catch((error: Error) => error);
          if (!(seen instanceof Error)) return;
          if (turn === 3) throw seen;
        }
        if (turn === 3) throw new Error('nobody can sign in');
        await counter.press('cancel');
      }
    },
    async sell(amount, card, pin, end = 'sale.approved') {
      await counter.press(...amount, 'enter');
      await counter.screen('sale.card');
      await counter.swipe(card);
      await counter.screen('sale.number');
      await counter.press('enter');
      // Without a PIN: an Enter that comes at once would count as a second press on the screen before.
      if (pin === '') await counter.screen('sale.pin').then(() => setTimeout(600));
      await counter.press(...pin, 'enter');
      return counter.screen(end);
    },
    async until(what, check, timeout_ms = 15_000) {
      const deadline = Date.now() + timeout_ms;
      for (;;) {
        const found = await check();
        if (found !== null && found !== false) return found;
        if (Date.now() > deadline) throw new Error(`${what}: not within ${timeout_ms} ms`);
        await setTimeout(50);
      }
    },
  };
  return counter;
}

function tell(path: string, command: object): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let said = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (chunk: string) => {
      said += chunk;
      if (!said.includes('\n')) return;
      socket.destroy();
      resolve(JSON.parse(said));
    });
    socket.write(`${JSON.stringify(command)}\n`);
  });
}

/** The states that the bank may have for each state of the terminal's row. */
const atTheBank: Readonly<Record<string, readonly (string | undefined)[]>> = {
  approved: ['posted'],
  // Declined by the bank, or by the terminal before a byte left.
  declined: ['declined', undefined],
  voided: ['voided'],
  refunded: ['posted'],
  // A request that never came has a tombstone, which an inquiry has found.
  reversed: ['reversed', 'tombstone'],
  'reversed-unconfirmed': ['tombstone', 'reversed'],
};

/** Runs one story and checks the books before it (nothing may be open) and after it (everything must agree). */
export async function story(t: Test, counter: Counter, name: string, tell: (t: Test) => Promise<void>): Promise<void> {
  await t.test(name, async (t) => {
    await clean(t, counter, 'before');
    await tell(t);
    await clean(t, counter, 'after');
  });
}

/** Checks that journal and bank agree on each trace, that the ledger's sum is zero, no fault is on and idle stands. */
export async function clean(t: Test, counter: Counter, when: string): Promise<void> {
  await counter.screen('idle');
  const faults = await counter.get<Record<string, unknown>>('fault');
  t.notMatch(JSON.stringify(faults), /"on":true/, `${when}: no fault is on`);
  const ledger = await counter.get<{ sum: number }>('bank/ledger');
  t.equal(ledger.sum, 0, `${when}: the ledger's sum is zero`);
  const bank = await counter.bank();
  for (const row of await counter.journal()) {
    const booked = bank.find(({ trace, batch }) => trace === row.trace && batch === row.batch);
    const expected = atTheBank[row.state] ?? [];
    t.ok(expected.includes(booked?.state), `${when}: ${row.trace} is ${row.state}, at the bank ${booked?.state}`);
    // The bank's row of a tip has the new total as its amount, as the message does.
    const amount = row.type === 'tip' ? row.amount + (row.particulars?.before ?? 0) : row.amount;
    if (booked !== undefined && row.state === 'approved') t.equal(booked.amount, amount, `${when}: ${row.trace}`);
  }
  for (const row of bank.filter(({ state }) => state === 'posted')) {
    const ours = (await counter.journal()).find(({ trace, batch }) => trace === row.trace && batch === row.batch);
    t.match(ours?.state, /^(approved|refunded)$/, `${when}: what the bank charged as ${row.trace} is a sale here`);
  }
}

/** Every file under a folder, for sweeps. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
