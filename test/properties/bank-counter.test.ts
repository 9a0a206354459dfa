import fc from 'fast-check';
import t from 'tap';
import { SEED } from '../../bank/bank.ts';
import { cardAccount, holdAccount } from '../../bank/ledger.ts';
import { merchantFees, merchantPaid, merchantPending } from '../../bank/office.ts';
import { readSeed } from '../../bank/seed.ts';
import type { Message, MessageFields } from '../../src/host/codec.ts';
import { type CardName, Counter, FORMS, type FormName, n12 } from '../unit/bank-counter.ts';
import { MERCHANT, TERMINAL } from '../unit/bank-terminal.ts';

/*
 * Every type of the counter in any order, said twice, turned back, late and after a restart. The page of paper beside the
 * bank knows of each trade what it must have moved; the bank decides, the paper holds it to its decisions.
 */

const seed = readSeed(SEED);
const CARD_IDS = { boc: 'boc-debit', cmb: 'cmb-credit' } as const;
type OwnCard = keyof typeof CARD_IDS;
const TYPES = Object.keys(FORMS) as FormName[];

interface TradeStep {
  readonly do: FormName;
  readonly of: number;
  readonly card: OwnCard;
  readonly size: 'whole' | 'part' | 'over';
  readonly amount: number;
}

type Step =
  | TradeStep
  | { do: 'early'; type: FormName; of: number }
  | { do: 'reverse' | 'again'; of: number }
  | { do: 'close' | 'restart' | 'month' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constantFrom(...TYPES, 'preauth', 'preauth', 'sale', 'refund', 'completion', 'completion-void', 'void'),
      of: fc.nat(),
      card: fc.constantFrom<OwnCard>('boc', 'cmb', 'cmb'),
      size: fc.constantFrom('whole', 'whole', 'whole', 'part', 'over'),
      amount: fc.integer({ min: 1, max: 30_000 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('reverse' as const), of: fc.nat() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('again' as const), of: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('early' as const), type: fc.constantFrom(...TYPES), of: fc.nat() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'month' as const) }) },
);

/** A trade as the paper has it. */
interface Row {
  readonly type: FormName;
  readonly trace: string;
  readonly batch: string;
  readonly amount: number;
  readonly card: OwnCard;
  readonly asked: Message;
  readonly answer: Message;
  readonly of: Row | null;
  /** What it took from the free and from the held money of its card. */
  readonly free: number;
  readonly held: number;
  stands: boolean;
}

const UNDONE_BY: Partial<Record<FormName, readonly FormName[]>> = {
  void: ['sale', 'instalment', 'offline', 'voice'],
  'completion-void': ['completion', 'completion-advice'],
  'preauth-void': ['preauth'],
};
const ORIGINALS: Partial<Record<FormName, readonly FormName[]>> = {
  ...UNDONE_BY,
  refund: ['sale', 'instalment', 'offline', 'voice', 'completion', 'completion-advice'],
  'preauth-add': ['preauth'],
  completion: ['preauth'],
  'completion-advice': ['preauth'],
  adjust: ['offline', 'voice'],
  tip: ['sale', 'offline', 'voice'],
};

/** What a row goes back to: a completion's void to its pre-authorisation. */
function first(row: Row): Row {
  return row.of === null ? row : first(row.of);
}

class Paper {
  readonly counter = new Counter(null, seed);
  readonly rows: Row[] = [];
  readonly approvals: Map<string, number>;
  #trace = 1;
  /** Holds may have expired: what was held is free. */
  #expired = false;
  /** Pre-authorisations that were turned back, whole or in part: they hold less than was completed of them. */
  readonly #thinned = new Set<Row>();

  constructor(approvals: Map<string, number>) {
    this.approvals = approvals;
  }

  take(step: Step): void {
    if (step.do === 'close') this.counter.closeBatch();
    else if (step.do === 'restart') this.counter.restart();
    else if (step.do === 'month') this.#aMonthLater();
    else if (step.do === 'reverse') this.#reverse(step.of);
    else if (step.do === 'again') this.#again(step.of);
    else if (step.do === 'early') this.#early(step.type, step.of);
    else this.#trade(step as TradeStep);
    this.#compare();
  }

