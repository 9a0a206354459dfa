import { Fault } from '../values/problem.ts';
import type { Batch } from '../values/trace.ts';
import { newestOlderThan } from './keeping.ts';
import { owesMoney } from './progress.ts';
import type { Settlements } from './settlements.ts';
import type { Shelf } from './shelf.ts';
import type { Store } from './store.ts';
import type { KeptBatch, Statements } from './writes.ts';

export type Closing = { readonly closed: true } | { readonly closed: false; readonly owing: number };

/** The open batch, and the left ones: the bank's sign-in named another batch as open before they were settled. */
export interface Batches {
  readonly open: KeptBatch;
  /** The batch that the bank has open, by its last word; null before it said so, and where that was closed here. */
  readonly atBank: Batch | null;
  /** The oldest left batch with something in it that counts or is owed; null where there is none. */
  readonly left: KeptBatch | null;
  /** Whether the open batch is being settled: nothing more may come into it. */
  readonly isBeingSettled: boolean;
  /** Entries in all batches that are not closed. */
  rows: number;
  /**
   * Opens the batch that the bank's sign-in has named, but not while the open one is being settled. A left batch that
   * the bank names again goes on as it was. Throws a Fault where the batch was closed here: as long as its rows are
   * kept, and for ever where two people have closed it, because the bank never settled that one. True where another
   * batch is open now.
   */
  follow(number: Batch): boolean;
  /** The batch to settle next: the oldest left batch in which no money is owed, else the open one. */
  due(): KeptBatch;
  /** Looks again whether the left batch still has something to settle; true where `left` is another one now. */
  lookAtLeft(): boolean;
  /** How many entries of the batch owe money, plus how many requests are in hand. */
  owingIn(batchId: number): number;
  /**
   * Closes the batch that is being settled, runs `alongside` in the same commit, and opens `next` if it is not open
   * yet. Where `next` was closed here, opens the batch that a sign-in has named since; before one has, throws a Fault
   * and closes nothing.
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
  /** No entry is added to a left batch: whether it has something to settle changes only with what is owed in it. */
  let owedInLeft = 0;
  // Null means: read it when asked. A change of batch is on the disk by then, and no failing read may hide that.
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

  /** Skips batches in which nothing counts and nothing is owed: they have nothing to settle. */
  function oldestLeft(): KeptBatch | null {
    const found = write.leftBeside(open.id).find(({ id }) => owes(id) > 0 || entries.counted(id).length > 0) ?? null;
    owedInLeft = found === null ? 0 : owes(found.id);
    return found;
  }

  function leftNow(): KeptBatch | null {
    left ??= { oldest: oldestLeft() };
    return left.oldest;
  }

  /** The left batch with this number, other than the one with the id `beside`. */
  function leftAs(number: Batch, beside: number): KeptBatch | null {
    return write.leftBeside(beside).find((kept) => kept.number === number) ?? null;
  }

  /**
   * Whether a batch of this number was closed here. Opened again it would be settled twice: at the bank with its old
   * sales, here without them.
   */
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
        // After a left batch the next is open here already, or is a left batch itself.
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
