import { fen } from '../src/values/fen.ts';
import type { Case, Ruling } from './cases.ts';
import { charged, feeOf } from './fees.ts';
import { merchantFees, merchantPending, type Office } from './office.ts';
import { DEBITS, standingOf } from './original.ts';
import type { Trade } from './trades.ts';

/** What two people of the bank have decided about a case, with the paper that proves it. */
export interface Decided {
  readonly decision: Ruling;
  readonly people: readonly [string, string];
  readonly reference: string;
  readonly at: number;
}

/** `given-back`: a void or refunds of the trade have given back so much that the card would have more than it paid. */
export type WhyNot = 'closed' | 'no-card' | 'no-merchant' | 'given-back';

/**
 * Ends a case: `credit` gives the disputed amount back to the card, `debit` takes it, the merchant's side the other way
 * and its fee with it; `reject` moves nothing. Returns why it cannot be, or null once it is done. Inside a transaction.
 */
export function decide(office: Office, disputed: Case, decided: Decided): WhyNot | null {
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
): WhyNot | null {
  const card = office.seed.cardsById.get(cardId ?? '');
  const merchant = office.seed.merchants.get(merchantId);
  if (card === undefined) return 'no-card';
  if (merchant === undefined) return 'no-merchant';
  const known = trade === null ? null : office.trades.byId(trade);
  if (decision === 'credit' && known !== null && amount > leftOf(office, known)) return 'given-back';
  const before = trade === null ? { amount: 0, fee: 0 } : chargeOf(office, trade, merchant.id);
  const change = decision === 'debit' ? amount : -amount;
  const total = before.amount + change;
  const fee = Math.sign(total) * feeOf(merchant, known?.type ?? 'sale', card.kind, fen(Math.abs(total))) - before.fee;
  office.ledger.post({ kind: 'correction', trade, at, postings: charged(card.id, merchant.id, change, fee) });
  office.cases.corrected(id);
  // What is undone as a whole is reversed like any other: a reversal that still comes finds nothing to turn back.
  if (trade !== null && total === 0) office.trades.reversed(trade, 'reversed', `case ${id}`, at);
  return null;
}

/** What a void or a refund could still give back of a trade that took money; of any other there is no such limit. */
function leftOf(office: Office, trade: Trade): number {
  if (trade.state === 'voided') return 0;
  if (trade.state !== 'posted' || !DEBITS.includes(trade.type)) return Number.POSITIVE_INFINITY;
  const { total, refunded } = standingOf(office, trade);
  return total - refunded;
}
