import { type Fen, fen } from '../values/fen.ts';
import type { EntryFacts } from './entry.ts';
import { type History, progressOf } from './events.ts';
import { stateOf } from './progress.ts';
import type { Store } from './store.ts';
import { type CardGroup, type EntryType, types } from './types.ts';

/** The number and amount of the entries of one type, operator and card group. */
export interface Sum {
  readonly type: EntryType;
  readonly operator: string;
  readonly group: CardGroup;
  readonly count: number;
  /** Fen; below zero where adjustments have lowered more than they raised. */
  readonly amount: number;
}

/** A batch's totals: what is approved, and what is still open with the bank. */
export interface Totals {
  readonly approved: readonly Sum[];
  readonly pending: readonly Sum[];
  /** The number of pending entries, with the tips and adjustments, which count 0 in a sum. */
  readonly waiting: number;
}

/** What one side of a card group comes to in a settlement (unionpay.md 9). */
export interface Side {
  readonly amount: Fen;
  readonly count: number;
}

export type GroupTotals = Readonly<Record<'debit' | 'credit', Side>>;
export type SettlementTotals = Readonly<Record<CardGroup, GroupTotals>>;

/**
 * The running totals of the finished entries, a batch each. They are a cache: written in quiet moments together with the
 * index of unfinished entries, and brought up to date at boot from the entries after it.
 */
export interface RunningSums {
  /** Once for each entry, when nothing about its money can change any more. */
  add(facts: EntryFacts, history: History): void;
  of(batchId: number): readonly Sum[];
  /** Writes the changed sums; to be called inside a commit. Until `kept` is called, it writes the same again. */
  keep(): void;
  /** To be called when that commit is on the disk. */
  kept(): void;
}

interface Running {
  readonly batchId: number;
  readonly sum: Sum;
}

export function runningSums(store: Store): RunningSums {
  const kept = store.prepare('SELECT * FROM sums WHERE batch NOT IN (SELECT batch FROM closings)');
  const write = store.prepare(`INSERT INTO sums (batch, type, operator, card_group, count, amount)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = excluded.count, amount = excluded.amount`);
  const running = new Map<string, Running>();
  const changed = new Set<string>();

  const put = (batchId: number, sum: Sum): string => {
    const key = `${batchId} ${keyOf(sum)}`;
    running.set(key, { batchId, sum: together(running.get(key)?.sum, sum) });
    return key;
  };
  for (const { batch, type, operator, card_group, count, amount } of kept.all()) {
    put(Number(batch), {
      ...{ type: type as EntryType, operator: String(operator), group: card_group as CardGroup },
      ...{ count: Number(count), amount: Number(amount) },
    });
  }

  return {
    add(facts, history) {
      if (stateOf(progressOf(history), false) === 'approved') changed.add(put(facts.batchId, worthOf(facts)));
    },
    of: (batchId) => [...running.values()].flatMap((row) => (row.batchId === batchId ? [row.sum] : [])),
    keep() {
      for (const key of changed) {
        const row = running.get(key);
        if (row === undefined) continue;
        const { type, operator, group, count, amount } = row.sum;
        write.run(row.batchId, type, operator, group, count, amount);
      }
    },
    kept: () => changed.clear(),
  };
}

/** What an entry adds to the totals where it is approved. */
export function worthOf({ type, operator, group, amount, particulars }: EntryFacts): Sum {
  const change = types[type].settles === 'change';
  const worth = type === 'adjust' ? amount - (particulars.before ?? 0) : amount;
  return { type, operator, group, count: change ? 0 : 1, amount: worth };
}

/** One sum for each type, operator and group. */
export function summed(sums: Iterable<Sum>): readonly Sum[] {
  const found = new Map<string, Sum>();
  for (const sum of sums) found.set(keyOf(sum), together(found.get(keyOf(sum)), sum));
  return [...found.values()];
}

/**
 * The two sides of the two groups, as the terminal and the bank compare them. F48 has no sign: where adjustments lower
 * a group by more than its debits (their entry is in another batch, or two people ruled it out), the debit amount is 0
 * and the rest is added to the credits. The counts stay as they are (bank/upload.ts).
 */
export function settlementTotals(sums: readonly Sum[]): SettlementTotals {
  const side = (group: CardGroup, sides: readonly string[]) => {
    const rows = sums.filter((sum) => sum.group === group && sides.includes(types[sum.type].settles));
    return {
      amount: rows.reduce((amount, row) => amount + row.amount, 0),
      count: rows.reduce((count, row) => count + row.count, 0),
    };
  };
  const group = (name: CardGroup): GroupTotals => {
    const debit = side(name, ['debit', 'change']);
    const credit = side(name, ['credit']);
    const over = Math.max(0, -debit.amount);
    return {
      debit: { ...debit, amount: fen(debit.amount + over) },
      credit: { ...credit, amount: fen(credit.amount + over) },
    };
  };
  return { home: group('home'), foreign: group('foreign') };
}

function keyOf({ type, operator, group }: Sum): string {
  return `${type} ${operator} ${group}`;
}

function together(one: Sum | undefined, other: Sum): Sum {
  if (one === undefined) return other;
  return { ...other, count: one.count + other.count, amount: one.amount + other.amount };
}
