import { fen } from '../src/values/fen.ts';
import type { Case, Ruling } from './cases.ts';
import { charged, feeOf } from './fees.ts';
import type { Office } from './office.ts';
import { DEBITS, standingOf } from './original.ts';
import type { Trade } from './trades.ts';

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

function correct(
  office: Office,
  { id, amount, card: cardId, merchant: merchantId, trade: tradeId }: Case,
  decision: 'credit' | 'debit',
  at: number,
): 'no-card' | 'no-merchant' | null {
  const card = office.seed.cardsById.get(cardId ?? '');
  const merchant = office.seed.merchants.get(merchantId);
  if (card === undefined) return 'no-card';
  if (merchant === undefined) return 'no-merchant';
  const trade = tradeId === null ? null : office.trades.byId(tradeId);
  const owed = owedBy(office, trade);
  const change = decision === 'debit' ? amount : -amount;
  const fee = feeFor(owed + change) - feeFor(owed);
  office.ledger.post({ kind: 'correction', trade: tradeId, at, postings: charged(card.id, merchant.id, change, fee) });
  office.cases.corrected(id);
  // What is undone as a whole is reversed like any other: a reversal that still comes finds nothing to turn back.
  if (trade !== null && owed !== 0 && owed + change === 0) {
    office.trades.reversed(trade.id, 'reversed', `case ${id}`, at);
  }
  return null;

  function feeFor(total: number): number {
    if (card === undefined || merchant === undefined) return 0;
    return Math.sign(total) * feeOf(merchant, trade?.type ?? 'sale', card.kind, fen(Math.abs(total)));
  }
}

/** What the card has paid by this trade as it stands; negative where it was given back. */
function owedBy(office: Office, trade: Trade | null): number {
  if (trade === null || (trade.state !== 'posted' && trade.state !== 'voided')) return 0;
  return DEBITS.includes(trade.type) ? standingOf(office, trade).total : trade.moved;
}
