import { Track } from '../src/card/track.ts';
import { wasICharged } from '../src/charged/charged.ts';
import { texts } from '../src/config/texts.ts';
import type { AdviceEnd } from '../src/host/advice.ts';
import type { Answer } from '../src/host/answers.ts';
import type { FinancialRequest } from '../src/host/host.ts';
import type { ReversalEnd } from '../src/host/reversal.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { Journal } from '../src/journal/journal.ts';
import type { Key } from '../src/operator/keypad.ts';
import type { Operator } from '../src/operator/operator.ts';
import type { Screen } from '../src/operator/screen.ts';
import type { BarFacts } from '../src/operator/screens/bar.ts';
import { openOutbox } from '../src/outbox/outbox.ts';
import type { Counter } from '../src/payment/counter.ts';
import { Pan } from '../src/values/pan.ts';
import { Fault } from '../src/values/problem.ts';
import { blockCipher } from '../src/vault/ciphers.ts';
import { pinEntry } from '../src/vault/pin-entry.ts';
import { answerOf, journalIn, testFolder } from './journal-bench.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

const bar: BarFacts = {
  ...{ operator: '01', batch: null, line: null, paper: null, time: null, lab: true },
  support: { machine: '-', accounts: '-' },
};

export const yes = { ...answerOf('charged', '00'), signInAgain: false } satisfies Answer;
export const no = { ...answerOf('not charged', '51'), signInAgain: false } satisfies Answer;
export const nothing = { ...answerOf('unknown', null, 'silent'), signInAgain: false } satisfies Answer;

type Swipe = 'stripe' | 'pin' | 'chip' | 'worn' | 'online';

/** A counter with the real flow, journal and outbox, and a bank, a clerk and a card that a test speaks for. */
export interface SaleBench {
  readonly counter: Counter;
  readonly journal: Journal;
  readonly clock: VirtualClock;
  /** Names of the screens that stood; `said` has what was said meanwhile of the journal's newest row. */
  readonly screens: string[];
  readonly texts: () => string[];
  /** The labels of the keys under the screen. */
  readonly foot: () => Screen['foot'];
  /** Waits until the screen says this. */
  says(words: RegExp): Promise<string>;
  readonly said: string[];
  readonly sent: { trace: string; pin: unknown }[];
  readonly beeps: string[];
  /** How often the flow has asked for the sign-in that the bank may want. */
  signedInFirst: number;
  /** Whether a payment can follow that sign-in. */
  paysAfter: boolean;
  reversals: number;
  answers: (entry: Entry | null) => Answer | Promise<Answer>;
  reverses: () => ReversalEnd | Promise<ReversalEnd>;
  signsIn: () => boolean | Promise<boolean>;
  /** What the bank says to an advice, and to an echo. */
  advises: () => AdviceEnd | Promise<AdviceEnd>;
  echoes: () => unknown;
  prepares: () => void;
  press(...keys: Key[]): void;
  swipe(how?: Swipe): void;
  /** Puts in another working key for PINs, as if the bank had given new keys. */
  newKeys(): void;
  /** How often a card was wiped, and a request that was never sent. */
  readonly wiped: () => number;
  readonly unsent: () => number;
  readonly watching: () => number;
  /** Waits until this screen stands for the `time`-th time. */
  screen(id: string, time?: number): Promise<void>;
}

/** The terms of the lab's profile. */
const terms = {
  preauth_void: { offered: true, supervisor: true, pin: true },
  completion: { offered: true, pin: true, over_percent: 15, hold_days: 30, by: 'request' },
  completion_void: { offered: true, supervisor: true, pin: true },
  instalment: { offered: true, plan: '01', periods: [3, 6, 12, 24] },
  offline: { offered: true, floor_fen: 20_000 },
  voice: { offered: true, limit_fen: 500_000 },
  adjust: { offered: true, supervisor: true },
  tip: { offered: true, most_percent: 20 },
  inquiry: { offered: true },
};

const keys = ['0123456789ABCDEFFEDCBA9876543210', 'FEDCBA98765432100123456789ABCDEF'];

