import { type Fen, fen } from '../values/fen.ts';
import type { State } from '../values/state.ts';
import { type Batch, batch, type Trace, trace } from '../values/trace.ts';
import {
  type Answered,
  type Copy,
  type EntryEvent,
  type History,
  mayHappen,
  progressOf,
  type Ruling,
} from './events.ts';
import { type Debt, debtsOf, stateOf } from './progress.ts';
import { type CardGroup, type EntryType, makesOf, type Particulars, types } from './types.ts';

/** What was written when an entry began; none of it ever changes. */
export interface EntryFacts {
  readonly id: number;
  readonly batch: Batch;
  /** Which of the batches that had this number. */
  readonly batchId: number;
  readonly trace: Trace;
  readonly type: EntryType;
  readonly amount: Fen;
  /** Field 22. */
  readonly entry_mode: string;
  /** The masked number; null where there was no card. */
  readonly card: string | null;
  readonly group: CardGroup;
  /** What a reversal needs of the card, sealed by the vault. */
  readonly sealed: Uint8Array | null;
  /** The vault's keyed digest of the number. */
  readonly fingerprint: Uint8Array | null;
  /** The entry that this one undoes, adds to or changes. */
  readonly original: number | null;
  readonly particulars: Particulars;
  /** The digest of the request's bytes; null where the request is sent only once. */
  readonly digest: string | null;
  readonly operator: string;
  readonly copies: readonly Copy[];
  readonly begun_ms: number;
}

/** A line of the books as a screen, a slip and the status socket show it. */
export interface Row {
  readonly id: number;
  readonly trace: Trace;
  readonly batch: Batch;
  readonly type: EntryType;
  readonly amount: Fen;
  readonly state: State;
  readonly debt: Debt | 'nothing';
  readonly code: string | null;
  readonly card: string | null;
  readonly entry_mode: string;
  readonly operator: string;
  readonly authorisation: string | null;
  readonly reference: string | null;
  /** The trace of the entry that this one undoes, adds to or changes. */
  readonly original: Trace | null;
  readonly particulars: Particulars;
  /** ISO 8601. */
  readonly time: string;
}

/** An event of the journal, and when it was written. */
export interface Told {
  readonly event: EntryEvent;
  readonly at_ms: number;
}

/** What an entry reads and writes the journal through. */
export interface Pen {
  history(id: number): History;
  /** Writes the event, which is on the disk when this returns. */
  record(facts: EntryFacts, event: EntryEvent): void;
  isHeld(id: number): boolean;
  /** Whether the disk refused an event that makes the outbox tell the bank, and may have kept it all the same. */
  isDoubted(id: number): boolean;
  makeSure(): void;
  entry(id: number): Entry | null;
  /** The entries begun on this one, oldest first. */
  sequels(id: number): readonly Entry[];
  story(id: number): readonly Told[];
  handOver(id: number): void;
}

/**
 * One financial request. Each call that writes returns when its event is on the disk. Where the disk refuses, it throws
 * a Fault and changes nothing, unless it leaves a doubt (`isDoubted`). An event that cannot happen now throws an Error.
 */
export class Entry {
  readonly facts: EntryFacts;
  readonly #pen: Pen;

  constructor(facts: EntryFacts, pen: Pen) {
    this.facts = facts;
    this.#pen = pen;
  }

  get id(): number {
    return this.facts.id;
  }

  get trace(): Trace {
    return this.facts.trace;
  }

  get batch(): Batch {
    return this.facts.batch;
  }

  get amount(): Fen {
    return this.facts.amount;
  }

  get history(): History {
    return this.#pen.history(this.id);
  }

  /**
   * The disk refused an event that makes the outbox tell the bank, and may have kept it all the same: the next start
   * would tell the bank, and money would move. Until a later write succeeds, nothing more definite than "unknown" may
   * be said of it.
   */
  get isDoubted(): boolean {
    return this.#pen.isDoubted(this.id);
  }

