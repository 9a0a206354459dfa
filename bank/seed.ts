import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fen, fen, MOST_FEN } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';
import { TRADE_TYPES, type TradeType } from './trades.ts';
import { type CardGroup, GROUPS } from './upload.ts';

export interface Name {
  readonly zh: string;
  readonly en: string;
}

export interface Card {
  readonly id: string;
  readonly name: Name;
  readonly kind: 'debit' | 'credit';
  readonly pan: Pan;
  /** YYMM. */
  readonly expiry: string;
  /** ISO/IEC 7813: first digit 2 or 6 = chip, third digit 0, 3 or 5 = PIN required. */
  readonly service: string;
  readonly pin: string;
  /** Posted once, when the account is opened. */
  readonly opening: Fen;
  readonly credit: Fen;
  readonly saleLimit: Fen | null;
  readonly status: 'good' | 'lost' | 'stolen' | 'restricted';
  readonly institution: string;
  /** Home cards and foreign cards are settled apart. */
  readonly group: CardGroup;
}

export interface FeeRate {
  /** Parts of ten thousand of the amount. */
  readonly perMyriad: number;
  readonly cap: Fen | null;
}

export interface Merchant {
  readonly id: string;
  readonly name: Name;
  readonly status: 'good' | 'closed';
  readonly saleLimit: Fen;
  /** The largest sale that it may make offline. */
  readonly offlineFloor: Fen;
  /** By the card's kind; a type may have a rate of its own. */
  readonly fee: Readonly<Record<Card['kind'], FeeRate>>;
  /** When what it is owed is paid out: with each trade, or once a day after the cut-over. */
  readonly clearing: 'real-time' | 'T+1';
  readonly feeOfType: ReadonlyMap<TradeType, FeeRate>;
  /** The transactions that it may do. */
  readonly may: ReadonlySet<TradeType>;
}

export interface TerminalRow {
  readonly terminal: string;
  readonly merchant: string;
  readonly serial: string;
  readonly status: 'good' | 'blocked';
  /** Its first batch. */
  readonly batch: string;
}

export interface Acquirer {
  readonly institution: string;
  readonly name: Name;
  /** The bank's local time: what F12, F13 and the settlement date are told in. */
  readonly utcOffsetMinutes: number;
  readonly pinTries: number;
  readonly phoneMachine: string;
  readonly phoneAccounts: string;
  readonly answerTimeoutMs: number;
  readonly reversalRetries: number;
  /** When the bank's day ends, milliseconds after its local midnight (above 0), and how long it then answers 90. */
  readonly cutOverMs: number;
  readonly cutOverLastsMs: number;
  /** The largest completion, as a percentage of the hold. */
  readonly completionPercent: number;
  readonly holdDays: number;
  readonly refundDays: number;
  /** The largest tip, as a percentage of the amount that it is added to. */
  readonly tipPercent: number;
  readonly instalmentPeriods: readonly number[];
}

/** The bank's customers and settings: what a lab edits. */
export interface Seed {
  readonly acquirer: Acquirer;
  /** By the full card number. */
  readonly cards: ReadonlyMap<string, Card>;
  readonly cardsById: ReadonlyMap<string, Card>;
  /** First six digits of the number → the issuer's institution. */
  readonly bins: ReadonlyMap<string, string>;
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly terminals: ReadonlyMap<string, TerminalRow>;
}

/** Reads the five files. Throws an error that names the file, the key and the remedy. */
export function readSeed(dir: string): Seed {
  const { bins, groups } = issuersOf(dir);
  const cards = new Map<string, Card>();
  const cardsById = new Map<string, Card>();
  for (const row of rowsOf(dir, 'accounts.json')) {
    const card = cardOf(row, bins, groups);
    if (cardsById.has(card.id)) row.refuse('id', 'is there twice', 'name it anew');
    if (cards.has(card.pan.reveal())) row.refuse('pan', 'is there twice', 'give each card a number of its own');
    cards.set(card.pan.reveal(), card);
    cardsById.set(card.id, card);
  }

  const merchants = new Map<string, Merchant>();
  for (const row of rowsOf(dir, 'merchants.json')) {
    const id = row.text('id', /^[\dA-Z]{15}$/, 'fifteen digits or capital letters');
    if (merchants.has(id)) row.refuse('id', 'is there twice', 'remove one');
    const fee = row.object('fee');
    merchants.set(id, {
      id,
      name: row.name('name'),
      status: row.oneOf('status', ['good', 'closed']),
      saleLimit: row.amount('sale_limit_fen'),
      offlineFloor: row.has('offline_floor_fen') ? row.amount('offline_floor_fen') : fen(0),
      may: new Set(row.has('may') ? row.choices('may', TRADE_TYPES) : TRADE_TYPES),
      feeOfType: ratesOf(fee.has('by_type') ? fee.object('by_type') : null),
      fee: { debit: rateOf(fee.object('debit')), credit: rateOf(fee.object('credit')) },
      clearing: row.has('clearing') ? row.oneOf('clearing', ['real-time', 'T+1']) : 'T+1',
    });
    fee.end();
    row.end();
  }

  const terminals = new Map<string, TerminalRow>();
  for (const row of rowsOf(dir, 'terminals.json')) {
    const terminal = row.text('terminal', /^[\dA-Z]{8}$/, 'eight digits or capital letters');
    if (terminals.has(terminal)) row.refuse('terminal', 'is there twice', 'remove one');
    const merchant = row.text('merchant', /^[\dA-Z]{15}$/, 'fifteen digits or capital letters');
    if (!merchants.has(merchant)) row.refuse('merchant', 'is not in merchants.json', 'add the merchant there');
    const serial = row.text('serial', /^[\w-]{1,64}$/, 'letters, digits and hyphens');
    if ([...terminals.values()].some((other) => other.serial === serial)) {
      row.refuse('serial', 'is there twice', 'a machine has one terminal number');
    }
    const batch = row.text('batch', /^(?!0{6})\d{6}$/, 'six digits, not 000000');
    terminals.set(terminal, { terminal, merchant, serial, batch, status: row.oneOf('status', ['good', 'blocked']) });
    row.end();
  }
  return {
    acquirer: acquirerOf(new Row(dir, 'acquirer.json', '', parsed(dir, 'acquirer.json'))),
    cards,
    cardsById,
    bins,
    merchants,
    terminals,
  };
}