export function saleBench(t: { teardown(after: () => void): unknown }): SaleBench {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  const typed: Key[] = [];
  let taker: ((key: Key) => void) | null = null;
  let standing: Screen | null = null;
  const swipes: Swipe[] = [];
  let swiped: ((how: Swipe) => void) | null = null;
  let wiped = 0;
  let unsent = 0;
  let watching = 0;
  let pik = 0;
  const cipher = () => blockCipher('3des', Buffer.from(keys[pik] ?? '', 'hex'));

  const press = (signal?: AbortSignal): Promise<Key> => {
    signal?.throwIfAborted();
    const key = typed.shift();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve, reject) => {
      taker = resolve;
      signal?.addEventListener('abort', () => {
        if (taker === resolve) taker = null;
        reject(signal.reason);
      });
    });
  };
  const operator: Operator = {
    confirm_s: 60,
    show(draw) {
      standing = draw(texts('en'), bar);
      if (bench.screens.at(-1) !== standing.id) bench.screens.push(standing.id);
    },
    refresh: () => undefined,
    press,
    async pressWithin(seconds, count, signal) {
      count?.(seconds);
      const over = new AbortController();
      const ended = AbortSignal.any(signal === undefined ? [over.signal] : [signal, over.signal]);
      const pressed = press(ended);
      pressed.catch(() => undefined);
      try {
        return await Promise.race([pressed, clock.sleep(seconds * 1000, ended).then(() => null)]);
      } finally {
        over.abort();
      }
    },
    flush: () => void typed.splice(0),
    beep: (beep) => void bench.beeps.push(beep),
    seen: () => ({ screen: standing?.id ?? '', texts: [] }),
    watch: () => () => undefined,
  };
  const cardOf = (how: Swipe) => {
    const track2 = new Track(2, '6222020010011234=30121210000000000000');
    const wipe = () => {
      wiped++;
      track2.wipe();
    };
    return {
      pan: Pan.from('6222020010011234'),
      ...{ expiry: '3012', serviceCode: '121', name: null, track2, track3: null },
      ...{ hasChip: how === 'chip', needsPin: how === 'pin', onlineOnly: how === 'online' },
      ...{ wipe, [Symbol.dispose]: wipe },
    };
  };
  const host = {
    line: 'primary',
    prepare(_: string, { trace, batch, amount, pin, card }: FinancialRequest) {
      bench.prepares();
      // Throws where the card was wiped too soon.
      card.track2?.reveal();
      return { trace, batch, amount, pin, entry_mode: '021', digest: `of ${trace}`, wipe: () => void unsent++ };
    },
    async send(prepared: { trace: string; pin: unknown }, beforeFirstByte: () => void): Promise<Answer> {
      await null;
      const answer = bench.answers;
      if (answer === lineDown) return answer(null);
      beforeFirstByte();
      bench.sent.push({ trace: prepared.trace, pin: prepared.pin });
      return answer(journal.last());
    },
    advise: async (): Promise<AdviceEnd> => bench.advises(),
    echo: async () => bench.echoes(),
    inquire: () => Promise.reject(new Error('no inquiry here')),
    async reverse(): Promise<ReversalEnd> {
      bench.reversals++;
      return bench.reverses();
    },
  };
  const outbox = openOutbox({
    ...{ journal, clock, host },
    openCard: () => ({ pan: null, expiry: '3012' }),
    signIn: async () => bench.signsIn(),
    random: (bytes) => new Uint8Array(bytes).fill(128),
    profile: { retries: 3, first_wait_ms: 1000, most_wait_ms: 60_000, inquires: false },
  });
  const counter = {
    ...{ operator, journal, outbox, host, clock },
    customer: {
      say: (...rows: string[]) => void bench.said.push(rows.join(' ')),
      due: (_: number, ...rows: string[]) => void bench.said.push(rows.join(' ')),
      back: (_: number, ...rows: string[]) => void bench.said.push(`back ${rows.join(' ')}`),
      hold: (_: number, ...rows: string[]) => void bench.said.push(`hold ${rows.join(' ')}`),
      release: (_: number, ...rows: string[]) => void bench.said.push(`release ${rows.join(' ')}`),
      refresh: () => undefined,
    },
    reader: {
      well: true,
      next: (signal: AbortSignal) =>
        new Promise((resolve, reject) => {
          const read = (how: Swipe) =>
            resolve(how === 'worn' ? { read: 'unreadable', why: 'parity' } : { read: 'card', card: cardOf(how) });
          const waiting = swipes.shift();
          if (waiting !== undefined) return read(waiting);
          swiped = read;
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    },
    vault: {
      kcvOf: (slot: string) => (slot === 'PIK' ? cipher().kcv : '00000000'),
      pinEntry: () => pinEntry(cipher, 'a'),
      fingerprint: () => Buffer.alloc(32, 9),
      sealCard: () => new Uint8Array(16),
      openCard: () => ({ pan: Pan.from('6222020010011234'), expiry: '3012' }),
      operators: {
        check: async (_: string, password: string) => ({
          end: password === '123456' ? 'right' : 'wrong',
          tries_left: 2,
        }),
      },
    },
    paper: {
      ...{ problem: null, owed: 0, print: () => undefined, stateOf: () => 'printing' },
      watch() {
        watching++;
        return () => void watching--;
      },
    },
    config: {
      terminal: {
        sale: { limit_fen: 5_000_000, again_within_s: 180 },
        waits: { card_s: 60, pin_s: 60 },
        receipt: { columns: 32, copies: ['merchant', 'cardholder'] },
        merchant: { id: '898110248990001', name: '-', terminal: '50461160' },
        support: { machine: '-', accounts: '-' },
      },
      profile: {
        pin_bypass: true,
        operators: [
          { number: '00', role: 'supervisor', first_password: '123456' },
          { number: '99', role: 'administrator', first_password: '123456' },
        ],
        transactions: { ...terms },
      },
      network: { answer_timeout_ms: 60_000, connect_timeout_ms: 5000 },
    },
    issuerOf: () => null,
    codeWords: (code: string) => ({ title: code, customer: '', clerk: '' }),
    lookInto: (entry: Entry, doubted: boolean) => wasICharged(counter, entry, doubted),
    signInFirst: async () => {
      bench.signedInFirst++;
      return bench.paysAfter;
    },
    signedIn: '01',
  } as unknown as Counter;

  const bench: SaleBench = {
    ...{
      counter,
      journal,
      clock,
      screens: [],
      said: [],
      sent: [],
      beeps: [],
      signedInFirst: 0,
      paysAfter: true,
      reversals: 0,
    },
    texts: () => (standing === null ? [] : [JSON.stringify(standing.body)]),
    foot: () => standing?.foot ?? {},
    answers: () => yes,
    reverses: () => ({ end: 'acknowledged', code: '00' }),
    signsIn: () => true,
    advises: () => ({ end: 'answer', answer: yes }),
    echoes: () => ({ line: 'primary', took_ms: 1, code: '00' }),
    prepares: () => undefined,
    press(...more) {
      for (const key of more) {
        if (taker === null) typed.push(key);
        else {
          const take = taker;
          taker = null;
          take(key);
        }
      }
    },
    swipe(how = 'stripe') {
      if (swiped === null) swipes.push(how);
      else swiped(how);
      swiped = null;
    },
    newKeys: () => void pik++,
    wiped: () => wiped,
    unsent: () => unsent,
    watching: () => watching,
    async says(words) {
      for (let turn = 0; turn < 200; turn++) {
        const said = bench.texts().join();
        if (words.test(said)) return said;
        await new Promise(setImmediate);
      }
      throw new Error(`not ${words} but ${bench.texts().join()}`);
    },
    async screen(id, time = 1) {
      for (let turn = 0; turn < 200; turn++) {
        if (standing?.id === id && bench.screens.filter((shown) => shown === id).length >= time) return;
        await new Promise(setImmediate);
      }
      throw new Error(`not ${id} but ${bench.screens.join(' → ')}`);
    },
  };
  return bench;
}

/** A value for `answers`: there is no line, so nothing is sent. */
export const lineDown = (): never => {
  throw new Fault({ kind: 'line-down', tried: [] });
};

/** A disk without room. */
export const full = () => {
  throw new Fault({ kind: 'disk-full', file: 'journal.db' });
};

/** From the amount to the PIN's Enter. */
export async function toTheBank(bench: SaleBench, time = 1): Promise<void> {
  await bench.screen('sale.card', time);
  bench.swipe();
  await bench.screen('sale.number', time);
  bench.press('enter');
  await bench.screen('sale.pin', time);
  bench.press('1', '2', '3', '4', '5', '6', 'enter');
}

/** The state of the newest row. */
export const stateOf = ({ journal }: SaleBench) => journal.last()?.state;
