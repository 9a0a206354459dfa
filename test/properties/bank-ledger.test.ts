import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { type Acquirer, acquirer } from '../../bank/acquirer.ts';
import { SEED } from '../../bank/bank.ts';
import { cardAccount } from '../../bank/ledger.ts';
import { merchantPending, type Office, openOffice } from '../../bank/office.ts';
import { readSeed } from '../../bank/seed.ts';
import { MessageError, pack, unpack } from '../../src/host/codec.ts';
import { systemClock } from '../../src/values/clock.ts';
import { runs } from '../share.ts';
import {
  CARDS,
  type Keys,
  MERCHANT,
  request,
  reversalRequest,
  saleRequest,
  sealed,
  TERMINAL,
  unsealedKeys,
} from '../unit/bank-terminal.ts';

const seed = readSeed(SEED);
const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));

class Desk {
  readonly dir = mkdtempSync(join(tmpdir(), 'gt-books-'));
  office: Office;
  host: Acquirer;
  keys: Keys;

  constructor() {
    this.office = openOffice(this.dir, { seed, clock: systemClock, random });
    this.host = acquirer(this.office);
    const { key, kcv } = this.office.terminals.nextMaster(TERMINAL);
    this.office.terminals.confirmMaster(TERMINAL, kcv);
    const asked = request('0800', { trace: '000001', batch: '00000001004', operator: '01 ' });
    this.keys = unsealedKeys(key, unpack(this.handle(Buffer.from(pack(asked)))));
  }

  handle(body: Uint8Array): Buffer {
    return this.office.books.atomically(() => this.host.handle(body)).answer.subarray(2);
  }

  restart(): void {
    this.office.books.close();
    this.office = openOffice(this.dir, { seed, clock: systemClock, random });
    this.host = acquirer(this.office);
  }

  remove(): void {
    this.office.books.close();
    rmSync(this.dir, { recursive: true });
  }
}

type CardName = 'boc' | 'poor' | 'lost';

type Step =
  | { do: 'sale' | 'void' | 'reverse'; trace: number; of: number; honest: boolean; amount: number; card: CardName }
  | { do: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('sale', 'void', 'void', 'reverse'),
      trace: fc.integer({ min: 1, max: 14 }),
      of: fc.integer({ min: 1, max: 5 }),
      // Mostly the amount and the card of the sale; else whatever comes.
      honest: fc.integer({ min: 0, max: 9 }).map((tenth) => tenth > 1),
      amount: fc.constantFrom(1, 300, 499, 400_000, 700_000),
      card: fc.constantFrom('boc', 'boc', 'poor', 'lost'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' } as const) },
);

interface Line {
  readonly type: 'sale' | 'void';
  readonly amount: number;
  readonly card: 'boc' | 'poor' | 'lost';
  readonly state: string;
  /** The trace of the sale that it undoes. */
  readonly of?: number;
}

const digits = (trace: number): string => String(trace).padStart(6, '0');

/** The books as a page of paper would have them. */
class Model {
  readonly rows = new Map<number, Line>();
  readonly balances = { boc: 1_000_000, poor: 500, lost: 100_000 };

  ask(keys: Keys, { trades }: Office, { do: what, trace, of, honest, amount, card }: Exclude<Step, { do: 'restart' }>) {
    const number = digits(trace);
    const before = this.rows.get(trace);
    if (what === 'sale') {
      const { pin, ...stripe } = CARDS[card];
      const body = sealed(saleRequest(keys, { trace: number, amount, card: stripe, pin }), keys.mak);
      return { body, expected: this.#sell(trace, amount, card, before?.state) };
    }
    if (what === 'void') {
      const { reference, authorisation } =
        trades.find({ terminal: TERMINAL, batch: keys.batch, trace: digits(of) }) ?? {};
      const fields = {
        ...{ processing: '200000', batch: `23${keys.batch}000500`, original: `${keys.batch}${digits(of)}` },
        ...{ reference: reference ?? '000000000000', authorisation: authorisation ?? undefined },
      };
      const sale = honest ? (this.rows.get(of) ?? { amount, card }) : { amount, card };
      const { pin, ...stripe } = CARDS[sale.card];
      const asked = saleRequest(keys, { trace: number, amount: sale.amount, card: stripe, pin, fields });
      return { body: sealed(asked, keys.mak), expected: this.#void(trace, of, sale.amount, sale.card) };
    }
    // A terminal reverses what it wrote down: the type, the amount and the card of its own row.
    const row = before ?? { type: 'sale', amount, card, state: '' };
    const form = row.type === 'void' ? { processing: '200000', batch: `23${keys.batch}000500` } : {};
    const fields = { pan: CARDS[row.card].pan, ...form };
    const body = sealed(reversalRequest(keys, { trace: number, amount: row.amount, fields }), keys.mak);
    return { body, expected: this.#reverse(trace, row, before?.state) };
  }

  #sell(trace: number, amount: number, card: 'boc' | 'poor' | 'lost', state: string | undefined): string {
    if (state === 'tombstone') return '12';
    if (state !== undefined) return '94';
    const code = card === 'lost' ? '41' : this.balances[card] < amount ? '51' : '00';
    if (code === '00') this.balances[card] -= amount;
    this.rows.set(trace, { type: 'sale', amount, card, state: code === '00' ? 'posted' : 'declined' });
    return code;
  }

  #void(trace: number, of: number, amount: number, card: 'boc' | 'poor' | 'lost'): string {
    const before = this.rows.get(trace);
    if (before !== undefined) return before.state === 'tombstone' ? '12' : '94';
    const code = this.#whyNot(this.rows.get(of), amount, card);
    if (code === '00') {
      this.balances[card] += amount;
      this.rows.set(of, { type: 'sale', amount, card, state: 'voided' });
    }
    this.rows.set(trace, { type: 'void', amount, card, of, state: code === '00' ? 'posted' : 'declined' });
    return code;
  }

  #whyNot(sale: Line | undefined, amount: number, card: string): string {
    if (sale === undefined || sale.type === 'void') return '25';
    if (sale.state === 'voided') return '12';
    if (sale.state !== 'posted') return '25';
    if (sale.amount !== amount) return '64';
    return sale.card === card ? '00' : '14';
  }

  #reverse(trace: number, row: Line, state: string | undefined): string {
    if (state === 'voided') return '12';
    if (state === 'posted') this.balances[row.card] += row.type === 'sale' ? row.amount : -row.amount;
    const sale = state === 'posted' && row.of !== undefined ? this.rows.get(row.of) : undefined;
    if (sale !== undefined) this.rows.set(row.of ?? 0, { ...sale, state: 'posted' });
    const next = state === undefined || state === 'tombstone' ? 'tombstone' : 'reversed';
    this.rows.set(trace, { ...row, state: next });
    return next === 'tombstone' ? '25' : '00';
  }

  compare({ ledger, trades }: Office): void {
    ledger.recount();
    const same = (found: unknown, expected: unknown, what: string): void => {
      if (found !== expected) throw new Error(`${what}: ${String(found)}, expected ${String(expected)}`);
    };
    same(ledger.sum(), 0, 'the sum');
    same(ledger.balance(cardAccount('boc-debit')), this.balances.boc, 'boc');
    same(ledger.balance(cardAccount('abc-poor')), this.balances.poor, 'poor');
    same(ledger.balance(cardAccount('ccb-lost')), this.balances.lost, 'lost');
    const posted = [...this.rows.values()].filter(({ type, state }) => type === 'sale' && state === 'posted');
    same(
      ledger.balance(merchantPending(MERCHANT)),
      posted.reduce((sum, { amount }) => sum + amount, 0),
      'pending',
    );
    const states = trades
      .list(100)
      .map(({ trace, state }) => `${Number(trace)} ${state}`)
      .sort();
    same(
      states.join(),
      [...this.rows]
        .map(([trace, { state }]) => `${trace} ${state}`)
        .sort()
        .join(),
      'states',
    );
  }
}

