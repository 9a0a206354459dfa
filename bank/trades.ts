import type { SQLOutputValue } from 'node:sqlite';
import type { Fen } from '../src/values/fen.ts';
import type { Books } from './books.ts';

/**
 * The transaction types, one row each: the fields by which a message shows its type (MTI, F3, F25, F60.1; F38 where two
 * types share them) and what happens where its answer is lost: a reversal, or the same message again. `undoes`: while
 * it is posted, its original counts as voided.
 */
export const tradeTypes = {
  sale: { mti: '0200', processing: '000000', condition: '00', transaction: '22', lost: 'reverse' },
  void: { mti: '0200', processing: '200000', condition: '00', transaction: '23', lost: 'reverse', undoes: true },
  refund: { mti: '0220', processing: '200000', condition: '00', transaction: '25', lost: 'repeat' },
  preauth: { mti: '0100', processing: '030000', condition: '06', transaction: '10', lost: 'reverse' },
  'preauth-add': { mti: '0100', processing: '030000', condition: '60', transaction: '10', lost: 'reverse' },
  'preauth-void': {
    ...{ mti: '0100', processing: '200000', condition: '06', transaction: '11', lost: 'reverse', undoes: true },
  },
  completion: { mti: '0200', processing: '000000', condition: '06', transaction: '20', lost: 'reverse' },
  'completion-advice': { mti: '0220', processing: '000000', condition: '06', transaction: '24', lost: 'repeat' },
  'completion-void': {
    ...{ mti: '0200', processing: '200000', condition: '06', transaction: '21', lost: 'reverse', undoes: true },
  },
  instalment: { mti: '0200', processing: '000000', condition: '64', transaction: '22', lost: 'reverse' },
  offline: { mti: '0220', processing: '000000', condition: '00', transaction: '30', lost: 'repeat', authorised: false },
  voice: { mti: '0220', processing: '000000', condition: '00', transaction: '30', lost: 'repeat', authorised: true },
  adjust: { mti: '0220', processing: '000000', condition: '00', transaction: '32', lost: 'repeat' },
  tip: { mti: '0220', processing: '000000', condition: '00', transaction: '34', lost: 'repeat' },
} as const satisfies Record<string, TradeRow>;

export type TradeType = keyof typeof tradeTypes;
export const TRADE_TYPES = Object.keys(tradeTypes) as readonly TradeType[];

/** The types that change the amount of a debit in their terminal's open batch, and which debits each may change. */
export const changeable: Partial<Record<TradeType, readonly TradeType[]>> = {
  adjust: ['offline', 'voice'],
  tip: ['sale', 'offline', 'voice'],
};
export const CHANGES = TRADE_TYPES.filter((type) => changeable[type] !== undefined);
/** The same, quoted for SQL. */
export const CHANGING = quoted(CHANGES);

interface TradeForm {
  readonly processing: string;
  readonly condition: string;
  readonly transaction: string;
}

interface TradeRow extends TradeForm {
  readonly mti: string;
  readonly lost: 'reverse' | 'repeat';
  readonly undoes?: true;
  /** Whether the message has F38, for types that differ in nothing else. */
  readonly authorised?: boolean;
}

export const rowOf = (type: TradeType): TradeRow => tradeTypes[type];

/** Null where no such transaction is offered. A reversal (`mti` null) has its original's F3, F25 and F60.1. */
export function typeOf(form: TradeForm, mti: string | null, authorisation?: string): TradeType | null {
  const fits = (row: TradeRow) =>
    (mti === null || row.mti === mti) &&
    row.processing === form.processing &&
    row.condition === form.condition &&
    row.transaction === form.transaction &&
    (row.authorised === undefined || row.authorised === (authorisation !== undefined));
  return TRADE_TYPES.find((type) => fits(rowOf(type))) ?? null;
}

/** `voided` is never stored: it is a posted trade with a posted void, and ends by itself when the void is reversed. */
export type TradeState = 'posted' | 'voided' | 'declined' | 'reversed' | 'tombstone';

export interface TradeKey {
  readonly terminal: string;
  readonly batch: string;
  readonly trace: string;
}

export interface Trade extends TradeKey {
  readonly id: number;
  readonly merchant: string;
  readonly type: TradeType;
  /** The card's id in the seed, null where nobody issued it. */
  readonly card: string | null;
  /** Masked. */
  readonly pan: string | null;
  /** F4 of its request. */
  readonly amount: Fen;
  /** What it takes from the card for the merchant; negative where it gives back, 0 where it moves nothing. */
  readonly moved: number;
  /** What the merchant pays for it. A void and a refund give it back; an adjustment's is the difference, of either sign. */
  readonly fee: number;
  readonly entryMode: string | null;
  readonly code: string;
  readonly state: TradeState;
  /** The trade that this one undoes, completes, adds to or gives back from. */
  readonly original: number | null;
  readonly reference: string;
  readonly authorisation: string | null;
  readonly at: number;
  readonly settlementDate: string;
  /** What its type has beside an amount: the periods of instalments, a tip, the total before an adjustment. */
  readonly particulars: Readonly<Record<string, string | number>> | null;
}

