import { type Asked, type Decision, decided, refused } from './decision.ts';
import { charged } from './fees.ts';
import type { Issuer } from './issuer.ts';
import { lastDayEnds, type Office } from './office.ts';
import { byReference, inOpenBatch, isRefusal } from './original.ts';
import { DEBITS, feeUpTo, standingOf } from './standing.ts';

/**
 * A refund (退货): pays back to the card up to what is left of its original, in any number of parts. The fee goes back in
 * proportion; all parts together return exactly the whole fee.
 */
export function refund(office: Office, issuer: Issuer, { request, amount, ask }: Asked): Decision {
  const { merchant, terminal, at } = request;
  const original = byReference(office, request);
  if (isRefusal(original)) return refused(original);
  if (original.state === 'voided' || original.state === 'reversed') {
    return refused({ code: '12', why: `${original.state} already` }, original);
  }
  if (original.state !== 'posted' || !DEBITS.includes(original.type)) {
    return refused({ code: '25', why: 'nothing of it was charged' }, original);
  }
  // A sale of the open batch is to be voided instead: a void leaves nothing on the customer's statement.
  if (original.terminal === terminal.terminal && inOpenBatch(office, original)) {
    return refused({ code: '12', why: 'of the open batch: a void undoes it' }, original);
  }
  if (at >= lastDayEnds(office, original.at, office.seed.acquirer.refundDays)) {
    return refused({ code: '22', why: 'too long ago' }, original);
  }
  const standing = standingOf(office, original);
  const { total, refunded, feeReturned } = standing;
  if (amount === 0 || amount > total - refunded) {
    return refused({ code: '13', why: `${total - refunded} fen are left` }, original);
  }

  const back = feeUpTo(standing, refunded + amount) - feeReturned;
  return decided(issuer.recognise(ask), original, (card) => ({
    fee: back,
    moved: -amount,
    post: (trade) =>
      office.ledger.post({ kind: 'refund', trade, at, postings: charged(card.id, merchant.id, -amount, -back) }),
  }));
}
