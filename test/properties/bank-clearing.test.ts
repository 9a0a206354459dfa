import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { type Acquirer, acquirer } from '../../bank/acquirer.ts';
import { SEED } from '../../bank/bank.ts';
import { decide } from '../../bank/correction.ts';
import {
  ACQUIRER_FEES,
  merchantFees,
  merchantPaid,
  merchantPayable,
  merchantPending,
  type Office,
  openOffice,
} from '../../bank/office.ts';
import { reconcile } from '../../bank/reconciliation.ts';
import { readSeed, type Seed } from '../../bank/seed.ts';
import { type Message, pack, unpack } from '../../src/host/codec.ts';
import { systemClock } from '../../src/values/clock.ts';
import { countRequest, endRequest, type Row, uploadRequest } from '../unit/bank-settling.ts';
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
const NOON = Date.UTC(2026, 5, 1, 4);

type Step =
  | { do: 'sale' | 'offline'; amount: number; card: 'boc' | 'cmb' }
  | { do: 'void' | 'reverse'; of: number }
  | { do: 'refund'; of: number; part: number }
  | { do: 'adjust'; of: number; more: number }
  | { do: 'settle'; forget: number; spoil: number }
  | { do: 'cut-over' | 'restart' }
  | { do: 'decide'; which: number; decision: 'credit' | 'debit' | 'reject' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      // An offline sale over its floor is refused when the counter has finished.
      do: fc.constantFrom('sale' as const, 'sale' as const, 'offline' as const),
      amount: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 60_000 })),
      card: fc.constantFrom('boc' as const, 'cmb' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('void' as const, 'reverse' as const), of: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('refund' as const), of: fc.nat(30), part: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      of: fc.nat(30),
      more: fc.integer({ min: 1, max: 4000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('settle' as const), forget: fc.nat(6), spoil: fc.nat(6) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut-over' as const, 'restart' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      which: fc.nat(20),
      decision: fc.constantFrom('credit' as const, 'debit' as const, 'reject' as const),
    }),
  },
);

/** What a terminal remembers of a trade. */
interface Kept {
  readonly type: 'sale' | 'void' | 'refund' | 'offline';
  /** MMDD of its answer. */
  readonly day: string;
  readonly batch: string;
  readonly trace: string;
  /** Its adjustments in it. */
  amount: number;
  readonly card: 'boc' | 'cmb';
}

class Shop {
  readonly dir = mkdtempSync(join(tmpdir(), 'gt-clear-'));
  readonly seed: Seed;
  office: Office;
  host: Acquirer;
  keys: Keys;
  now = NOON;
  trace = 1;
  kept: Kept[] = [];
  /** What the counter has finished and the bank has refused: this terminal counts it all the same. */
  finished: Kept[] = [];

  constructor(clearing: 'T+1' | 'real-time') {
    const merchants = new Map([...seed.merchants].map(([id, row]) => [id, { ...row, clearing }]));
    this.seed = { ...seed, merchants };
    this.office = this.#open();
    this.host = acquirer(this.office);
    const { key, kcv } = this.office.terminals.nextMaster(TERMINAL);
    this.office.terminals.confirmMaster(TERMINAL, kcv);
    const asked = request('0800', { trace: '000001', batch: '00000001004', operator: '01 ' });
    this.keys = unsealedKeys(key, this.#tell(Buffer.from(pack(asked))));
  }

  #open(): Office {
    return openOffice(this.dir, { seed: this.seed, clock: { ...systemClock, now: () => this.now }, random });
  }

