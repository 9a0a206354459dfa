import type { BusinessDay } from './days.ts';
import { merchantFees, merchantPaid, merchantPayable, merchantPending, type Office } from './office.ts';
import type { Merchant } from './seed.ts';

/** An entry that changed what a merchant is owed: a trade, its reversal, a correction. */
export interface Movement {
  readonly entry: number;
  readonly kind: string;
  readonly trade: number | null;
  readonly at: number;
  /** Owed to the merchant; taken back from it where negative. */
  readonly amount: number;
  /** Owed by the merchant; given back to it where negative. */
  readonly fee: number;
}

export interface Payout {
  readonly id: number;
  readonly merchant: string;
  /** YYYYMMDD. */
  readonly day: string;
  readonly clearing: Merchant['clearing'];
  readonly debit: number;
  readonly debits: number;
  readonly credit: number;
  readonly credits: number;
  readonly fee: number;
  /** What the merchant owed before, never positive. */
  readonly brought: number;
  readonly paid: number;
  /** What it owes afterwards: taken off the next payout. */
  readonly carried: number;
  readonly at: number;
}

/**
 * Pays merchants what they are owed. What they owe (more given back than sold) is never collected from their account:
 * it stays in `pending` and is taken off the next payout.
 */
export interface Clearing {
  /** Clears and pays at once what a merchant of real-time clearing is owed. */
  atOnce(merchant: Merchant, now: number): void;
  /** Ends the open day where its time is over by the clock; null where it is not. */
  turn(now: number): BusinessDay | null;
  /**
   * Ends the open day now, clears what each merchant is owed and resets the counts of wrong PINs. Trade pauses for
   * `lasts_ms`, or as long as configured.
   */
  cutOver(now: number, lasts_ms?: number): BusinessDay;
  /** All merchants with accounts here: those of the seed and those that were removed from it since. */
  merchants(): string[];
  /** What moved in the entries from `first` to `last`, both included. */
  movements(merchant: string, first: number, last: number): Movement[];
  /** Newest first. */
  payouts(limit: number): Payout[];
}