t.test('whatever comes, in whatever order, twice or late: the books balance and nothing is posted twice', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const desk = new Desk();
      try {
        const model = new Model();
        for (const one of steps) {
          if (one.do === 'restart') {
            desk.restart();
            continue;
          }
          const { expected, body } = model.ask(desk.keys, desk.office, one);
          const code = unpack(desk.handle(body)).code;
          if (code !== expected) throw new Error(`${JSON.stringify(one)}: ${code}, expected ${expected}`);
          model.compare(desk.office);
        }
      } finally {
        desk.remove();
      }
    }),
    { numRuns: runs(120) },
  );
  t.pass();
});

t.test('bytes that are no message, and messages with any byte changed, post nothing and break nothing', async (t) => {
  const desk = new Desk();
  t.teardown(() => desk.remove());
  const good = sealed(saleRequest(desk.keys, { trace: '000009' }), desk.keys.mak);
  const harmless = (body: Buffer): void => {
    try {
      const code = unpack(desk.handle(body)).code;
      if (code === '00') throw new Error('it was approved');
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
    }
  };
  // Before MTI and behind it: what the MAC does not cover may change nothing but the way back.
  fc.assert(
    fc.property(fc.integer({ min: 11, max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const spoilt = Buffer.from(good);
      spoilt[place] = (spoilt[place] ?? 0) ^ change;
      harmless(spoilt);
    }),
    { numRuns: runs(2000) },
  );
  fc.assert(fc.property(fc.integer({ min: 0, max: good.length - 1 }), (cut) => harmless(good.subarray(0, cut))));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => harmless(Buffer.from(bytes))),
    { numRuns: runs(1000) },
  );
  const header = good.subarray(0, 11);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('0800', '0820', '0200', '0400', '0500', '0320'),
      (bytes, mti) => harmless(Buffer.concat([header, Buffer.from(mti, 'hex'), bytes])),
    ),
    { numRuns: runs(1000) },
  );
  t.equal(desk.office.trades.list(10).length, 0);
  t.equal(desk.office.ledger.sum(), 0);
  const answer = desk.handle(good);
  t.equal(unpack(answer).code, '00', 'the good one is still good');
  const [row] = desk.office.trades.list(1);
  t.same(desk.office.trades.answerOf(row?.id ?? 0)?.subarray(2), answer, 'its answer is kept to the byte');
});
