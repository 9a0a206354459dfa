import { type Clock, type Random, systemClock } from '../values/clock.ts';
import type { Fen } from '../values/fen.ts';
import { Fault, type Problem } from '../values/problem.ts';
import { type Batch, batch, following, type Trace, trace } from '../values/trace.ts';
import { archive } from './archive.ts';
import { batches, type Closing } from './batches.ts';
import type { JournalDisk } from './disk.ts';
import type { Entry, EntryFacts, Row } from './entry.ts';
import type { Copy, EntryEvent } from './events.ts';
import { lock, type Reconciliation } from './lock.ts';
import { type Ruled, type Settlement, type SettlementStep, settlements } from './settlements.ts';
import { type Owed, shelf } from './shelf.ts';
import { settlementTotals, type Totals } from './sums.ts';
import { type CardGroup, type EntryType, type Particulars, types } from './types.ts';
import { statements } from './writes.ts';

/** The trace and batch that an entry will have. */
export interface Place {
  readonly batch: Batch;
  readonly trace: Trace;
  /** Which of the batches that had this number. */
  readonly batchId: number;
}

export interface Request {
  readonly type: EntryType;
  readonly amount: Fen;
  /** Field 22. */
  readonly entryMode: string;
  readonly operator: string;
  readonly card: {
    readonly masked: string;
    /** What a reversal needs of the card, sealed by the vault. */
    readonly sealed: Uint8Array;
    /** The vault's keyed digest of the number: it tells the same card again, and nothing else. */
    readonly fingerprint: Uint8Array;
    /** Home where it is not said. */
    readonly group?: CardGroup;
  } | null;
  /** The entry that this one undoes, adds to or changes. */
  readonly original?: Entry;
  readonly particulars?: Particulars;
  /** The copies of the slip that a success owes; both where it is not said. */
  readonly copies?: readonly Copy[];
  /** A digest of the request's bytes: one row, one set of bytes (money rule 1). */
  readonly digest?: string;
  /** Taken by `reserve` where the message had to be built first. */
  readonly place?: Place;
}

export interface Alike {
  readonly fingerprint: Uint8Array;
  readonly amount: Fen;
  readonly within_ms: number;
  /** How that request moves the money: `in` where it is not said. */
  readonly moves?: 'in' | 'held';
}