  /**
   * An approved entry becomes `voided` when the bank approves what undoes it, and `refunded` when its refunds reach its
   * total, for as long as those are not undone themselves.
   */
  get state(): State {
    if (this.isDoubted) return 'unknown';
    const own = stateOf(progressOf(this.history), this.#pen.isHeld(this.id));
    if (own !== 'approved') return own;
    const sequels = this.sequels;
    if (sequels.some((sequel) => sequel.#makes('voided'))) return 'voided';
    const refunds = sequels.filter((sequel) => sequel.#makes('refunded'));
    return refunds.length > 0 && sumOf(refunds) >= this.total ? 'refunded' : own;
  }

  /** The entry that this one undoes, adds to or changes; null where there is none, or the journal does not hold it. */
  get original(): Entry | null {
    return this.facts.original === null ? null : this.#pen.entry(this.facts.original);
  }

  /** The entries begun on this one, oldest first: voids, refunds, tips, additions, completions. */
  get sequels(): readonly Entry[] {
    return this.#pen.sequels(this.id);
  }

  /** All its events in order, read from the disk: evidence. */
  get story(): readonly Told[] {
    return this.#pen.story(this.id);
  }

  /** The amount with the tips, additions and adjustments that are approved or pending, in fen. */
  get total(): Fen {
    return this.#with(['approved', 'pending']);
  }

  /** The same with only those that are approved, in fen: the pending ones are on no card yet (money rule 2). */
  get taken(): Fen {
    return this.#with(['approved']);
  }

  #with(states: readonly State[]): Fen {
    return this.sequels
      .filter(({ state }) => states.includes(state))
      .reduce((total, { facts: { type, amount } }) => {
        if (type === 'adjust') return amount;
        return type === 'tip' || type === 'preauth-add' ? fen(total + amount) : total;
      }, this.amount);
  }

  /** What may still be refunded of it, in fen; a refund whose result is open counts as refunded (money rule 8). */
  get refundable(): Fen {
    const refunds = this.sequels.filter(({ facts: { type }, state }) => type === 'refund' && state !== 'declined');
    return fen(Math.max(0, this.total - sumOf(refunds)));
  }

  #makes(word: 'voided' | 'refunded'): boolean {
    return makesOf(this.facts.type) === word && this.state === 'approved';
  }

  /** Its debts, those to the bank first. */
  get debts(): readonly Debt[] {
    return debtsOf(progressOf(this.history));
  }

  get debt(): Debt | 'nothing' {
    return this.debts[0] ?? 'nothing';
  }

  /** To be called before the first byte leaves, and once: from here the bank may have heard us (money rule 1). */
  sent(): void {
    this.#record({ kind: 'sent' });
  }

  /** What the host made of the answer. One that comes too late is kept as evidence and changes nothing (money rule 4). */
  answered(answer: Answered): void {
    this.#record({ kind: mayHappen(this.history, 'answered') ? 'answered' : 'late', answer: answeredOf(answer) });
  }

  /** An answer that came to nobody, after the host gave up waiting for it: evidence, and nothing more. */
  late(answer: Answered): void {
    this.#record({ kind: 'late', answer: answeredOf(answer) });
  }

  /** The counter has finished with it before the bank has heard of it: the outbox tells the bank until it takes it. */
  accepted(): void {
    this.#record({ kind: 'accepted' });
  }

  /**
   * The bank's answer to a request that was sent again, or to an advice. Without a definite word the debt stays as it
   * was; such an answer to a parked entry is not written.
   */
  told(answer: Answered): void {
    if (this.history.parked && answer.money === 'unknown') return;
    this.#record({ kind: 'told', answer: answeredOf(answer) });
  }

  /** Somebody at the counter has seen that the bank refused what was finished there. A second call is harmless. */
  seen(operator: string): void {
    if (this.history.stage === 'refused') this.#record({ kind: 'seen', operator });
  }

  /** The money has moved and the counter has finished: nothing turns this sale into a failure any more (money rule 14). */
  completed(): void {
    this.#record({ kind: 'completed' });
  }

  /** To be called before the first byte of a copy goes to the printer. Once it is on the disk, a further try writes nothing. */
  copyBegun(copy: Copy): void {
    if (this.history.copies.get(copy) === 'owed') this.#record({ kind: 'copy-begun', copy });
  }

  /** To be called when the printer's own status says that the copy is out. */
  copyPrinted(copy: Copy): void {
    this.#record({ kind: 'copy-printed', copy });
  }

  /** The copies that are owed; one that was begun and not confirmed is printed with the word DUPLICATE. */
  get copiesOwed(): readonly { readonly copy: Copy; readonly duplicate: boolean }[] {
    if (!this.debts.includes('reprint')) return [];
    return [...this.history.copies]
      .filter(([, state]) => state !== 'done')
      .map(([copy, state]) => ({ copy, duplicate: state === 'begun' }));
  }

  /** The clerk has compared the slip's signature with the card's. */
  signedOff(operator: string, matches: boolean): void {
    this.#record({ kind: 'signed-off', operator, matches });
  }

  /**
   * To be called before the bank is told anything again: where a refused write (two people's ruling, say) may still
   * stand on the disk, writes over it, so that the disk agrees with what is known here. Throws the Faults of the disk.
   */
  makeSure(): void {
    this.#pen.makeSure();
  }

  /** To be called before the first reversal leaves; harmless when it has begun already. */
  reversalBegun(): void {
    if (this.history.undone === 'no') this.#record({ kind: 'reversal-begun' });
  }

  /** A reversal left and brought no definite answer. Not counted any more once the entry is parked. */
  reversalUnanswered(): void {
    if (!this.history.parked) this.#record({ kind: 'reversal-unanswered' });
  }

  /** The bank has acknowledged the reversal (money rule 3). */
  reversed(code: string): void {
    this.#record({ kind: 'reversed', code });
  }

  /** The bank knows of no original (12, 25): it stays unconfirmed (money rule 3). */
  noOriginal(code: string): void {
    this.#record({ kind: 'no-original', code });
  }

  /** An inquiry or the reconciliation (`by`) says that the original was never posted. */
  confirmed(by: string): void {
    this.#record({ kind: 'confirmed', by });
  }

  /** An inquiry (`by`) says that the bank has the original after all: it is reversed again. */
  found(by: string): void {
    this.#record({ kind: 'found', by });
  }

  /** Past the retry limit: on the exceptions list, still retried (money rule 13). */
  parked(): void {
    if (!this.history.parked) this.#record({ kind: 'parked' });
  }

  /** Two people end what the bank has not acknowledged. Throws a RangeError for one person, or without a reference. */
  ruled(ruling: Ruling): void {
    const [first, second] = ruling.people;
    if (first === second || first === '' || second === '') throw new RangeError('a ruling takes two people');
    if (ruling.reference === '') throw new RangeError("a ruling takes the bank's reference");
    this.#record({ kind: 'ruled', ruling });
  }

  /** The flow is done with it: what it owes from here on is the outbox's to settle. */
  handOver(): void {
    this.#pen.handOver(this.id);
  }

  [Symbol.dispose](): void {
    this.handOver();
  }

  get row(): Row {
    const { id, trace, batch, type, amount, card, entry_mode, operator, begun_ms } = this.facts;
    const { answer } = this.history;
    const { state, debt } = this;
    const { code = null, authorisation = null, reference = null } = answer ?? {};
    const time = new Date(begun_ms).toISOString();
    return {
      id,
      trace,
      batch,
      type,
      amount,
      state,
      debt,
      code,
      card,
      entry_mode,
      operator,
      authorisation,
      reference,
      original: this.original?.trace ?? null,
      particulars: this.facts.particulars,
      time,
    };
  }

  #record(event: EntryEvent): void {
    this.#pen.record(this.facts, event);
  }
}

/** Only the answer's own parts: whatever else the host's object carries stays out of the journal. */
function answeredOf({ money, code, why, authorisation, reference, issuer, acquirer, host_time }: Answered): Answered {
  return { money, code, why, authorisation, reference, issuer, acquirer, host_time };
}

/** The facts of a stored row. Throws where the row cannot be read, which a sound file never gives. */
export function factsOf(row: Readonly<Record<string, unknown>>): EntryFacts {
  const { type, card, sealed, fingerprint, original, particulars, digest, copies } = row;
  if (!isType(type)) throw new Error(`the journal holds an entry of a type that is not known here: ${String(type)}`);
  return {
    id: Number(row.id),
    batch: batch(String(row.number)),
    batchId: Number(row.batch),
    trace: trace(String(row.trace)),
    type,
    amount: fen(Number(row.amount)),
    entry_mode: String(row.entry_mode),
    card: card === null ? null : String(card),
    group: row.card_group === 'foreign' ? 'foreign' : 'home',
    sealed: sealed instanceof Uint8Array ? sealed : null,
    fingerprint: fingerprint instanceof Uint8Array ? fingerprint : null,
    original: typeof original === 'number' ? original : null,
    particulars: typeof particulars === 'string' ? JSON.parse(particulars) : {},
    digest: typeof digest === 'string' ? digest : null,
    operator: String(row.operator),
    copies: copiesOf(String(copies)),
    begun_ms: Number(row.begun_ms),
  };
}

function sumOf(entries: readonly Entry[]): Fen {
  return fen(entries.reduce((sum, { amount }) => sum + amount, 0));
}

function copiesOf(list: string): readonly Copy[] {
  return list.split(' ').filter((copy) => copy === 'merchant' || copy === 'cardholder');
}

function isType(type: unknown): type is EntryType {
  return typeof type === 'string' && Object.hasOwn(types, type);
}