export interface ListedTrade extends Trade {
  readonly originalTrace: string | null;
  readonly originalBatch: string | null;
  readonly reversalReason: string | null;
  /** Fen that it still holds; null where it never made a hold. */
  readonly hold: number | null;
  /** Fen of its refunds, with the corrections of cases. */
  readonly refunded: number;
  /** What the bank's clerk has said of it by telephone. */
  readonly ruling: { readonly reference: string; readonly money: string; readonly by: string } | null;
}

export interface Trades {
  /** The id of the next row: the reference is made from it before the row is written. */
  nextId(): number;
  find(key: TradeKey): Trade | null;
  /** Whether the terminal has had any row in this batch. */
  isIn(terminal: string, batch: string): boolean;
  byId(id: number): Trade | null;
  byReference(reference: string): Trade | null;
  /** The last trade that this terminal asked for. */
  newest(terminal: string): Trade | null;
  /** The merchant's trades of that type with this authorisation, newest first. */
  byAuthorisation(given: { merchant: string; authorisation: string; type: TradeType }): Trade[];
  /** The posted trades whose original it is; oldest first. */
  upon(id: number): Trade[];
  /** All trades whose original it is, declined and reversed ones too; oldest first. */
  about(id: number): Trade[];
  /** `answer`: the bytes that go out once this is committed; `digest`: that of an advice, which may be sent again. */
  keep(trade: Trade, answer: Uint8Array, digest?: Uint8Array | null): void;
  digestOf(id: number): Uint8Array | null;
  reversed(id: number, state: 'reversed' | 'tombstone', reason: string, at: number): void;
  /** The sum that its entries have posted to an account: its own, reversal, corrections, tips and adjustments. */
  posted(id: number, account: string): number;
  /** The same without its tips and adjustments. */
  postedAlone(id: number, account: string): number;
  answerOf(id: number): Buffer | null;
  /** Newest first. */
  list(limit: number): ListedTrade[];
  /** Drops the cached id; called after a rollback, which has freed the ids that it had taken. */
  forget(): void;
}

const UNDOING = quoted(TRADE_TYPES.filter((type) => rowOf(type).undoes === true));

const TRADE = `SELECT trade.*, first.trace AS original_trace, EXISTS (
    SELECT 1 FROM trade AS undo WHERE undo.original = trade.id AND undo.type IN (${UNDOING}) AND undo.state = 'posted'
  ) AS voided FROM trade LEFT JOIN trade AS first ON first.id = trade.original`;

