import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Acquirer, acquirer } from '../../bank/acquirer.ts';
import { SEED } from '../../bank/bank.ts';
import { cardAccount, holdAccount } from '../../bank/ledger.ts';
import { merchantFees, merchantPending, type Office, openOffice } from '../../bank/office.ts';
import { readSeed, type Seed } from '../../bank/seed.ts';
import { type Message, type MessageFields, pack, unpack } from '../../src/host/codec.ts';
import { systemClock } from '../../src/values/clock.ts';
import { CARDS, type Keys, MERCHANT, macIsRight, request, sealed, TERMINAL, unsealedKeys } from './bank-terminal.ts';
import { encryptedTrack, pinBlock } from './bank-terminal-keys.ts';

/** MTI, F3, F25 and F60.1 as a terminal sends them; written apart from the bank's own table. */
export const FORMS = {
  sale: ['0200', '000000', '00', '22'],
  void: ['0200', '200000', '00', '23'],
  refund: ['0220', '200000', '00', '25'],
  preauth: ['0100', '030000', '06', '10'],
  'preauth-add': ['0100', '030000', '60', '10'],
  'preauth-void': ['0100', '200000', '06', '11'],
  completion: ['0200', '000000', '06', '20'],
  'completion-advice': ['0220', '000000', '06', '24'],
  'completion-void': ['0200', '200000', '06', '21'],
  instalment: ['0200', '000000', '64', '22'],
  offline: ['0220', '000000', '00', '30'],
  voice: ['0220', '000000', '00', '30'],
  adjust: ['0220', '000000', '00', '32'],
  tip: ['0220', '000000', '00', '34'],
} as const;

export type FormName = keyof typeof FORMS;
export type CardName = keyof typeof CARDS;
export const TERMINAL_2 = '50461161';
const DAY = 86_400_000;

export interface Saying {
  trace: string;
  amount?: number;
  card?: CardName;
  /** True: with stripe and PIN; as 0220 messages are not. */
  present?: boolean;
  pin?: string | null;
  terminal?: string;
  fields?: Partial<MessageFields>;
}

/** A request of a terminal's under its keys, without its MAC. */
export function tradeMessage(type: FormName, saying: Saying, keys: Keys, merchant: string | undefined): Message {
  const { trace, amount = 10_000, card = 'boc', terminal = TERMINAL, fields = {} } = saying;
  const [mti, processing, condition, kind] = FORMS[type];
  const { pik, tdk, batch } = keys;
  const { present = mti !== '0220' } = saying;
  const { pan, expiry, service, pin: right } = CARDS[card];
  const pin = !present || saying.pin === null ? null : (saying.pin ?? right);
  return request(mti, {
    ...{ pan, processing, trace, expiry, condition, terminal, merchant, currency: '156' },
    amount: String(amount).padStart(12, '0'),
    entryMode: pin === null ? '022' : '021',
    batch: `${kind}${batch}000500`,
    ...(present ? { track2: encryptedTrack(tdk, `${pan}D${expiry}${service}0000012345`) } : {}),
    ...(pin === null ? {} : { pinCapture: '12', pinBlock: pinBlock(pik, pin, pan) }),
    ...(present ? { security: pin === null ? '0610000000000000' : '2610000000000000' } : {}),
    ...fields,
  });
}

/** Two terminals of one merchant at a bank without sockets, on a clock that the test moves. */
export class Counter {
  // Thousands of commits: in memory, where there is such a place.
  readonly dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gt-books-'));
  readonly seed: Seed;
  office: Office;
  host: Acquirer;
  now = Date.UTC(2026, 5, 1, 4);
  readonly #keys = new Map<string, Keys>();

  constructor(t: Test | null, seed: Seed = readSeed(SEED)) {
    this.seed = seed;
    [this.office, this.host] = this.#open();
    for (const terminal of [TERMINAL, TERMINAL_2]) this.signIn(terminal);
    t?.teardown(() => this.remove());
  }