function issuersOf(dir: string): { bins: Map<string, string>; groups: Map<string, CardGroup> } {
  const bins = new Map<string, string>();
  const groups = new Map<string, CardGroup>();
  for (const row of rowsOf(dir, 'issuers.json')) {
    const institution = row.text('institution', /^\d{8}$/, 'eight digits');
    row.name('name');
    groups.set(institution, row.has('group') ? row.oneOf('group', GROUPS) : 'home');
    for (const bin of row.texts('bins', /^\d{6}$/, 'six digits each')) bins.set(bin, institution);
    row.end();
  }
  return { bins, groups };
}

function cardOf(row: Row, bins: ReadonlyMap<string, string>, groups: ReadonlyMap<string, CardGroup>): Card {
  const pan = Pan.from(row.text('pan', /^\d{12,19}$/, '12 to 19 digits'));
  if (pan === null) return row.refuse('pan', 'has a wrong check digit', 'correct its last digit (Luhn)');
  const institution = bins.get(pan.bin);
  if (institution === undefined) {
    return row.refuse(
      'pan',
      `begins with ${pan.bin}, which no issuer has`,
      'add it to "bins" of a row of issuers.json',
    );
  }
  const kind = row.oneOf('kind', ['debit', 'credit']);
  const card: Card = {
    id: row.text('id', /^[a-z\d-]{1,32}$/, 'small letters, digits and hyphens'),
    name: row.name('name'),
    kind,
    pan,
    expiry: row.text('expiry', /^\d{2}(0[1-9]|1[0-2])$/, 'YYMM'),
    service: row.text('service', /^\d{3}$/, 'three digits'),
    pin: row.text('pin', /^\d{4,12}$/, 'four to twelve digits'),
    opening: row.amount('balance_fen'),
    credit: kind === 'credit' ? row.amount('credit_fen') : fen(0),
    saleLimit: row.has('sale_limit_fen') ? row.amount('sale_limit_fen') : null,
    status: row.oneOf('status', ['good', 'lost', 'stolen', 'restricted']),
    institution,
    group: groups.get(institution) ?? 'home',
  };
  row.end();
  return card;
}

function rateOf(row: Row): FeeRate {
  const perMyriad = row.whole('per_myriad', 0, 1000);
  const cap = row.has('cap_fen') ? row.amount('cap_fen') : null;
  row.end();
  return { perMyriad, cap };
}

function ratesOf(row: Row | null): ReadonlyMap<TradeType, FeeRate> {
  const rates = new Map<TradeType, FeeRate>();
  for (const type of TRADE_TYPES) if (row?.has(type)) rates.set(type, rateOf(row.object(type)));
  row?.end();
  return rates;
}