  #tell(body: Uint8Array): Message {
    return unpack(this.office.books.atomically(() => this.host.handle(body)).answer.subarray(2));
  }

  ask(message: Message): Message {
    return this.#tell(sealed(message, this.keys.mak));
  }

  plain(message: Message): Message {
    return this.#tell(Buffer.from(pack(message)));
  }

  restart(): void {
    this.office.books.close();
    this.office = this.#open();
    this.host = acquirer(this.office);
  }

  remove(): void {
    this.office.books.close();
    rmSync(this.dir, { recursive: true });
  }

  take(one: Step): void {
    // Past the cut-over, whose 90 other tests are about.
    this.now += 3000;
    if (one.do === 'sale' || one.do === 'offline') this.#sell(one.do, one.amount, one.card);
    else if (one.do === 'refund') this.#refund(one.of, one.part);
    else if (one.do === 'adjust') this.#adjust(one.of, one.more);
    else if ('of' in one) this.#undo(one.do, one.of);
    else if (one.do === 'settle') this.#settle(one.forget, one.spoil);
    else if (one.do === 'decide') this.#decide(one.which, one.decision);
    else if (one.do === 'restart') this.restart();
    else this.office.books.atomically(() => this.host.clearing.cutOver(this.now));
  }

  #next(): string {
    this.trace++;
    return String(this.trace).padStart(6, '0');
  }

  #sell(type: 'sale' | 'offline', amount: number, card: 'boc' | 'cmb'): void {
    const { pin, ...stripe } = CARDS[card];
    const { batch } = this.keys;
    const trace = this.#next();
    const advice = {
      mti: '0220',
      pin: null,
      fields: { track2: undefined, batch: `30${batch}000500`, security: undefined },
    };
    const asked = { trace, amount, card: stripe, ...(type === 'offline' ? advice : { pin }) };
    const { code, date = '' } = this.ask(saleRequest(this.keys, asked));
    const kept: Kept = { type, batch, trace, amount, card, day: date };
    if (code === '00') this.kept.push(kept);
    else if (type === 'offline') this.finished.push(kept);
  }

  /** A quarter to the whole of what was sold; what the bank refuses the terminal counts now and then. */
  #refund(of: number, part: number): void {
    const kept = this.kept[of % Math.max(1, this.kept.length)];
    if (kept === undefined) return;
    const { card, day } = kept;
    const amount = Math.max(1, Math.floor((kept.amount * part) / 4));
    const { pin: _, ...stripe } = CARDS[card];
    const { batch } = this.keys;
    const trace = this.#next();
    const fields = {
      ...{ track2: undefined, security: undefined, processing: '200000', batch: `25${batch}000500` },
      ...{
        original: `${'0'.repeat(12)}${day}`,
        reference: this.office.trades.find({ ...kept, terminal: TERMINAL })?.reference,
      },
    };
    const { code } = this.ask(saleRequest(this.keys, { mti: '0220', trace, amount, card: stripe, pin: null, fields }));
    if (code !== '00' && part === 4) this.finished.push({ ...kept, type: 'refund', batch, trace, amount });
  }

  /** Of an offline sale, taken or refused: the counter has finished, whatever the bank says of it. */
  #adjust(of: number, more: number): void {
    const open = [...this.kept, ...this.finished].filter(
      ({ type, batch }) => type === 'offline' && batch === this.keys.batch,
    );
    const kept = open[of % Math.max(1, open.length)];
    if (kept === undefined) return;
    const { batch, trace, card } = kept;
    const { pin: _, ...stripe } = CARDS[card];
    const before = String(kept.amount).padStart(12, '0');
    kept.amount += more;
    const fields = {
      ...{ track2: undefined, security: undefined, batch: `32${batch}000500` },
      ...{ original: `${batch}${trace}`, totals: before },
    };
    const asked = { mti: '0220', trace: this.#next(), amount: kept.amount, card: stripe, pin: null, fields };
    this.ask(saleRequest(this.keys, asked));
  }

  #undo(what: 'void' | 'reverse', of: number): void {
    const kept = this.kept[of % Math.max(1, this.kept.length)];
    if (kept === undefined || (what === 'reverse' && kept.type === 'offline')) return;
    const { batch, trace, amount, card } = kept;
    const { pin, ...stripe } = CARDS[card];
    if (what === 'reverse') {
      const form = kept.type === 'void' ? { processing: '200000', batch: `23${batch}000500` } : {};
      this.ask(reversalRequest(this.keys, { trace, amount, batch, fields: { pan: stripe.pan, ...form } }));
      return;
    }
    const reference = this.office.trades.find({ terminal: TERMINAL, batch, trace })?.reference;
    const fields = {
      processing: '200000',
      batch: `23${this.keys.batch}000500`,
      original: `${batch}${trace}`,
      reference,
    };
    const number = this.#next();
    const { code } = this.ask(saleRequest(this.keys, { trace: number, amount, card: stripe, pin, fields }));
    if (code === '00') this.kept.push({ ...kept, type: 'void', batch: this.keys.batch, trace: number });
  }

  /** The terminal's own view, in which a row may be missing and another have a wrong amount. */
  #settle(forget: number, spoil: number): void {
    const { batch } = this.keys;
    const rows = this.office.settlements
      .entries(TERMINAL, batch)
      .map(({ trace, amount, side, card }) => ({
        trace,
        side,
        // What the bank has refused to add the counter has all the same.
        amount: this.kept.find((one) => one.batch === batch && one.trace === trace)?.amount ?? amount,
        pan: pans.get(card ?? '') ?? '',
      }))
      .concat(this.finished.filter((one) => one.batch === batch).map(rowOf))
      .filter((_, place) => place !== forget)
      .map((row, place) => (place === spoil ? { ...row, amount: Math.max(1, row.amount - 3) } : row));
    const side = (name: string): [number, number] => {
      const those = rows.filter((row) => row.side === name);
      return [those.reduce((sum, { amount }) => sum + amount, 0), those.length];
    };
    const { totals = '' } = this.plain(countRequest(batch, { home: { debit: side('debit'), credit: side('credit') } }));
    const balanced = totals[30] === '1';
    for (let at = 0; !balanced && at < rows.length; at += 8) {
      this.plain(uploadRequest(batch, rows.slice(at, at + 8) satisfies Row[]));
    }
    const answer = this.plain(endRequest(batch, balanced ? '207' : '202', rows.length));
    if (answer.code !== '00') throw new Error(`the end was answered ${answer.code}`);
    this.keys = { ...this.keys, batch: answer.batch?.slice(2, 8) ?? '' };
  }

  #decide(which: number, decision: 'credit' | 'debit' | 'reject'): void {
    const cases = this.office.cases.list(100, true);
    const one = cases[which % Math.max(1, cases.length)];
    if (one === undefined) return;
    const why = this.office.books.atomically(() => {
      const refused = decide(this.office, one, { decision, people: ['Li', 'Wang'], reference: 'slip', at: this.now });
      const merchant = this.seed.merchants.get(MERCHANT);
      if (merchant !== undefined) this.host.clearing.atOnce(merchant, this.now);
      return refused;
    });
    if (why !== null && why !== 'given-back' && why !== 'taken') throw new Error(`case ${one.id}: ${why}`);
  }
}

