import { type Fen, fen } from '../src/values/fen.ts';
import { cardAccount, type Posting } from './ledger.ts';
import { ACQUIRER_FEES, merchantFees, merchantPending } from './office.ts';
import type { Card, FeeRate, Merchant } from './seed.ts';
import type { TradeType } from './trades.ts';

/** The merchant's fee for an amount; a transaction type may have a rate of its own. Half a fen is rounded up. */
export function feeOf(merchant: Merchant, type: TradeType, kind: Card['kind'], amount: Fen): Fen {
  const { perMyriad, cap }: FeeRate = merchant.feeOfType.get(type) ?? merchant.fee[kind];
  const fee = Math.floor((amount * perMyriad + 5000) / 10_000);
  return fen(cap === null ? fee : Math.min(fee, cap));
}

/**
 * Postings of the amount from the card to the merchant and of the fee from the merchant to the acquirer; negative:
 * back.
 */
export function charged(card: string, merchant: string, amount: number, fee: number): Posting[] {
  return [
    { account: cardAccount(card), amount: -amount },
    { account: merchantPending(merchant), amount },
    { account: merchantFees(merchant), amount: -fee },
    { account: ACQUIRER_FEES, amount: fee },
  ];
}