export function clearing({ books: { db }, ledger, days, seed }: Office): Clearing {
  const newest = db.prepare('SELECT coalesce(max(id), 0) AS id FROM entry');
  const accounts = db.prepare("SELECT id FROM account WHERE kind = 'pending' ORDER BY rowid");
  const lastOf = db.prepare('SELECT last_entry, carried FROM payout WHERE merchant = ? ORDER BY id DESC LIMIT 1');
  // Repeats the GLOB of the index posting_of_merchant: without it SQLite would read all postings of the bank.
  const moved = db.prepare(
    `SELECT entry.id, entry.kind, entry.trade, entry.at,
       sum(iif(account = $owed, amount, 0)) AS amount, sum(iif(account = $fees, -amount, 0)) AS fee
     FROM posting JOIN entry ON entry.id = posting.entry
     WHERE account GLOB 'merchant:*' AND account IN ($owed, $fees) AND posting.entry >= $first AND posting.entry <= $last
       AND kind <> 'clearing'
     GROUP BY posting.entry ORDER BY posting.entry`,
  );
  const kept = db.prepare(
    `INSERT INTO payout (merchant, day, clearing, first_entry, last_entry, debit, debits, credit, credits, fee, brought,
       paid, carried, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const listed = db.prepare('SELECT * FROM payout ORDER BY id DESC LIMIT ?');
  const forgiven = db.prepare('UPDATE card SET wrong_pins = 0');

  const movements: Clearing['movements'] = (merchant, first, last) =>
    moved.all({ owed: merchantPending(merchant), fees: merchantFees(merchant), first, last }).map((row) => ({
      entry: Number(row.id),
      kind: String(row.kind),
      trade: row.trade === null ? null : Number(row.trade),
      at: Number(row.at),
      amount: Number(row.amount),
      fee: Number(row.fee),
    }));

  const merchants: Clearing['merchants'] = () => accounts.all().map(({ id }) => String(id).split(':')[1] ?? '');

  return {
    atOnce(merchant, now) {
      if (merchant.clearing === 'real-time') clear(merchant, days.date(), now);
    },
    turn(now) {
      const due = days.due(now);
      return due === null ? null : end(due.next, { since: due.since, now });
    },
    cutOver: (now, lasts_ms) => end(days.following(now), { since: now, now, lasts_ms }),
    merchants,
    movements,
    payouts: (limit) => listed.all(limit).map(payoutOf),
  };

  function end(next: string, turn: { since: number; now: number; lasts_ms?: number | undefined }): BusinessDay {
    const { since, now, lasts_ms = seed.acquirer.cutOverLastsMs } = turn;
    const day = days.cutOver(next, { since, now, lasts_ms });
    // A merchant that was removed from the seed is still paid for what it has sold.
    for (const id of merchants()) clear(seed.merchants.get(id) ?? { id, clearing: 'T+1' }, day.date, now);
    // PIN tries are counted anew each day of trade.
    forgiven.run();
    return day;
  }

  function clear(merchant: Pick<Merchant, 'id' | 'clearing'>, day: string, now: number): void {
    const before = lastOf.get(merchant.id);
    const first = Number(before?.last_entry ?? 0) + 1;
    const last = Number(newest.get()?.id);
    const brought = Number(before?.carried ?? 0);
    const rows = movements(merchant.id, first, last);
    if (rows.length === 0) return;
    const sum = sumsOf(rows);
    const net = sum.debit - sum.credit - sum.fee + brought;
    const paid = Math.max(net, 0);
    if (paid > 0) pay(merchant.id, paid, now);
    kept.run(
      ...[merchant.id, day, merchant.clearing, first, last, sum.debit, sum.debits, sum.credit, sum.credits],
      ...[sum.fee, brought, paid, net - paid, now],
    );
  }

  /** Throws unless the ledger (pending less fees) agrees with the sum of the movements: one of them would be wrong. */
  function pay(merchant: string, paid: number, at: number): void {
    const owed = ledger.balance(merchantPending(merchant));
    const fees = ledger.balance(merchantFees(merchant));
    if (owed + fees !== paid) {
      throw new Error(`merchant ${merchant} is owed ${owed + fees} fen by the ledger, ${paid} by its movements`);
    }
    const postings = [
      { account: merchantPending(merchant), amount: -owed },
      { account: merchantFees(merchant), amount: -fees },
      { account: merchantPayable(merchant), amount: paid },
    ];
    ledger.post({ kind: 'clearing', trade: null, at, postings: postings.filter(({ amount }) => amount !== 0) });
    ledger.post({
      kind: 'payout',
      trade: null,
      at,
      postings: [
        { account: merchantPayable(merchant), amount: -paid },
        { account: merchantPaid(merchant), amount: paid },
      ],
    });
  }
}

/** Totals of movements: debit and credit as positive amounts. */
export function sumsOf(rows: readonly Movement[]) {
  const sum = { debit: 0, debits: 0, credit: 0, credits: 0, fee: 0 };
  for (const { amount, fee } of rows) {
    sum.fee += fee;
    if (amount > 0) {
      sum.debit += amount;
      sum.debits++;
    } else if (amount < 0) {
      sum.credit -= amount;
      sum.credits++;
    }
  }
  return sum;
}

function payoutOf(row: Record<string, unknown>): Payout {
  const { merchant, day, clearing, ...rest } = row;
  const number = (name: string): number => Number(rest[name]);
  return {
    id: number('id'),
    merchant: String(merchant),
    day: String(day),
    clearing: clearing === 'real-time' ? 'real-time' : 'T+1',
    debit: number('debit'),
    debits: number('debits'),
    credit: number('credit'),
    credits: number('credits'),
    fee: number('fee'),
    brought: number('brought'),
    paid: number('paid'),
    carried: number('carried'),
    at: number('at'),
  };
}
