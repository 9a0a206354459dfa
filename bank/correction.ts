import { fen } from '../src/values/fen.ts';
import type { Case, Ruling } from './cases.ts';
import { charged, feeOf } from './fees.ts';
import { merchantFees, merchantPending, type Office } from './office.ts';

/** What two people of the bank have decided about a case, with the paper that proves it. */
export interface Decided {
  readonly decision: Ruling;
  readonly people: readonly [string, string];
  readonly reference: string;
  readonly at: number;
}

/**
 * Ends a case: `credit` gives the disputed amount back to the card, `debit` takes it, the merchant's side the other way
 * and its fee with it; `reject` moves nothing. Returns why it cannot be, or null once it is done. Inside a transaction.
 */
export function decide(office: Office, disputed: Case, decided: Decided): 'closed' | 'no-card' | 'no-merchant' | null {
  if (disputed.state === 'closed') return 'closed';
  if (decided.decision !== 'reject' && disputed.amount > 0) {
    const why = correct(office, disputed, decided.decision, decided.at);
    if (why !== null) return why;
  }
  office.cases.close(disputed.id, decided);
  return null;
}

/** What the merchant has been given by a trade as it stands, tips, adjustments, reversal and corrections with it. */
export function chargeOf({ books: { db } }: Office, trade: number, merchant: string): { amount: number; fee: number } {
  // Asked for a case alone: not worth a statement that is kept.
  const sum = db.prepare(
    `SELECT coalesce(sum(amount), 0) AS amount FROM posting JOIN entry ON entry.id = posting.entry
     WHERE account = ?1 AND (trade = ?2 OR trade IN
       (SELECT id FROM trade WHERE original = ?2 AND type IN ('tip', 'adjust')))`,
  );
  return {
    amount: Number(sum.get(merchantPending(merchant), trade)?.amount),
    fee: -Number(sum.get(merchantFees(merchant), trade)?.amount),
  };
}

function correct(
  office: Office,
  { id, amount, card: cardId, merchant: merchantId, trade }: Case,
  decision: 'credit' | 'debit',
  at: number,
): 'no-card' | 'no-merchant' | null {
  const card = office.seed.cardsById.get(cardId ?? '');
  const merchant = office.seed.merchants.get(merchantId);
  if (card === undefined) return 'no-card';
  if (merchant === undefined) return 'no-merchant';
  const before = trade === null ? { amount: 0, fee: 0 } : chargeOf(office, trade, merchant.id);
  const change = decision === 'debit' ? amount : -amount;
  const total = before.amount + change;
  const type = (trade === null ? null : office.trades.byId(trade)?.type) ?? 'sale';
  const fee = Math.sign(total) * feeOf(merchant, type, card.kind, fen(Math.abs(total))) - before.fee;
  office.ledger.post({ kind: 'correction', trade, at, postings: charged(card.id, merchant.id, change, fee) });
  office.cases.corrected(id);
  // What is undone as a whole is reversed like any other: a reversal that still comes finds nothing to turn back.
  if (trade !== null && total === 0) office.trades.reversed(trade, 'reversed', `case ${id}`, at);
  return null;
}