export interface Journal {
  /** The batch that new entries belong to. */
  readonly batch: Batch;
  /** The newest trace that was taken. */
  readonly lastTrace: Trace;
  /** The next trace that nobody holds, in memory alone: nothing may be sent under it before `begin`. */
  reserve(): Place;
  /** Takes a trace for a message that moves no money (sign-in, echo); on the disk when it returns. */
  takeTrace(): Trace;
  /**
   * Writes the row of a financial request; on the disk when it returns. Throws the Faults of a disk, and `batch-full`.
   * The entry is in the caller's hand until it is declined, completed, or handed over.
   */
  begin(request: Request): Entry;
  entry(id: number): Entry | null;
  /** The newest entry with this trace, in this batch where one is named. */
  find(trace: Trace, batch?: Batch): Entry | null;
  /** The newest entry whose answer had this reference of the bank's, among the last few thousand. */
  findReference(reference: string): Entry | null;
  /** The newest pre-authorisation with this authorisation of the bank's, among the last few thousand entries. */
  findHold(authorisation: string): Entry | null;
  /** The entries that name their original by this number of the bank's, newest first; see `Shelf.begunBy`. */
  begunBy(particular: 'authorisation' | 'reference', value: string, after?: number): readonly Entry[];
  /** Entries of this amount, newest first, among the last few thousand. */
  ofAmount(amount: Fen, limit: number): readonly Entry[];
  last(): Entry | null;
  /** Newest first, read as they are asked for. */
  newest(limit: number): Iterable<Entry>;
  rows(range: { readonly limit: number }): readonly Row[];
  /** The debts of the entries that no flow has in hand, oldest entry first; an entry may have two debts. */
  debts(): readonly Owed[];
  /** A request of this card and amount, begun within `within_ms`, that may have been charged, or held (money rule 16). */
  again(like: Alike): Entry | null;
  /** Whether a flow has a request in hand. */
  readonly busy: boolean;
  /**
   * Opens the batch that the sign-in named, if it is not open yet; rows keep the batch they had. Opens nothing while
   * the open batch is being settled. Throws a Fault where the named batch was closed here.
   */
  openBatch(number: Batch): void;
  /** The batch that the bank has open, by its last word; null before it said so, and where that was closed here. */
  readonly bankBatch: Batch | null;
  /** The oldest batch with transactions that the bank left for another before it was settled; null if there is none. */
  readonly left: Batch | null;
  /** What the open batch comes to, by type, operator and card group. */
  totals(): Totals;
  /** The batch to settle next, and what it comes to: one that the bank has left, or the open one. */
  due(): { readonly batch: Batch; readonly totals: Totals };
  /** Entries of a batch (the open one by default), oldest first, after the entry with the id `after`. */
  page(range: { readonly batchId?: number; readonly after: number; readonly limit: number }): readonly Entry[];
  /** The settlement that has begun and not closed its batch. */
  readonly settling: Settlement | null;
  /** Whether the open batch is being settled: that goes on before any other trade (money rule 6). */
  readonly isBeingSettled: boolean;
  lastSettlement(): Settlement | null;
  /** The oldest settlement whose batch is closed and whose slip is owed still. */
  settlementUnprinted(): Settlement | null;
  /**
   * Begins to settle the batch that is due, with its totals, or returns the settlement that has begun already. `owing`:
   * how many debts of money and requests in hand forbid it (money rules 6 and 13).
   */
  beginSettlement(operator: string): Settlement | { readonly owing: number };
  /** Writes a step of the settlement; it is on the disk when this returns. */
  settled(settlement: Settlement, step: SettlementStep): Settlement;
  /** Closes the batch that the bank has settled, and opens the next; throws a Fault where the next was closed here. */
  closeBatch(next: Batch): Closing;
  /**
   * Two people close the batch under settlement, which the bank has left for another one. The step, the closing and the
   * bank's batch are one commit. `owing` where money is owed in it (money rule 13).
   */
  ruleSettlement(by: Pick<Ruled, 'people' | 'reference' | 'code'>): Closing;
  /** Whether it is a request of this terminal's, or one that two people have answered for. */
  knows(place: { readonly batch: Batch; readonly trace: Trace }): boolean;
  /** Whether the bank's newest transaction has been found here since this start (see `AttemptParts.compare`). */
  readonly compared: boolean;
  foundBanksNewest(): void;
  /** Two people answer for what the bank has and this journal has not; traces go on after it (money rule 12). */
  reconcile(place: { readonly batch: Batch; readonly trace: Trace }, by: Reconciliation): void;
  /** Asked before the card: throws `disk-full`, `disk-read-only` or `disk-broken` where a sale could not be written. */
  checkWritable(): void;
  /** For a quiet moment: moves the log into the file once enough has gathered, and closed batches into the archive. */
  tidy(): void;
  /** Calls `changed` after every change until the returned function is called. */
  watch(changed: () => void): () => void;
  /** What is wrong with the archive of closed batches, until somebody has seen it; payment goes on without it. */
  readonly archiveProblem: Extract<Problem, { kind: 'archive-broken' }> | null;
  /** Somebody has seen the archive's problem, and which file was set aside. */
  archiveSeen(by: string): void;
  close(): void;
}

export interface JournalParts {
  readonly disk: JournalDisk;
  readonly clock?: Clock;
  readonly random: Random;
  /** Where a new journal begins. */
  readonly first?: { readonly batch: Batch; readonly trace: Trace };
  /** The most rows that all unclosed batches together may have: the profile's capacity of the journal. */
  readonly most_rows?: number;
  /** Room that must be free on the disk before a sale. */
  readonly spare_bytes?: number;
  /** How long archived entries are kept. */
  readonly keep_days?: number;
  /** Ends the lock of a journal that is missing or behind. */
  readonly reconciled?: Reconciliation;
  /** Called with each step of a settlement once it is on the disk. */
  readonly stepped?: (batch: Batch, step: SettlementStep) => void;
  /** Called with each row and each event once it is on the disk: evidence, and never a way to know what is owed. */
  readonly noted?: (facts: EntryFacts, event: EntryEvent | { readonly kind: 'begun' }) => void;
}

