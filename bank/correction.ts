import { fen } from '../src/values/fen.ts';
import type { Case, Ruling } from './cases.ts';
import { ACQUIRER_FEES, cardAccount, merchantFees, merchantPending, type Office } from './office.ts';
import { feeOf } from './sale.ts';
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
  const charged = chargedBy(trade);
  const change = decision === 'debit' ? amount : -amount;
  const fee = feeFor(charged + change) - feeFor(charged);
  const postings = [
    { account: cardAccount(card.id), amount: -change },
    { account: merchantPending(merchant.id), amount: change },
    { account: merchantFees(merchant.id), amount: -fee },
    { account: ACQUIRER_FEES, amount: fee },
  ];
  office.ledger.post({
    kind: 'correction',
    trade: tradeId,
    at,
    postings: postings.filter((posting) => posting.amount !== 0),
  });
  office.cases.corrected(id);
  // What is undone as a whole is reversed like any other: a reversal that still comes finds nothing to turn back.
  if (trade !== null && charged !== 0 && charged + change === 0) {
    office.trades.reversed(trade.id, 'reversed', `case ${id}`, at);
  }
  return null;

  function feeFor(owed: number): number {
    const rate = merchant?.fee[card?.kind ?? 'debit'];
    return rate === undefined ? 0 : Math.sign(owed) * feeOf(rate, fen(Math.abs(owed)));
  }
}

/** What the card has paid by this trade as it stands, corrections aside; negative where it was given back. */
function chargedBy(trade: Trade | null): number {
  if (trade === null || (trade.state !== 'posted' && trade.state !== 'voided')) return 0;
  return trade.moved;
}