function rowOf({ type, trace, amount, card }: Kept) {
  return { trace, side: type === 'refund' ? ('credit' as const) : ('debit' as const), amount, pan: CARDS[card].pan };
}

/**
 * By the cards' own accounts: whatever is decided, no trade takes more, with its adjustments, than one of the two sides
 * has said of it, none gives back what was not taken, and what goes back of a sale is never more than the sale.
 */
function withinClaims({ office }: Shop): void {
  const charged = new Map<number, number>();
  for (const { trade, postings } of office.ledger.entries(100_000)) {
    for (const { account, amount } of postings) {
      if (trade === null || !account.startsWith('card:')) continue;
      charged.set(trade, (charged.get(trade) ?? 0) - amount);
    }
  }
  const cases = office.cases.list(1000, false);
  const trades = office.trades.list(1000);
  for (const { id, type, amount, state, moved } of trades) {
    const changes = trades.filter((of) => of.original === id && of.type === 'adjust');
    const own = charged.get(id) ?? 0;
    const charge = changes.reduce((sum, change) => sum + (charged.get(change.id) ?? 0), own);
    const said = cases.filter(({ trade }) => trade === id).flatMap((one) => [one.bankAmount, one.terminalAmount]);
    const most = Math.max(...said, Math.abs(moved), ...changes.map((change) => change.amount));
    const isBack = type === 'void' || type === 'refund';
    const taken = isBack ? -charge : charge;
    if (taken < 0 || taken > most)
      throw new Error(`${type} ${id} of ${amount} (${state}) has taken ${charge}, of ${most}`);
    const left = trades.reduce((sum, of) => sum + (of.original === id ? (charged.get(of.id) ?? 0) : 0), own);
    if (!isBack && left < 0) throw new Error(`of ${type} ${id}, ${charge}, more went back: ${left}`);
  }
}