export function trades({ db, safe }: Books): Trades {
  const found = db.prepare(`${TRADE} WHERE trade.terminal = ? AND trade.batch = ? AND trade.trace = ?`);
  const ofBatch = db.prepare('SELECT 1 FROM trade WHERE terminal = ? AND batch = ? LIMIT 1');
  const numbered = db.prepare(`${TRADE} WHERE trade.id = ?`);
  const newestOf = db.prepare(`${TRADE} WHERE trade.id = (SELECT max(id) FROM trade WHERE terminal = ?)`);
  const referred = db.prepare(`${TRADE} WHERE trade.reference = ?`);
  const authorised = db.prepare(`${TRADE} WHERE trade.merchant = ? AND trade.authorisation = ? AND trade.type = ?
    ORDER BY trade.id DESC`);
  const standing = db.prepare(`${TRADE} WHERE trade.original = ? AND trade.state = 'posted' ORDER BY trade.id`);
  const naming = db.prepare(`${TRADE} WHERE trade.original = ? ORDER BY trade.id`);
  const last = db.prepare('SELECT coalesce(max(id), 0) AS id FROM trade');
  const kept = db.prepare(
    `INSERT INTO trade (id, terminal, merchant, batch, trace, type, card, pan, amount, moved, fee, entry_mode, code,
       state, reference, authorisation, original, at, settlement_date, particulars, answer, digest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const turned = db.prepare('UPDATE trade SET state = ?, reversal_reason = ?, reversed_at = ? WHERE id = ?');
  const SUM = `SELECT coalesce(sum(amount), 0) AS sum FROM entry JOIN posting ON posting.entry = entry.id
    WHERE account = ?1 AND trade`;
  const postedOf = db.prepare(
    `${SUM} IN (SELECT ?2 UNION ALL SELECT id FROM trade WHERE original = ?2 AND type IN (${CHANGING}))`,
  );
  const postedAloneOf = db.prepare(`${SUM} = ?2`);
  const stored = db.prepare('SELECT answer FROM trade WHERE id = ?');
  const digested = db.prepare('SELECT digest FROM trade WHERE id = ?');
  const listed = db.prepare(
    `${TRADE.replace(
      ' FROM trade LEFT',
      `, first.batch AS original_batch,
    (SELECT json_object('reference', reference, 'money', money, 'by', by) FROM ruling WHERE ruling.trade = trade.id) AS ruling,
    (SELECT amount FROM hold WHERE preauth = trade.id) AS hold,
    (SELECT coalesce(-sum(posting.amount), 0) FROM trade AS back JOIN entry ON entry.trade = back.id
      JOIN posting ON posting.entry = entry.id
      JOIN account ON account.id = posting.account AND account.kind = 'pending'
      WHERE back.original = trade.id AND back.type = 'refund') AS refunded FROM trade LEFT`,
    )} ORDER BY trade.id DESC LIMIT ?`,
  );
  let lastId: number | null = null;

  return {
    nextId() {
      lastId ??= Number(last.get()?.id);
      return lastId + 1;
    },
    find: ({ terminal, batch, trace }) => tradeOrNull(found.get(terminal, batch, trace)),
    isIn: (terminal, batch) => ofBatch.get(terminal, batch) !== undefined,
    byId: (id) => tradeOrNull(numbered.get(id)),
    byReference: (reference) => tradeOrNull(referred.get(reference)),
    newest: (terminal) => tradeOrNull(newestOf.get(terminal)),
    byAuthorisation: ({ merchant, authorisation, type }) => authorised.all(merchant, authorisation, type).map(tradeOf),
    upon: (id) => standing.all(id).map(tradeOf),
    about: (id) => naming.all(id).map(tradeOf),
    keep(trade, answer, digest = null) {
      kept.run(
        trade.id,
        trade.terminal,
        trade.merchant,
        trade.batch,
        trade.trace,
        trade.type,
        trade.card,
        trade.pan,
        trade.amount,
        trade.moved,
        trade.fee,
        trade.entryMode,
        trade.code,
        trade.state,
        trade.reference,
        trade.authorisation,
        trade.original,
        trade.at,
        trade.settlementDate,
        trade.particulars === null ? null : JSON.stringify(trade.particulars),
        safe.seal(`answer ${trade.id}`, answer),
        digest,
      );
      lastId = trade.id;
    },
    reversed: (id, state, reason, at) => void turned.run(state, reason, at, id),
    posted: (id, account) => Number(postedOf.get(account, id)?.sum),
    postedAlone: (id, account) => Number(postedAloneOf.get(account, id)?.sum),
    answerOf(id) {
      const answer = stored.get(id)?.answer;
      return answer instanceof Uint8Array ? safe.open(`answer ${id}`, answer) : null;
    },
    digestOf(id) {
      const digest = digested.get(id)?.digest;
      return digest instanceof Uint8Array ? digest : null;
    },
    list: (limit) =>
      listed.all(limit).map((row) => ({
        ...tradeOf(row),
        originalTrace: textOrNull(row.original_trace),
        originalBatch: textOrNull(row.original_batch),
        reversalReason: textOrNull(row.reversal_reason),
        hold: typeof row.hold === 'number' ? row.hold : null,
        refunded: Number(row.refunded),
        ruling: typeof row.ruling === 'string' ? JSON.parse(row.ruling) : null,
      })),
    forget() {
      lastId = null;
    },
  };
}

function quoted(types: readonly TradeType[]): string {
  return types.map((type) => `'${type}'`).join();
}

function tradeOrNull(row: Record<string, SQLOutputValue> | undefined): Trade | null {
  return row === undefined ? null : tradeOf(row);
}

// The columns are typed and checked by the database itself (STRICT).
function tradeOf(row: Record<string, SQLOutputValue>): Trade {
  return {
    id: Number(row.id),
    terminal: String(row.terminal),
    merchant: String(row.merchant),
    batch: String(row.batch),
    trace: String(row.trace),
    type: String(row.type) as TradeType,
    card: textOrNull(row.card),
    pan: textOrNull(row.pan),
    amount: Number(row.amount) as Fen,
    moved: Number(row.moved),
    fee: Number(row.fee),
    entryMode: textOrNull(row.entry_mode),
    code: String(row.code),
    state: row.voided === 1 && row.state === 'posted' ? 'voided' : (String(row.state) as TradeState),
    original: typeof row.original === 'number' ? row.original : null,
    reference: String(row.reference),
    authorisation: textOrNull(row.authorisation),
    at: Number(row.at),
    settlementDate: String(row.settlement_date),
    particulars: typeof row.particulars === 'string' ? JSON.parse(row.particulars) : null,
  };
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
