import type { Fen } from '../src/values/fen.ts';
import type { Books } from './books.ts';

/**
 * The reasons for a case, one row each, and what the bank's people do about it. `wants`: the decision that would bring
 * the two sides together. `back`: the text for a void or a refund, which want the opposite decision. `row`: the text
 * where the books have the transaction, and so its direction.
 */
export const reasons = {
  'bank-only': {
    wants: 'credit',
    zh: '银行已入账，终端无此交易：请商户核对签购单；持卡人未得到商品的，贷记持卡人。',
    en: 'The bank has it, the terminal has not: ask the merchant for the slip; credit the card where nothing was sold.',
    back: {
      zh: '银行已退给持卡人，终端无此撤销或退货：请商户核对签购单；商户没有退的，借记持卡人。',
      en: 'The bank has given it back, the terminal has not: ask the merchant for the slip; debit the card where nothing was to go back.',
    },
  },
  'terminal-only': {
    wants: 'debit',
    zh: '终端有此交易，银行未入账：请商户提供签购单；属实的，借记持卡人；签购单是撤销或退货的，贷记。',
    en: 'The terminal has it, the bank has not: ask the merchant for the signed slip; debit the card where it is genuine, credit it where the slip is of a void or a refund.',
    row: {
      zh: '终端有此交易，银行未入账：请商户提供签购单；属实的，借记持卡人。',
      en: 'The terminal has it, the bank has not: ask the merchant for the signed slip; debit the card where it is genuine.',
    },
    back: {
      zh: '终端有此撤销或退货，银行没有退款：请商户提供签购单；属实的，贷记持卡人。',
      en: 'The terminal has given it back, the bank has not: ask the merchant for the slip; credit the card where it is genuine.',
    },
  },
  'another-amount': {
    zh: '金额不同：以签购单为准；银行多收的贷记持卡人，少收的借记持卡人。',
    en: 'Two amounts: the signed slip decides; credit the card with what is too much, debit it with what is missing.',
    back: {
      zh: '退款金额不同：以签购单为准；银行少退的贷记持卡人，多退的借记持卡人。',
      en: 'Two amounts have gone back: the slip decides; credit the card with what is missing, debit it with what is too much.',
    },
  },
  'another-card': {
    wants: 'credit',
    zh: '卡号不同：请商户提供签购单，确认由哪张卡支付；不是银行收款的那张卡的，贷记该卡，再为另一张卡立案。',
    en: 'Two cards: ask the merchant for the slip, and find out which of them has paid; where it is not the one that the bank has charged, credit that, then open a case of the other.',
  },
  'another-group': {
    zh: '内外卡归类不同：款项无误，更新终端的卡 BIN 表后驳回。',
    en: 'The card is home on one side, foreign on the other: the money is right; mend the BIN table, then reject.',
  },
  totals: {
    zh: '每笔相符，总数不符：终端汇总有误，报修后驳回。',
    en: 'Every transaction agrees, their sums do not: the terminal adds wrongly; have it looked at, then reject.',
  },
  'late-reversal': {
    wants: 'debit',
    zh: '结算后收到冲正，款项已退回持卡人：商户已交付的，借记持卡人；否则驳回。',
    en: 'Reversed after its batch was settled, and given back: debit the card where the goods were handed over, else reject.',
    back: {
      zh: '结算后收到撤销的冲正，持卡人又被扣款：商品确已退回的，贷记持卡人；否则驳回。',
      en: 'Its void was reversed after the batch was settled, and the card is charged again: credit it where the goods came back, else reject.',
    },
  },
  'advice-refused': {
    wants: 'debit',
    zh: '商户已完成交易，银行拒绝通知：请商户提供签购单；可收的，借记持卡人。',
    en: 'The counter had finished, the bank refused the advice: ask for the slip; debit the card where it can be collected.',
  },
  unsettled: {
    zh: '批次没有结平：交易照常清算。请商户提供两人关批的结算单，与本批次逐笔核对，不符的逐笔立案，然后驳回本案。',
    en: 'The batch was not settled; it is cleared all the same. Compare the slip of its close by two people with the batch, one by one: each that differs is a case of its own; then reject this one.',
  },
} as const satisfies Record<string, ReasonRow>;

/** The texts for one reason; which of them is shown depends on what the books have (`todoOf`). */
export interface ReasonRow extends Todo {
  readonly wants?: 'credit' | 'debit';
  readonly row?: Todo;
  readonly back?: Todo;
}

