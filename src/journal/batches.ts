import { Fault } from '../values/problem.ts';
import type { Batch } from '../values/trace.ts';
import { owesMoney } from './progress.ts';
import type { Settlements } from './settlements.ts';
import type { Shelf } from './shelf.ts';
import type { Store } from './store.ts';
import type { KeptBatch, Statements } from './writes.ts';

export type Closing = { readonly closed: true } | { readonly closed: false; readonly owing: number };

/** The batch that is open, and those that the bank has taken away before they were settled. */
export interface Batches {
  readonly open: KeptBatch;
  /** The one that the bank has open, as it said last; null before it did, and where that one was closed here last. */
  readonly atBank: Batch | null;
  /** The oldest that the bank has taken away with transactions in it; null where there is none. */
  readonly left: KeptBatch | null;
  /** Whether the open one is being settled: nothing more may come into it. */
  readonly isSettled: boolean;
  /** Rows of all that are not closed. */
  rows: number;
  /**
   * The bank's sign-in has named its batch: opened where it is not the one that is open, unless that is being settled.
   * Throws a Fault where it is one that was closed here last. True where another one is open now.
   */
  named(number: Batch): boolean;
  /** The one to settle next: what the bank has taken away comes first. */
  due(): KeptBatch;
  /** How many of its entries owe money, and how many requests are in hand. */
  owingIn(batchId: number): number;
  /** Closes the one that is settled, `alongside` in the same commit, and opens `next` where it is not open yet. */
  close(next: Batch, alongside: () => unknown): Closing;
}

export interface BatchesParts {
  readonly store: Store;
  readonly write: Statements;
  readonly entries: Pick<Shelf, 'owed' | 'held' | 'counted'>;
  readonly settled: Pick<Settlements, 'open'>;
  readonly now: () => number;
}

export function batches({ store, write, entries, settled, now }: BatchesParts): Batches {
  let open = write.openBatch();
  let left = write.leftBefore(open.id);
  let atBank: Batch | null = null;
  let rows = write.rowsOfOpenBatches();

  const isSettled = () => settled.open()?.batchId === open.id;

  function owingIn(batchId: number): number {
    const owing = entries.owed().filter(({ entry, debt }) => owesMoney(debt) && entry.facts.batchId === batchId).length;
    return owing + entries.held;
  }

  /** One in which nothing counts and nothing is owed has nothing to settle, and is closed at once. */
  function findLeft(): void {
    for (left = write.leftBefore(open.id); left !== null; left = write.leftBefore(open.id)) {
      const { id } = left;
      if (owingIn(id) > 0 || entries.counted(id).length > 0) return;
      store.commit(() => write.closing(id, now()));
      rows = write.rowsOfOpenBatches();
    }
  }

  return {
    get open() {
      return open;
    },
    get atBank() {
      return atBank;
    },
    get left() {
      return left;
    },
    get isSettled() {
      return isSettled();
    },
    get rows() {
      return rows;
    },
    set rows(count) {
      rows = count;
    },
    named(number) {
      const closed = number === write.lastClosed();
      atBank = closed ? null : number;
      if (number === open.number || isSettled()) return false;
      if (closed) throw new Fault({ kind: 'batch-closed', batch: number });
      open = store.commit(() => write.batch(number, now()));
      findLeft();
      return true;
    },
    due() {
      if (left !== null && settled.open() === null) findLeft();
      return left ?? open;
    },
    owingIn,
    close(next, alongside) {
      const of = settled.open()?.batchId ?? open.id;
      const owing = owingIn(of);
      if (owing > 0) return { closed: false, owing };
      open = store.commit(() => {
        alongside();
        write.closing(of, now());
        // After one that the bank has taken away the next is open here already.
        return of !== open.id && next === open.number ? open : write.batch(next, now());
      });
      left = write.leftBefore(open.id);
      atBank = next;
      rows = write.rowsOfOpenBatches();
      return { closed: true };
    },
  };
}
