import { type Fen, fen } from '../src/values/fen.ts';
import type { Issuer } from './issuer.ts';
import { ACQUIRER_FEES, cardAccount, merchantFees, merchantPending, type Office } from './office.ts';
import type { FeeRate } from './seed.ts';
import type { Asked, Decision } from './trade.ts';

/** A sale: from the card to what the merchant is owed, less the fee. */
export function sell(office: Office, issuer: Issuer, { request, amount, ask }: Asked): Decision {
  const { merchant, at } = request;
  const acquirerRefusal = amount === 0 ? '13' : amount > merchant.saleLimit ? '61' : null;
  const verdict =
    acquirerRefusal === null ? issuer.decide(ask) : { code: acquirerRefusal, card: null, institution: null };
  const fee = verdict.card === null ? fen(0) : feeOf(merchant.fee[verdict.card.kind], amount);
  const fees = [
    { account: merchantFees(merchant.id), amount: -fee },
    { account: ACQUIRER_FEES, amount: fee as number },
  ];
  return {
    ...verdict,
    fee,
    original: null,
    post(trade, card) {
      office.ledger.post({
        kind: 'sale',
        trade,
        at,
        postings: [
          { account: cardAccount(card.id), amount: -amount },
          { account: merchantPending(merchant.id), amount },
          ...(fee === 0 ? [] : fees),
        ],
      });
    },
  };
}

/** Half a fen is rounded up. */
export function feeOf({ perMyriad, cap }: FeeRate, amount: Fen): Fen {
  const fee = Math.floor((amount * perMyriad + 5000) / 10_000);
  return fen(cap === null ? fee : Math.min(fee, cap));
}