/** Shown where no money is left to be moved. */
export const nothingLeft: Todo = {
  zh: '款项已经退回或收取（冲正、撤销、退货，或另一件差错），不再动账：核对后驳回。',
  en: 'It has been given back, or taken, already (a reversal, a void, a refund, another case): compare, then reject.',
};

/** Shown while the terminal has been moved back to the batch. */
export const openAgain: Todo = {
  zh: '终端又在用此批次：先由终端结算，再了结本案。',
  en: 'The terminal has this batch again: it settles it first, then this case is decided.',
};

/** A text in both languages of the desk. */
export interface Todo {
  readonly zh: string;
  readonly en: string;
}

/** Answers that the bank itself enters in a case when it finds something out, before anybody has looked at it. */
export const foundOut = {
  settled: '其后已结平 · settled since',
  reversed: '终端其后已冲正 · the terminal has reversed it since',
  spoken: '结案后终端另有所报 · the terminal has said something else since it was closed',
  moved: (batch: string, reference: string) => `已移至批次 ${batch} · moved to batch ${batch} by hand, ${reference}`,
} as const;

export type Reason = keyof typeof reasons;
export type CaseState = 'open' | 'answered' | 'closed';
export const DECISIONS = ['credit', 'debit', 'reject'] as const;
export type Ruling = (typeof DECISIONS)[number];

/** What differs, and what each side has. A case about a batch as a whole has the trace 000000. */
export interface Opened {
  readonly reason: Reason;
  readonly terminal: string;
  readonly merchant: string;
  readonly batch: string;
  readonly trace: string;
  readonly settlement: number | null;
  readonly trade: number | null;
  readonly card: string | null;
  /** Masked. */
  readonly pan: string | null;
  /** The amount in dispute. */
  readonly amount: Fen;
  readonly bankAmount: Fen;
  readonly terminalAmount: Fen;
  readonly at: number;
}

/** The answer to a case and how two people have closed it; null, and no people, as long as nothing was said. */
export interface Said {
  readonly answer: string | null;
  readonly answeredBy: string | null;
  readonly decision: Ruling | null;
  readonly people: readonly string[];
  /** The reference of the paper that proves the decision. */
  readonly reference: string | null;
  readonly closedAt: number | null;
}

export interface Case extends Opened, Said {
  readonly id: number;
  readonly state: CaseState;
  /** The ledger's entry that corrects it. */
  readonly entry: number | null;
  /** For a batch that was left: its net by the terminal's last word, and when the terminal first asked to settle it. */
  readonly terminalNet: number | null;
  readonly askedAt: number | null;
}

/** Discrepancies, each followed from its opening to its end. No case is ever removed, and no answer or decision. */
export interface Cases {
  /** Opens a case, at most one for each transaction and reason: a repeated call changes nothing. */
  open(opened: Opened): void;
  /**
   * Opens the case of a batch as a whole, or brings its amounts up to date. A closed one opens again where the terminal
   * has since said another amount and the two sides differ.
   */
  followBatch(opened: Opened): void;
  /** The terminal was refused a settlement of a batch that was left; `net`: its total, null where it said none. */
  askedBatch(terminal: string, batch: string, asked: { net: number | null; at: number }): void;
  find(id: number): Case | null;
  /** Earlier answers and decisions that were replaced since, the oldest first. */
  past(id: number): Said[];
  /** Whether two people have ever closed it, even if it is open again. */
  wasClosed(id: number): boolean;
  /** The case of this transaction, or batch, and reason. */
  of(opened: Pick<Opened, 'terminal' | 'batch' | 'trace' | 'reason'>): Case | null;
  /** Enters what was found out; the case then waits for its decision. */
  answer(id: number, how: { answer: string; by: string; at: number }): void;
  /** Answers the open cases of a trade that have no answer yet. */
  answerTrade(trade: number, how: { answer: string; by: string; at: number }): void;
  /** Answers the open case of an unsettled batch. */
  answerBatch(terminal: string, batch: string, how: { answer: string; by: string; at: number }): void;
  close(id: number, end: { decision: Ruling; people: readonly [string, string]; reference: string; at: number }): void;
  /** Links the newest correction of the ledger, and its trade, to this case. */
  corrected(id: number): void;
  /** True where a decision has moved money of this trade. */
  hasCorrected(trade: number): boolean;
  /** The card of the case that has corrected this trade last. */
  cardOf(trade: number): string | null;
  /** The sum that decisions have moved on an account for this batch and trace while the books had no such trade. */
  movedWithout(place: Pick<Opened, 'terminal' | 'batch' | 'trace'>, account: string): number;
  /** The last case that has moved money in this way. */
  lastWithout(place: Pick<Opened, 'terminal' | 'batch' | 'trace'>): Case | null;
  /** The case that an entry of the ledger corrects. */
  ofEntry(entry: number): Case | null;
  /** Newest first; with `open` only those that are not closed. */
  list(limit: number, open: boolean): Case[];
}