const BOTH = ['merchant', 'cardholder'] as const satisfies readonly Copy[];
const usual = {
  first: { batch: batch('000001'), trace: trace('000001') },
  most_rows: 50_000,
  spare_bytes: 4 << 20,
  keep_days: 400,
} as const;

/** The write has succeeded. A watcher that fails to read afterwards must not make it look as if it had not. */
function told(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

/**
 * Opens the journal, or makes the first one. Throws a Fault that locks payment where it is missing, broken (the file is
 * then set aside) or behind what this terminal has written before (money rule 12), and the Faults of a disk.
 */
export function openJournal(parts: JournalParts): Journal {
  const { disk, clock = systemClock, noted = () => undefined, stepped = () => undefined } = parts;
  const { first, most_rows, spare_bytes, keep_days } = { ...usual, ...parts };
  const { store, leaveMark } = lock({ ...parts, clock, first });

  const watchers = new Set<() => void>();
  const changed = () => watchers.forEach(told);
  const aside = archive({ store, disk: disk.archive ?? null, keep_days, now: () => clock.now() });
  const entries = shelf(store, { archive: aside, now: () => clock.now(), changed, noted });
  const write = statements(store);
  const settled = settlements(store);
  // At boot, and after each closing of a batch, `tidy` moves closed batches until none is left to move.
  let archiving = true;
  let compared = false;
  const kept = batches({ store, write, entries, settled, keep_days, now: () => clock.now() });
  let lastTrace = write.lastTrace();
  let lastId = Math.max(write.lastId(), aside.to);
  /** Kept because each idle screen asks for it; null until it has been read or written. */
  let newest: Entry | null = null;

  function freeTrace(): Trace {
    // There are fewer rows than traces, so the search ends (money rule 11).
    let next = following(lastTrace);
    while (write.isTaken(next) || entries.isHolding(next)) next = following(next);
    return next;
  }

  function reserve(): Place {
    const { open, rows } = kept;
    if (rows >= most_rows) throw new Fault({ kind: 'batch-full', rows });
    lastTrace = freeTrace();
    return { batch: open.number, batchId: open.id, trace: lastTrace };
  }

  function begin(request: Request): Entry {
    const { type, amount, entryMode, operator, card, place = reserve() } = request;
    if (place.batchId !== kept.open.id && write.isClosed(place.batchId))
      throw new Error(`batch ${place.batch} is closed`);
    const facts: EntryFacts = {
      id: lastId + 1,
      ...place,
      ...{ type, amount, operator },
      entry_mode: entryMode,
      card: card?.masked ?? null,
      sealed: card?.sealed ?? null,
      fingerprint: card?.fingerprint ?? null,
      group: card?.group ?? 'home',
      original: request.original?.id ?? null,
      particulars: request.particulars ?? {},
      digest: request.digest ?? null,
      copies: request.copies ?? BOTH,
      begun_ms: clock.now(),
    };
    write.entry(facts);
    lastId = facts.id;
    kept.rows++;
    const entry = entries.hold(facts);
    newest = entry;
    noted(facts, { kind: 'begun' });
    changed();
    return entry;
  }

  function close(next: Batch, alongside: () => unknown = () => undefined): Closing {
    const closing = kept.close(next, alongside);
    if (!closing.closed) return closing;
    aside.again();
    archiving = true;
    changed();
    return closing;
  }

  return {
    get batch() {
      return kept.open.number;
    },
    get lastTrace() {
      return lastTrace;
    },
    reserve,
    takeTrace() {
      const next = freeTrace();
      store.commit(() => write.trace(next));
      lastTrace = next;
      return next;
    },
    begin,
    entry: (id) => entries.entry(id),
    find: (number, within) => entries.newest(number, within),
    findReference: (reference) => entries.ofReference(reference),
    findHold: (authorisation) => entries.holdOf(authorisation),
    begunBy: entries.begunBy,
    ofAmount: (amount, limit) => entries.ofAmount(amount, limit),
    last() {
      if (newest === null) [newest = null] = entries.last(1);
      return newest;
    },
    newest: entries.last,
    rows: ({ limit }) => Array.from(entries.last(limit), ({ row }) => row),
    debts: entries.owed,
    again({ fingerprint, amount, within_ms, moves = 'in' }) {
      const alike = entries.alike(fingerprint, amount, clock.now() - within_ms);
      const mayBeCharged = ({ facts, state }: Entry) =>
        types[facts.type].moves === moves && state !== 'declined' && state !== 'reversed';
      return alike.find(mayBeCharged) ?? null;
    },
    get busy() {
      return entries.held > 0;
    },
    openBatch(number) {
      if (kept.follow(number)) changed();
    },
    get bankBatch() {
      return kept.atBank;
    },
    get left() {
      return kept.left?.number ?? null;
    },
    totals: () => entries.totals(kept.open.id),
    due() {
      const { id, number } = kept.due();
      return { batch: number, totals: entries.totals(id) };
    },
    page: ({ batchId = kept.open.id, after, limit }) => entries.page(batchId, after, limit),
    get settling() {
      return settled.open();
    },
    get isBeingSettled() {
      return kept.isBeingSettled;
    },
    lastSettlement: settled.last,
    settlementUnprinted: settled.unprinted,
    beginSettlement(operator) {
      const begun = settled.open();
      if (begun !== null) return begun;
      const { id } = kept.due();
      const owing = kept.owingIn(id);
      if (owing > 0) return { owing };
      const totals = settlementTotals(entries.counted(id));
      return settled.begin({ batchId: id, operator, totals, now_ms: clock.now() });
    },
    settled(settlement, step) {
      const next = settled.note(settlement, step, clock.now());
      stepped(settlement.batch, step);
      changed();
      return next;
    },
    closeBatch: (next) => close(next),
    ruleSettlement(by) {
      const settlement = settled.open();
      const bankBatch = kept.atBank;
      if (settlement === null || bankBatch === null || bankBatch === settlement.batch) {
        throw new Error('the bank has no other batch open than the one that is settled');
      }
      const step = { kind: 'ruled', ...by, next: bankBatch } as const;
      const closing = close(bankBatch, () => settled.note(settlement, step, clock.now()));
      if (closing.closed) stepped(settlement.batch, step);
      return closing;
    },
    knows: ({ batch: of, trace: number }) =>
      entries.newest(number, of) !== null || write.reconciledTo() === `${of} ${number}`,
    get compared() {
      return compared;
    },
    foundBanksNewest() {
      compared = true;
    },
    reconcile(place, by) {
      store.commit(() => {
        write.incident('reconciled', { ...by, ...place }, clock.now());
        write.reconciled(`${place.batch} ${place.trace}`);
        if (place.batch === kept.open.number) write.trace(place.trace);
      });
      if (place.batch === kept.open.number) lastTrace = place.trace;
    },
    checkWritable() {
      const problem: Problem | null = disk.trouble(spare_bytes);
      if (problem !== null) throw new Fault(problem);
      // A real commit: what the file system says of itself is not the same as a write that works.
      store.touch();
    },
    tidy() {
      if (kept.lookAtLeft()) changed();
      if (store.untidy) {
        entries.index(lastId, () => write.trace(lastTrace));
        store.checkpoint();
        leaveMark(lastId);
      }
      // Archiving comes last: a fault of its disk must not keep the checkpoint and the marker from being written.
      if (!archiving) return;
      // Unsettled batches stay in the journal, where their settlement counts them row by row.
      const unsettled = kept.left === null ? [kept.open] : [kept.open, kept.left];
      const keptFrom = Math.min(...unsettled.map(({ id }) => write.firstIdIn(id)));
      newest = null;
      archiving = aside.work(Math.min(entries.firstUnfinished(), keptFrom));
    },
    get archiveProblem() {
      return aside.problem;
    },
    archiveSeen: aside.seen,
    watch(tell) {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    close() {
      aside.close();
      store.close();
    },
  };
}