function acquirerOf(row: Row): Acquirer {
  const phone = /^[\d+ -]{3,14}$/;
  const acquirer: Acquirer = {
    institution: row.text('institution', /^\d{8}$/, 'eight digits'),
    name: row.name('name'),
    utcOffsetMinutes: row.whole('utc_offset_minutes', -720, 840),
    pinTries: row.whole('pin_tries', 1, 15),
    phoneMachine: row.text('phone_machine', phone, 'a telephone number of 3 to 14 characters'),
    phoneAccounts: row.text('phone_accounts', phone, 'a telephone number of 3 to 14 characters'),
    answerTimeoutMs: row.whole('answer_timeout_ms', 1000, 120_000),
    reversalRetries: row.whole('reversal_retries', 1, 99),
    // 00:00:00 means the end of the calendar day: as its beginning it would date everything one day ahead.
    cutOverMs: (row.has('cut_over') ? timeOfDay(row.text('cut_over', TIME, 'hh:mm:ss')) : CUT_OVER_MS) || DAY_MS,
    cutOverLastsMs: row.has('cut_over_lasts_s') ? row.whole('cut_over_lasts_s', 0, 600) * 1000 : CUT_OVER_LASTS_MS,
    completionPercent: row.wholeOr(115, 'completion_percent', 1, 999),
    holdDays: row.wholeOr(30, 'hold_days', 1, 365),
    refundDays: row.wholeOr(180, 'refund_days', 1, 3650),
    tipPercent: row.wholeOr(20, 'tip_percent', 0, 100),
    instalmentPeriods: row.has('instalment_periods') ? row.wholes('instalment_periods', 2, 99) : [3, 6, 9, 12, 18, 24],
  };
  row.end();
  return acquirer;
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;
const CUT_OVER_MS = timeOfDay('23:00:00');
export const DAY_MS = 86_400_000;
const CUT_OVER_LASTS_MS = 2000;

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function parsed(dir: string, file: string): unknown {
  const path = join(dir, file);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read as JSON: restore it, or start the bank with another --seed folder`, {
      cause: error,
    });
  }
}

function rowsOf(dir: string, file: string): Row[] {
  const rows = parsed(dir, file);
  if (!Array.isArray(rows)) throw new Error(`${join(dir, file)}: must be a list: put its rows in [ ]`);
  return rows.map((row, place) => new Row(dir, file, `[${place}]`, row));
}

/** One object of a file, read key by key; a key that nobody asked for is refused at the end. */
class Row {
  readonly #dir: string;
  readonly #file: string;
  readonly #path: string;
  readonly #values: Map<string, unknown>;
  readonly #read = new Set<string>();

  constructor(dir: string, file: string, path: string, values: unknown) {
    this.#dir = dir;
    this.#file = file;
    this.#path = path;
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new Error(`${join(dir, file)}${path === '' ? '' : `, ${path}`}: must be an object: put its keys in { }`);
    }
    this.#values = new Map(Object.entries(values));
  }

  refuse(key: string, why: string, remedy: string): never {
    const at = this.#path === '' ? key : `${this.#path}.${key}`;
    throw new Error(`${join(this.#dir, this.#file)}, ${at}: ${why}: ${remedy}`);
  }

  has(key: string): boolean {
    this.#read.add(key);
    const value = this.#values.get(key);
    return value !== undefined && value !== null;
  }

  text(key: string, form: RegExp, said: string): string {
    const value = this.#take(key);
    if (typeof value !== 'string' || !form.test(value)) this.refuse(key, 'is not what it must be', `write ${said}`);
    return value as string;
  }

  texts(key: string, form: RegExp, said: string): string[] {
    return this.#list(key).map((item) =>
      typeof item === 'string' && form.test(item) ? item : this.refuse(key, 'is not what it must be', `write ${said}`),
    );
  }

  oneOf<const Choice extends string>(key: string, choices: readonly Choice[]): Choice {
    const value = this.#take(key);
    const found = choices.find((choice) => choice === value);
    return found ?? this.refuse(key, 'is not one of its values', `write one of ${choices.join(', ')}`);
  }

  whole(key: string, least: number, most: number): number {
    const value = this.#take(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      this.refuse(key, 'is not what it must be', `write a whole number from ${least} to ${most}`);
    }
    return value as number;
  }

  /** For a key that older files lack. */
  wholeOr(absent: number, key: string, least: number, most: number): number {
    return this.has(key) ? this.whole(key, least, most) : absent;
  }

  wholes(key: string, least: number, most: number): number[] {
    const values = this.#list(key);
    const good = values.every((value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most);
    if (!good) this.refuse(key, 'is not what it must be', `write whole numbers from ${least} to ${most}`);
    return values.map(Number);
  }

  choices<const Choice extends string>(key: string, choices: readonly Choice[]): Choice[] {
    return this.#list(key).map(
      (value) =>
        choices.find((choice) => choice === value) ??
        this.refuse(key, 'has a value that is none of its own', `write some of ${choices.join(', ')}`),
    );
  }

  amount(key: string): Fen {
    return fen(this.whole(key, 0, MOST_FEN));
  }

  object(key: string): Row {
    return new Row(this.#dir, this.#file, `${this.#path}.${key}`, this.#take(key));
  }

  name(key: string): Name {
    const row = this.object(key);
    const name = { zh: row.text('zh', /^.{1,40}$/, 'a name'), en: row.text('en', /^.{1,40}$/, 'a name') };
    row.end();
    return name;
  }

  end(): void {
    for (const key of this.#values.keys()) {
      if (!this.#read.has(key)) this.refuse(key, 'is not known', 'remove it, or correct its spelling');
    }
  }

  #list(key: string): readonly unknown[] {
    const value = this.#take(key);
    return Array.isArray(value) ? value : this.refuse(key, 'is not a list', 'put its values in [ ]');
  }

  #take(key: string): unknown {
    if (!this.#values.has(key)) this.refuse(key, 'is missing', 'add it');
    this.#read.add(key);
    return this.#values.get(key);
  }
}