export function cases({ db }: Books): Cases {
  const INSERT = `INSERT INTO discrepancy (reason, terminal, merchant, batch, trace, settlement, trade, card, pan, amount,
      bank_amount, terminal_amount, opened_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT`;
  const opened = db.prepare(`${INSERT} DO NOTHING`);
  const followed = db.prepare(
    `${INSERT} (terminal, batch, trace, reason) DO UPDATE SET amount = excluded.amount,
       bank_amount = excluded.bank_amount, terminal_amount = excluded.terminal_amount,
       settlement = excluded.settlement WHERE closed_at IS NULL`,
  );
  const spoken = db.prepare(
    `SELECT * FROM discrepancy WHERE terminal = ? AND batch = ? AND trace = ? AND reason = ? AND closed_at IS NOT NULL
       AND terminal_amount <> ? AND ? > 0 AND ? > 0`,
  );
  const reopened = db.prepare(
    `UPDATE discrepancy SET decision = NULL, first_person = NULL, second_person = NULL, reference = NULL,
       closed_at = NULL, answer = ?, answered_by = ?, answered_at = ? WHERE id = ?`,
  );
  const past = db.prepare('SELECT * FROM discrepancy_past WHERE discrepancy = ? ORDER BY id');
  const once = db.prepare('SELECT 1 FROM discrepancy_past WHERE discrepancy = ? AND closed_at IS NOT NULL LIMIT 1');
  const answeredBatch = db.prepare(
    `UPDATE discrepancy SET answer = ?, answered_by = ?, answered_at = ?
     WHERE terminal = ? AND batch = ? AND reason = 'unsettled' AND closed_at IS NULL`,
  );
  const asked = db.prepare(
    `UPDATE discrepancy SET terminal_net = coalesce(?, terminal_net), asked_at = coalesce(asked_at, ?)
     WHERE terminal = ? AND batch = ? AND reason = 'unsettled'`,
  );
  const found = db.prepare('SELECT * FROM discrepancy WHERE id = ?');
  const named = db.prepare('SELECT * FROM discrepancy WHERE terminal = ? AND batch = ? AND trace = ? AND reason = ?');
  const answered = db.prepare(
    'UPDATE discrepancy SET answer = ?, answered_by = ?, answered_at = ? WHERE id = ? AND closed_at IS NULL',
  );
  const answeredOf = db.prepare(
    `UPDATE discrepancy SET answer = ?, answered_by = ?, answered_at = ?
     WHERE trade = ? AND closed_at IS NULL AND answered_at IS NULL`,
  );
  const closed = db.prepare(
    `UPDATE discrepancy SET decision = ?, first_person = ?, second_person = ?, reference = ?, closed_at = ?
     WHERE id = ? AND closed_at IS NULL`,
  );
  const noted = db.prepare(
    `UPDATE discrepancy SET (entry, trade) = (SELECT id, trade FROM entry
       WHERE id = (SELECT max(id) FROM entry WHERE kind = 'correction')) WHERE id = ?`,
  );
  const corrected = db.prepare("SELECT 1 FROM entry WHERE trade = ? AND kind = 'correction' LIMIT 1");
  const cardOf = db.prepare(
    'SELECT card FROM discrepancy WHERE trade = ?1 AND entry = (SELECT max(entry) FROM discrepancy WHERE trade = ?1)',
  );
  const without = db.prepare(
    `SELECT coalesce(sum(posting.amount), 0) AS amount FROM discrepancy AS one
       JOIN entry ON entry.id = one.entry AND entry.trade IS NULL
       JOIN posting ON posting.entry = entry.id AND posting.account = ?
     WHERE one.terminal = ? AND one.batch = ? AND one.trace = ?`,
  );
  const lastWithout = db.prepare(
    `SELECT * FROM discrepancy WHERE entry = (
       SELECT max(one.entry) FROM discrepancy AS one JOIN entry ON entry.id = one.entry AND entry.trade IS NULL
       WHERE one.terminal = ? AND one.batch = ? AND one.trace = ?)`,
  );
  const correcting = db.prepare('SELECT * FROM discrepancy WHERE entry = ?');
  const listed = db.prepare('SELECT * FROM discrepancy ORDER BY id DESC LIMIT ?');
  const listedOpen = db.prepare('SELECT * FROM discrepancy WHERE closed_at IS NULL ORDER BY id DESC LIMIT ?');

  return {
    open: (one) => void opened.run(...valuesOf(one)),
    followBatch(one) {
      const { terminal, batch, trace, reason, terminalAmount, amount, at } = one;
      const before = caseOrNull(spoken.get(terminal, batch, trace, reason, terminalAmount, terminalAmount, amount));
      if (before !== null) reopened.run(foundOut.spoken, terminal, at, before.id);
      followed.run(...valuesOf(one));
    },
    askedBatch: (terminal, batch, { net, at }) => void asked.run(net, at, terminal, batch),
    find(id) {
      return caseOrNull(found.get(id));
    },
    past: (id) => past.all(id).map(saidOf),
    wasClosed: (id) => once.get(id) !== undefined,
    of({ terminal, batch, trace, reason }) {
      return caseOrNull(named.get(terminal, batch, trace, reason));
    },
    answer: (id, { answer, by, at }) => void answered.run(answer, by, at, id),
    answerTrade: (trade, { answer, by, at }) => void answeredOf.run(answer, by, at, trade),
    answerBatch: (terminal, batch, { answer, by, at }) => void answeredBatch.run(answer, by, at, terminal, batch),
    close(id, { decision, people: [first, second], reference, at }) {
      if (closed.run(decision, first, second, reference, at, id).changes !== 1) throw new Error(`case ${id} is closed`);
    },
    corrected: (id) => void noted.run(id),
    hasCorrected: (trade) => corrected.get(trade) !== undefined,
    cardOf: (trade) => textOrNull(cardOf.get(trade)?.card),
    movedWithout: ({ terminal, batch, trace }, account) => Number(without.get(account, terminal, batch, trace)?.amount),
    lastWithout({ terminal, batch, trace }) {
      return caseOrNull(lastWithout.get(terminal, batch, trace));
    },
    ofEntry(entry) {
      return caseOrNull(correcting.get(entry));
    },
    list: (limit, open) => (open ? listedOpen : listed).all(limit).map(caseOf),
  };
}

