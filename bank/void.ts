import { type Asked, type Decision, decided, refused } from './decision.ts';
import type { Issuer } from './issuer.ts';
import type { Office } from './office.ts';
import { isRefusal, ofThisTerminal } from './original.ts';
import { entriesOf, standingOf } from './standing.ts';
import type { TradeType } from './trades.ts';

/** The types of original that each kind of void undoes. */
const UNDOES: Partial<Record<TradeType, readonly TradeType[]>> = {
  void: ['sale', 'instalment', 'offline', 'voice'],
  'completion-void': ['completion', 'completion-advice'],
};

/**
 * The void of a debit (消费撤销) or of a completion (完成撤销, which restores the hold): posts the opposite of everything that
 * was posted of it, tip, adjustments, corrections and fee too. F61 names the original (batch and trace), and F37 must
 * be its reference. A reversed void leaves the original as it was.
 */
export function undo(office: Office, issuer: Issuer, { request, type, amount, ask }: Asked): Decision {
  const { message, batch, at } = request;
  if (message.reference === undefined) return refused({ code: '30', why: 'F37 is missing' });
  const original = ofThisTerminal(office, request, UNDOES[type] ?? []);
  if (isRefusal(original)) return refused(original);
  // A settled sale is on its way to the merchant's account: it can be refunded, not voided.
  if (original.batch !== batch) return refused({ code: '12', why: 'settled already' }, original);
  const { total, fee, refunded } = standingOf(office, original);
  if (refunded > 0) return refused({ code: '12', why: 'refunded in part' }, original);
  if (total !== amount) return refused({ code: '64', why: 'another amount' }, original);

  return decided(issuer.recognise(ask), original, () => ({
    fee,
    moved: -amount,
    post: (trade) => office.ledger.postOpposite(entriesOf(office, original), { kind: type, at, trade }),
  }));
}
