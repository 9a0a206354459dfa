import { Fault } from '../values/problem.ts';
import type { Batch } from '../values/trace.ts';
import { newestOlderThan } from './keeping.ts';
import { owesMoney } from './progress.ts';
import type { Settlements } from './settlements.ts';
import type { Shelf } from './shelf.ts';
import type { Store } from './store.ts';
import type { KeptBatch, Statements } from './writes.ts';

export type Closing = { readonly closed: true } | { readonly closed: false; readonly owing: number };

/** The batch that is open, and those that the bank has taken away before they were settled. */
export interface Batches {
  readonly open: KeptBatch;
  /** The one that the bank has open, as it said last; null before it did, and where that one was closed here. */
  readonly atBank: Batch | null;
  /** The oldest that the bank has taken away with something in it that counts or is owed; null where there is none. */
  readonly left: KeptBatch | null;
  /** Whether a settlement of the open one is under way: nothing more may come into it. */
  readonly isBeingSettled: boolean;
  /** Rows of all that are not closed. */
  rows: number;
  /**
   * What the bank's sign-in has named is open from here on, but not while the open one is being settled. One that was taken
   * away and is given back goes on as it was. Throws a Fault where it is one that was closed here: as long as its rows are
   * kept, and for ever where two people have closed it, for the bank never settled that one. True where another one is open
   * now.
   */
  follow(number: Batch): boolean;
  /** The one to settle next: what the bank has taken away comes first, but for one in which money is owed. */
  due(): KeptBatch;
  /** Looks again whether there is still something to settle in what is left; true where that has changed. */
  lookAtLeft(): boolean;
  /** How many of its entries owe money, and how many requests are in hand. */
  owingIn(batchId: number): number;
  /**
   * Closes the one that is being settled, `alongside` in the same commit, and opens `next` where it is not open yet. Where
   * `next` was closed here, what a sign-in has named since is opened instead; a Fault, with nothing closed, before it has.
   */
  close(next: Batch, alongside: () => unknown): Closing;
}

export interface BatchesParts {
  readonly store: Store;
  readonly write: Statements;
  readonly entries: Pick<Shelf, 'owed' | 'held' | 'counted'>;
  readonly settled: Pick<Settlements, 'open' | 'forget'>;
  /** How long rows of closed batches are kept. */
  readonly keep_days: number;
  readonly now: () => number;
}

export function batches({ store, write, entries, settled, keep_days, now }: BatchesParts): Batches {
  let open = write.openBatch();
  /** Nothing more comes into what is left: it changes with what is owed in it alone. */
  let owedInLeft = 0;
  // Null where another batch is open since: it is on the disk, and is so whether the disk gives these just then or not.
  let left: { readonly oldest: KeptBatch | null } | null = { oldest: oldestLeft() };
  let rows: number | null = write.rowsOfOpenBatches();
  let atBank: Batch | null = null;

  const isBeingSettled = () => settled.open()?.batchId === open.id;

  function owes(batchId: number): number {
    return entries.owed().filter(({ entry, debt }) => owesMoney(debt) && entry.facts.batchId === batchId).length;
  }

  function owingIn(batchId: number): number {
    return owes(batchId) + entries.held;
  }

  /** One in which nothing counts and nothing is owed has nothing to settle. */
  function oldestLeft(): KeptBatch | null {
    const found = write.leftBeside(open.id).find(({ id }) => owes(id) > 0 || entries.counted(id).length > 0) ?? null;
    owedInLeft = found === null ? 0 : owes(found.id);
    return found;
  }

  function leftNow(): KeptBatch | null {
    left ??= { oldest: oldestLeft() };
    return left.oldest;
  }

  /** One that is not closed, beside this one, and has the number. */
  function leftAs(number: Batch, beside: number): KeptBatch | null {
    return write.leftBeside(beside).find((kept) => kept.number === number) ?? null;
  }

  /** It would be settled twice: at the bank with its old sales, here without them. */
  function isOver(number: Batch): boolean {
    if (number === write.lastClosed()) return true;
    return write.isOver(number, newestOlderThan(keep_days, write.closings()));
  }

  function openAfter(of: KeptBatch, next: Batch): Batch {
    if (next === open.number || leftAs(next, of.id) !== null || !isOver(next)) return next;
    if (atBank === null || atBank === of.number) throw new Fault({ kind: 'batch-closed', batch: next });
    return atBank;
  }

  return {
    get open() {
      return open;
    },
    get atBank() {
      return atBank;
    },
    get left() {
      return leftNow();
    },
    get isBeingSettled() {
      return isBeingSettled();
    },
    get rows() {
      rows ??= write.rowsOfOpenBatches();
      return rows;
    },
    set rows(count) {
      rows = count;
    },
    follow(number) {
      const givenBack = leftAs(number, open.id);
      const closed = givenBack === null && number !== open.number && isOver(number);
      atBank = closed ? null : number;
      if (number === open.number || isBeingSettled()) return false;
      if (closed) throw new Fault({ kind: 'batch-closed', batch: number });
      open = givenBack ?? store.commit(() => write.batch(number, now()));
      left = null;
      return true;
    },
    due() {
      const ready = write.leftBeside(open.id).find(({ id }) => owes(id) === 0 && entries.counted(id).length > 0);
      return ready ?? open;
    },
    lookAtLeft() {
      const before = leftNow();
      if (before === null || owes(before.id) === owedInLeft) return false;
      left = null;
      return before.id !== leftNow()?.id;
    },
    owingIn,
    close(next, alongside) {
      const settling = settled.open();
      const of = settling === null ? open : { id: settling.batchId, number: settling.batch };
      const owing = owingIn(of.id);
      if (owing > 0) return { closed: false, owing };
      const number = openAfter(of, next);
      settled.forget();
      open = store.commit(() => {
        alongside();
        write.closing(of.id, now());
        // After one that the bank has taken away the next is open here already, or was before.
        if (of.id !== open.id && number === open.number) return open;
        return leftAs(number, of.id) ?? write.batch(number, now());
      });
      left = null;
      rows = null;
      atBank = number;
      return { closed: true };
    },
  };
}