  #aMonthLater(): void {
    this.counter.later(31);
    this.#expire();
    this.#expired = true;
  }

  /** At once, so that what a trade moves is its own: a reversal may have brought back a hold whose time is over. */
  #expire(): void {
    const { office, now } = this.counter;
    office.books.atomically(() => office.holds.expire(now));
  }

  #trade({ do: type, of, card: own, size, amount: random }: TradeStep): void {
    const original = this.#pick(of, ORIGINALS[type]);
    if (ORIGINALS[type] !== undefined && original === null) return;
    const card = original?.card ?? own;
    const whole = original === null ? random : this.#whole(type, original, random);
    const amount = { whole, part: Math.max(1, Math.floor(whole / 3)), over: Math.floor(whole * 1.2) + 1 }[size];
    const trace = String(++this.#trace).padStart(6, '0');
    const saying = { trace, amount, card, fields: this.#fields(type, original, card, amount) };
    this.#expire();
    const before = this.#money(card);
    const hold = original === null ? 0 : this.#hold(original);
    const asked = this.counter.message(type, saying);
    const answer = this.counter.answerTo(asked);
    const after = this.#money(card);
    const batch = this.counter.keys().batch;
    const row = { ...{ type, trace, batch, amount, card, asked, answer, of: original }, stands: answer.code === '00' };
    const moved = { free: before.free - after.free, held: before.held - after.held };
    if (answer.code !== '00' && (moved.free !== 0 || moved.held !== 0)) {
      throw new Error(`a ${type} that was refused moved money`);
    }
    if (answer.code === '00') {
      this.approvals.set(type, (this.approvals.get(type) ?? 0) + 1);
      const expected = this.#mustMove(type, original, amount, hold);
      if (moved.free + moved.held !== expected) {
        throw new Error(`a ${type} of ${amount} moved ${moved.free + moved.held} fen, not ${expected}`);
      }
    }
    this.rows.push({ ...row, ...(row.stands ? moved : { free: 0, held: 0 }) });
  }

  /** What leaves the card, held or free; checks that it may. */
  #mustMove(type: FormName, original: Row | null, amount: number, hold: number): number {
    if (type === 'preauth' || type === 'preauth-add' || type === 'preauth-void') return 0;
    if (original === null) return amount;
    const may = (good: boolean, why: string): void => {
      if (!good) throw new Error(`a ${type} of ${amount} was taken: ${why}`);
    };
    const total = this.#total(original);
    if (type === 'void' || type === 'completion-void') {
      may(total === amount, `${total} stand`);
      may(this.#refunded(original) === 0, 'a part was refunded');
      return -total;
    }
    if (type === 'refund') {
      may(amount <= total - this.#refunded(original), 'more than is left');
      may(original.batch !== this.counter.keys().batch, 'it is not settled');
      return -amount;
    }
    if (type === 'completion' || type === 'completion-advice') {
      may(amount <= Math.floor((hold * 115) / 100), 'more than 115 per cent');
      return amount;
    }
    return amount - total;
  }

  #reverse(of: number): void {
    const reversible = this.rows.filter(({ type }) => FORMS[type][0] !== '0220');
    const row = reversible[of % Math.max(1, reversible.length)];
    if (row === undefined) return;
    const { type, trace, amount, card, batch } = row;
    const before = this.#money(card);
    const fields = { batch: `${FORMS[type][3]}${batch}000500` };
    const code = this.counter.reverse(type, { trace, amount, card, fields });
    const after = this.#money(card);
    const back = after.free + after.held - before.free - before.held;
    const turned = code === '00' && row.stands;
    if (back !== (turned ? row.free + row.held : 0)) throw new Error(`the reversal of a ${type} gave ${back} fen back`);
    // Where nothing has expired, what was held is held again, to the fen.
    const whole = !this.#expired && !this.#thinned.has(first(row));
    if (turned && whole && after.free - before.free !== row.free) throw new Error(`a ${type} left a hold`);
    // A hold that is smaller than a completion took of it cannot take all of that back.
    if (turned && (type === 'preauth' || type === 'preauth-add')) this.#thinned.add(first(row));
    if (code === '00') row.stands = false;
    else if (code !== '12') throw new Error(`the reversal of a ${type} was answered ${code}`);
    if (turned) this.approvals.set('reversal', (this.approvals.get('reversal') ?? 0) + 1);
  }

  /** The same bytes under the same trace. */
  #again(of: number): void {
    const row = this.rows[of % Math.max(1, this.rows.length)];
    if (row === undefined) return;
    const before = this.#money(row.card);
    const { code, reference } = this.counter.answerTo(row.asked);
    const after = this.#money(row.card);
    if (before.free + before.held !== after.free + after.held) throw new Error(`a ${row.type} said twice moved money`);
    const expected = FORMS[row.type][0] === '0220' ? row.answer.code : '94';
    if (code !== expected || reference !== row.answer.reference) {
      throw new Error(`a ${row.type} said twice: ${code} ${reference}, expected ${expected} ${row.answer.reference}`);
    }
  }

  /** A reversal that comes before its original: the original is refused, and moves nothing. */
  #early(type: FormName, of: number): void {
    if (FORMS[type][0] === '0220') return;
    const original = this.#pick(of, ORIGINALS[type]);
    if (ORIGINALS[type] !== undefined && original === null) return;
    const trace = String(++this.#trace).padStart(6, '0');
    const card = original?.card ?? 'cmb';
    const amount = original === null ? 100 : this.#whole(type, original, 100);
    const before = this.#money(card);
    const first = this.counter.reverse(type, { trace, amount, card });
    const fields = this.#fields(type, original, card, amount);
    const late = this.counter.code(type, { trace, amount, card, fields });
    const after = this.#money(card);
    if (first !== '25' || late !== '12') throw new Error(`a late ${type}: ${first}, ${late}`);
    if (before.free + before.held !== after.free + after.held) throw new Error(`a late ${type} moved money`);
  }

  #pick(of: number, types: readonly FormName[] | undefined): Row | null {
    if (types === undefined) return null;
    const fitting = this.rows.filter((row) => types.includes(row.type) && row.answer.code === '00');
    return fitting[of % Math.max(1, fitting.length)] ?? null;
  }

  /** The amount that a terminal would send of an original. */
  #whole(type: FormName, original: Row, random: number): number {
    if (type === 'preauth-add') return random;
    if (type === 'preauth-void' || type === 'completion' || type === 'completion-advice') {
      return Math.max(1, this.#hold(original));
    }
    const total = this.#total(original);
    if (type === 'refund') return Math.max(1, total - this.#refunded(original));
    if (type === 'adjust') return Math.max(1, total + (random % 2 === 0 ? 500 : -500));
    return type === 'tip' ? total + Math.floor(total / 10) : total;
  }

  #fields(type: FormName, original: Row | null, card: CardName, amount: number): Partial<MessageFields> {
    if (type === 'instalment') return { payload: Buffer.from('12PLAN') };
    if (type === 'voice') return { authorisation: this.#call(card, amount) };
    if (original === null) return {};
    const { reference, authorisation, date } = original.answer;
    const day = `${'0'.repeat(12)}${date}`;
    const total = this.#total(original);
    if (type === 'refund') return { reference, original: day };
    if (FORMS[type][2] !== '00' && type !== 'completion-void') return { authorisation, original: day };
    const named = { reference, authorisation, original: `${original.batch}${original.trace}` };
    if (type === 'adjust') return { ...named, totals: n12(total) };
    return type === 'tip' ? { ...named, totals: n12(Math.max(0, amount - total)) } : named;
  }

  #call(card: CardName, amount: number): string {
    const { office } = this.counter;
    const authorisation = String(this.#trace).padStart(6, '0');
    const said = { authorisation, card: CARD_IDS[card as OwnCard], amount, at: this.counter.now };
    office.books.atomically(() => office.voice.give(said as Parameters<typeof office.voice.give>[0]));
    return authorisation;
  }

  #upon(original: Row, types: readonly FormName[]): Row[] {
    return this.rows.filter((row) => row.of === original && row.stands && types.includes(row.type));
  }

  #total(original: Row): number {
    return this.#upon(original, ['tip', 'adjust']).reduce(
      (sum, { free, held }) => sum + free + held,
      original.free + original.held,
    );
  }

  #refunded(original: Row): number {
    return this.#upon(original, ['refund']).reduce((sum, { amount }) => sum + amount, 0);
  }

  #hold(preauth: Row): number {
    const { ledger, trades, holds } = this.counter.office;
    const id = trades.find({ terminal: TERMINAL, batch: preauth.batch, trace: preauth.trace })?.id ?? 0;
    return ledger.sum() === 0 ? holds.amount(id) : 0;
  }

  #money(card: CardName): { free: number; held: number } {
    const id = CARD_IDS[card as OwnCard];
    const { ledger } = this.counter.office;
    return { free: ledger.balance(cardAccount(id)), held: ledger.balance(holdAccount(id)) };
  }

  /** Both books, as a whole. */
  #compare(): void {
    const { ledger, books, trades } = this.counter.office;
    ledger.recount();
    for (const card of ['boc', 'cmb'] as const) {
      const { free, held } = this.#money(card);
      const spent = this.rows.filter((row) => row.card === card && row.stands);
      const opening = card === 'boc' ? 1_000_000 : 0;
      const expected = spent.reduce((left, row) => left - row.free - row.held, opening);
      if (free + held !== expected) throw new Error(`${card}: ${free + held}, expected ${expected}`);
      if (held < 0) throw new Error(`${card}: ${held} held`);
    }
    const twice = books.db
      .prepare(
        `SELECT trade, kind FROM entry WHERE trade IS NOT NULL AND kind <> 'expiry' GROUP BY trade, kind HAVING count(*) > 1`,
      )
      .get();
    if (twice !== undefined) throw new Error(`trade ${twice.trade} has two ${twice.kind} entries`);
    // What the merchant is owed and was paid is what stands, less its fees.
    const standing = trades.list(1000).filter(({ state }) => state === 'posted' || state === 'voided');
    const fee = ({ type, moved, fee }: (typeof standing)[number]): number =>
      moved < 0 && type !== 'adjust' ? -fee : fee;
    const net = standing.reduce((sum, row) => sum + row.moved - fee(row), 0);
    const owed = [merchantPending, merchantFees, merchantPaid].reduce(
      (sum, of) => sum + ledger.balance(of(MERCHANT)),
      0,
    );
    if (owed !== net) throw new Error(`the merchant has ${owed}, expected ${net}`);
    for (const row of standing) {
      if (
        row.refunded > row.moved &&
        row.refunded > 0 &&
        this.#total(this.#rowOf(row.batch, row.trace)) < row.refunded
      ) {
        throw new Error(`${row.trace}: ${row.refunded} fen refunded`);
      }
    }
  }

  #rowOf(batch: string, trace: string): Row {
    const row = this.rows.find((one) => one.batch === batch && one.trace === trace);
    if (row === undefined) throw new Error(`the bank has a trade ${batch} ${trace} that nobody asked for`);
    return row;
  }
}

t.test('all types in any order: nothing is posted twice, given back twice, or left held', async (t) => {
  const approvals = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 90 }), (steps) => {
      const paper = new Paper(approvals);
      try {
        for (const one of steps) paper.take(one);
      } finally {
        paper.counter.remove();
      }
    }),
    { numRuns: 60 },
  );
  // A bank that says no to everything would keep all of the above.
  for (const type of [...TYPES, 'reversal']) t.ok((approvals.get(type) ?? 0) > 0, `${type}: ${approvals.get(type)}`);
});