function valuesOf(one: Opened): (string | number | null)[] {
  return [
    ...[one.reason, one.terminal, one.merchant, one.batch, one.trace, one.settlement, one.trade, one.card],
    ...[one.pan, one.amount, one.bankAmount, one.terminalAmount, one.at],
  ];
}

function saidOf(row: Record<string, unknown>): Said {
  return {
    answer: textOrNull(row.answer),
    answeredBy: textOrNull(row.answered_by),
    decision: DECISIONS.find((name) => name === row.decision) ?? null,
    people: row.closed_at === null ? [] : [String(row.first_person), String(row.second_person)],
    reference: textOrNull(row.reference),
    closedAt: numberOrNull(row.closed_at),
  };
}

function caseOrNull(row: Record<string, unknown> | undefined): Case | null {
  return row === undefined ? null : caseOf(row);
}

function caseOf(row: Record<string, unknown>): Case {
  return {
    ...saidOf(row),
    id: Number(row.id),
    reason: String(row.reason) as Reason,
    state: row.closed_at !== null ? 'closed' : row.answered_at === null ? 'open' : 'answered',
    terminal: String(row.terminal),
    merchant: String(row.merchant),
    batch: String(row.batch),
    trace: String(row.trace),
    settlement: numberOrNull(row.settlement),
    trade: numberOrNull(row.trade),
    card: textOrNull(row.card),
    pan: textOrNull(row.pan),
    amount: Number(row.amount) as Fen,
    bankAmount: Number(row.bank_amount) as Fen,
    terminalAmount: Number(row.terminal_amount) as Fen,
    at: Number(row.opened_at),
    entry: numberOrNull(row.entry),
    terminalNet: numberOrNull(row.terminal_net),
    askedAt: numberOrNull(row.asked_at),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