const pans = new Map([...seed.cards.values()].map(({ id, pan }) => [id, pan.reveal()]));

/** What the cards have paid is what the merchant was paid, is owed, and has paid in fees: counted from four sides. */
function compare({ office, host, seed }: Shop): void {
  const { ledger } = office;
  const same = (found: unknown, expected: unknown, what: string): void => {
    if (found !== expected) throw new Error(`${what}: ${String(found)}, expected ${String(expected)}`);
  };
  ledger.recount();
  same(ledger.sum(), 0, 'the sum');
  const spent = [...seed.cards.values()].reduce(
    (sum, card) => sum + card.opening - ledger.balance(`card:${card.id}`),
    0,
  );
  const settled = ledger.balance(merchantPaid(MERCHANT));
  const pending = ledger.balance(merchantPending(MERCHANT));
  const feesOwed = -ledger.balance(merchantFees(MERCHANT));
  const fees = ledger.balance(ACQUIRER_FEES);
  same(ledger.balance(merchantPayable(MERCHANT)), 0, 'nothing stays on its way');
  same(settled + (pending - feesOwed) + fees, spent, 'payouts, what is pending, and fees');

  const payouts = host.clearing.payouts(1000);
  same(
    payouts.reduce((sum, { paid }) => sum + paid, 0),
    settled,
    'the payouts',
  );
  for (const { debit, credit, fee, brought, paid, carried } of payouts) {
    same(debit - credit - fee + brought, paid + carried, 'a payout');
    if (paid < 0 || carried > 0 || (paid > 0 && carried !== 0)) throw new Error('a payout below zero');
  }

  // The days' files, added up.
  const days = office.books.db.prepare('SELECT date FROM business_day').all();
  let net = 0;
  for (const { date } of days) {
    const day = office.days.find(String(date));
    if (day === null) throw new Error('a day is missing');
    const { totals, rows } = reconcile(office, host.clearing, MERCHANT, day);
    same(
      rows.reduce((sum, row) => sum + row.net, 0),
      totals.net,
      'the lines of a day',
    );
    net += totals.net;
  }
  same(net, settled + pending - feesOwed, 'the days');
}

for (const how of ['T+1', 'real-time'] as const) {
  t.test(`${how}: whatever is sold, undone, settled, disputed and cut over, all sides meet to the fen`, async (t) => {
    let paid = 0;
    let cases = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 15, maxLength: 50 }), (steps) => {
        const shop = new Shop(how);
        try {
          for (const one of steps) {
            shop.take(one);
            compare(shop);
            withinClaims(shop);
          }
          // The last day ends like any other.
          shop.take({ do: 'cut-over' });
          compare(shop);
          paid += shop.host.clearing.payouts(1000).length;
          cases += shop.office.cases.list(1000, false).filter(({ state }) => state === 'closed').length;
        } finally {
          shop.remove();
        }
      }),
      { numRuns: 25 },
    );
    t.ok(paid > 0, `${paid} payouts`);
    t.ok(cases > 0, `${cases} cases that were decided`);
  });
}