  #open(): [Office, Acquirer] {
    const clock = { ...systemClock, now: () => this.now };
    const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));
    const office = openOffice(this.dir, { seed: this.seed, clock, random });
    return [office, acquirer(office)];
  }

  signIn(terminal: string): void {
    const { terminals } = this.office;
    const { key, kcv } = terminals.nextMaster(terminal);
    terminals.confirmMaster(terminal, kcv);
    const asked = request('0800', {
      terminal,
      merchant: this.#merchantOf(terminal),
      trace: '000001',
      batch: '00000001004',
      operator: '01 ',
    });
    this.#keys.set(terminal, unsealedKeys(key, unpack(this.handle(Buffer.from(pack(asked))))));
  }

  #merchantOf(terminal: string): string | undefined {
    return this.seed.terminals.get(terminal)?.merchant;
  }

  keys(terminal = TERMINAL): Keys {
    const keys = this.#keys.get(terminal);
    if (keys === undefined) throw new Error(`${terminal} is not signed in`);
    return keys;
  }

  handle(body: Uint8Array): Buffer {
    return this.office.books.atomically(() => this.host.handle(body)).answer.subarray(2);
  }

  restart(): void {
    this.office.books.close();
    [this.office, this.host] = this.#open();
  }

  remove(): void {
    this.office.books.close();
    rmSync(this.dir, { recursive: true });
  }

  later(days: number): void {
    this.now += days * DAY;
  }

  closeBatch(terminal = TERMINAL): void {
    const keys = this.keys(terminal);
    keys.batch = String(Number(keys.batch) + 1).padStart(6, '0');
    this.office.books.atomically(() => this.office.terminals.setBatch(terminal, keys.batch));
  }

  message(type: FormName, saying: Saying): Message {
    const { terminal = TERMINAL } = saying;
    return tradeMessage(type, saying, this.keys(terminal), this.#merchantOf(terminal));
  }

  bytes(asked: Message, terminal = TERMINAL): Buffer {
    return sealed(asked, this.keys(terminal).mak);
  }

  /** The code of an answer, and what is written down of it. */
  outcome(asked: Message) {
    const { code, facts } = this.office.books.atomically(() => this.host.handle(this.bytes(asked)));
    return { code, ...facts };
  }

  ask(type: FormName, saying: Saying): Message {
    return this.answerTo(this.message(type, saying), saying.terminal);
  }

  answerTo(asked: Message, terminal = TERMINAL): Message {
    const answer = Buffer.from(this.handle(this.bytes(asked, terminal)));
    if (!macIsRight(answer, this.keys(terminal).mak)) throw new Error('the MAC of the answer');
    const heard = unpack(answer);
    for (const name of ['processing', 'amount', 'trace', 'terminal', 'merchant'] as const) {
      if (asked[name] !== undefined && heard[name] !== asked[name]) throw new Error(`${name} is not given back`);
    }
    this.office.ledger.recount();
    return heard;
  }

  code(type: FormName, saying: Saying): string | undefined {
    return this.ask(type, saying).code;
  }

  reverse(type: FormName, { trace, amount = 10_000, card = 'boc', terminal = TERMINAL, fields }: Saying) {
    const [, processing, condition, kind] = FORMS[type];
    const asked = request('0400', {
      ...{ pan: CARDS[card].pan, processing, trace, condition, terminal, entryMode: '021', code: '98' },
      ...{ amount: String(amount).padStart(12, '0'), currency: '156' },
      batch: `${kind}${this.keys(terminal).batch}000500`,
      ...fields,
    });
    return this.answerTo(asked, terminal).code;
  }

  /** What there is, free and held, of a card; what the merchant is owed, and has paid. */
  money(card = 'boc-debit') {
    const { ledger } = this.office;
    return {
      free: ledger.balance(cardAccount(card)),
      held: ledger.balance(holdAccount(card)),
      pending: ledger.balance(merchantPending(MERCHANT)),
      fees: -ledger.balance(merchantFees(MERCHANT)),
    };
  }

  state(trace: string, terminal = TERMINAL, batch = this.keys(terminal).batch): string | undefined {
    return this.office.trades.find({ terminal, batch, trace })?.state;
  }

  /** The trade, newest first. */
  rows() {
    return this.office.trades.list(200);
  }
}

/** F61 of the pre-authorisation's family and of refunds. */
export const onDay = (answer: Message): string => `${'0'.repeat(12)}${answer.date}`;
/** F61 of a void, an adjustment and a tip. */
export const place = (counter: Counter, trace: string): string => `${counter.keys().batch}${trace}`;
export const n12 = (amount: number): string => String(amount).padStart(12, '0');

/** The second terminal is another merchant's. */
export function withTwoMerchants(): Seed {
  const seed = readSeed(SEED);
  const one = seed.merchants.get(MERCHANT);
  const terminal = seed.terminals.get(TERMINAL_2);
  if (one === undefined || terminal === undefined) throw new Error('the seed has neither');
  const id = '898110248990002';
  return {
    ...seed,
    merchants: new Map([...seed.merchants, [id, { ...one, id }]]),
    terminals: new Map([...seed.terminals, [TERMINAL_2, { ...terminal, merchant: id }]]),
  };
}
