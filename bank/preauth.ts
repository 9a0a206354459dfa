import { type Asked, amountRefusal, type Decision, decided, refused } from './decision.ts';
import type { Issuer } from './issuer.ts';
import { cardAccount, holdAccount, type Posting } from './ledger.ts';
import { lastDayEnds, type Office } from './office.ts';
import { heldPreauth, isRefusal } from './original.ts';

/** A pre-authorisation (预授权): what was available on the card is held, until it is completed, voided or expires. */
export function preauthorise(office: Office, issuer: Issuer, { request, amount, ask }: Asked): Decision {
  const { merchant, at } = request;
  const refusal = amountRefusal(amount, merchant.saleLimit);
  if (refusal !== null) return refused(refusal);
  return decided(issuer.decide(ask), null, ({ id: card }) => ({
    post(trade) {
      const expiresAt = lastDayEnds(office, at, office.seed.acquirer.holdDays);
      office.holds.open({ preauth: trade, card, expiresAt });
      office.ledger.post({ kind: 'preauth', trade, hold: trade, at, postings: held(card, amount) });
    },
  }));
}

/** Adds to a hold (追加预授权); the day on which it expires stays. */
export function addToPreauth(office: Office, issuer: Issuer, { request, amount, ask }: Asked): Decision {
  const { merchant, at } = request;
  const refusal = amountRefusal(amount, merchant.saleLimit);
  if (refusal !== null) return refused(refusal);
  const preauth = heldPreauth(office, request);
  if (isRefusal(preauth)) return refused(preauth);
  return decided(issuer.decide(ask), preauth, ({ id: card }) => ({
    post: (trade) =>
      office.ledger.post({ kind: 'preauth-add', trade, hold: preauth.id, at, postings: held(card, amount) }),
  }));
}

/** Gives back the whole hold (预授权撤销), what was added to it too. */
export function voidPreauth(office: Office, issuer: Issuer, { request, amount, ask }: Asked): Decision {
  const preauth = heldPreauth(office, request);
  if (isRefusal(preauth)) return refused(preauth);
  const hold = office.holds.amount(preauth.id);
  if (hold !== amount) return refused({ code: '64', why: `${hold} fen are held` }, preauth);
  return decided(issuer.recognise(ask), preauth, ({ id: card }) => ({
    post: (trade) =>
      office.ledger.post({
        ...{ kind: 'preauth-void', trade, hold: preauth.id, at: request.at },
        postings: held(card, -amount),
      }),
  }));
}

/** Postings that move an amount from the available to the held account; a negative amount moves back. */
export function held(card: string, amount: number): Posting[] {
  return [
    { account: cardAccount(card), amount: -amount },
    { account: holdAccount(card), amount },
  ];
}
