import { type Fen, fen } from '../src/values/fen.ts';
import { type Asked, amountRefusal, besideAmount, type Decision, decided, type Refusal, refused } from './decision.ts';
import { charged, feeOf } from './fees.ts';
import type { Issuer } from './issuer.ts';
import type { Office } from './office.ts';
import { isRefusal, ofThisTerminal } from './original.ts';
import { type Standing, standingOf } from './standing.ts';
import { changeable, type Trade } from './trades.ts';

/** An adjustment (结算调整): F4 is the new total, F48 the old one. Posts the differences of the amount and of the fee. */
export function adjust(office: Office, issuer: Issuer, asked: Asked): Decision {
  return change(office, issuer, asked, asked.request.merchant.saleLimit, ({ total }, before) => {
    if (before !== total) return { code: '64', why: `${total} fen stand` };
    return asked.amount === total ? { code: '13', why: 'no other amount' } : null;
  });
}

/**
 * A tip (小费): F4 is the total with the tip, F48 the tip. Allowed once, up to the acquirer's percentage; the merchant's
 * sale limit does not apply, as a sale at the limit may be tipped too.
 */
export function tip(office: Office, issuer: Issuer, asked: Asked): Decision {
  return change(office, issuer, asked, null, ({ total, tipped }, added) => {
    if (tipped) return { code: '12', why: 'there is a tip already' };
    if (asked.amount !== total + added) return { code: '64', why: `${total} fen stand` };
    const most = Math.floor((total * office.seed.acquirer.tipPercent) / 100);
    return added === 0 || added > most ? { code: '13', why: `${most} fen may be added` } : null;
  });
}

function change(
  office: Office,
  issuer: Issuer,
  { request, type, amount, ask }: Asked,
  most: Fen | null,
  check: (standing: Standing, beside: number) => Refusal | null,
): Decision {
  const { message, merchant, batch, at } = request;
  const beside = besideAmount(message.totals);
  if (beside === null) return refused({ code: '30', why: 'F48 holds no amount' });
  const limit = amountRefusal(amount, most);
  if (limit !== null) return refused(limit);
  const original = ofThisTerminal(office, request, changeable[type] ?? []);
  if (isRefusal(original)) return refused(original);
  const standing = standingOf(office, original);
  const refusal = whyNot(original, standing, batch) ?? check(standing, beside);
  if (refusal !== null) return refused(refusal, original);

  return decided(issuer.recognise(ask), original, (card) => {
    const moved = amount - standing.total;
    const fee = feeOf(merchant, original.type, card.kind, fen(amount)) - standing.fee;
    return {
      ...{ fee, moved, particulars: type === 'tip' ? { tip: beside } : { before: beside } },
      post: (trade) =>
        office.ledger.post({ kind: type, trade, at, postings: charged(card.id, merchant.id, moved, fee) }),
    };
  });
}

function whyNot(original: Trade, { refunded }: Standing, batch: string): Refusal | null {
  if (original.batch !== batch) return { code: '12', why: 'settled already' };
  return refunded > 0 ? { code: '12', why: 'refunded in part' } : null;
}
