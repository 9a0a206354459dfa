import { fen } from '../src/values/fen.ts';
import { type Asked, amountRefusal, type Decision, decided, refused } from './decision.ts';
import { charged, feeOf } from './fees.ts';
import type { Issuer } from './issuer.ts';
import type { Office } from './office.ts';
import { heldPreauth, isRefusal } from './original.ts';
import { held } from './preauth.ts';

/**
 * A completion (预授权完成), by request or by advice: releases the whole hold and charges the card. It may charge more than
 * was held, up to the acquirer's percentage and even above the merchant's limit; for a request the card must have the
 * surplus, for an advice it need not.
 */
export function complete(office: Office, issuer: Issuer, { request, type, amount, ask }: Asked): Decision {
  const { merchant, at } = request;
  const refusal = amountRefusal(amount, null);
  if (refusal !== null) return refused(refusal);
  const preauth = heldPreauth(office, request);
  if (isRefusal(preauth)) return refused(preauth);
  const hold = office.holds.amount(preauth.id);
  const most = Math.floor((hold * office.seed.acquirer.completionPercent) / 100);
  if (amount > most) return refused({ code: '13', why: `${most} fen may be charged` }, preauth);

  const more = fen(Math.max(0, amount - hold));
  const verdict = type === 'completion' && more > 0 ? issuer.honour(ask, more) : issuer.recognise(ask);
  return decided(verdict, preauth, (card) => {
    const fee = feeOf(merchant, type, card.kind, amount);
    return {
      fee,
      moved: amount,
      post: (trade) =>
        office.ledger.post({
          ...{ kind: type, trade, hold: preauth.id, at },
          postings: [...held(card.id, -hold), ...charged(card.id, merchant.id, amount, fee)],
        }),
    };
  });
}
