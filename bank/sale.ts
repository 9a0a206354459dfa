import { type Asked, amountRefusal, type Decision, decided, refused } from './decision.ts';
import { charged, feeOf } from './fees.ts';
import type { Issuer } from './issuer.ts';
import type { Office } from './office.ts';

/** A sale (消费): from the card to what the merchant is owed, less the fee. */
export function sell(office: Office, issuer: Issuer, asked: Asked): Decision {
  const refusal = amountRefusal(asked.amount, asked.request.merchant.saleLimit);
  if (refusal !== null) return refused(refusal);
  return decided(issuer.decide(asked.ask), null, (card) => chargeOf(office, asked, card));
}

/** A sale in instalments (分期): credit cards alone. F62 is the periods, two digits, and the issuer's plan code. */
export function sellInInstalments(office: Office, issuer: Issuer, asked: Asked): Decision {
  const { request, amount, ask } = asked;
  const refusal = amountRefusal(amount, request.merchant.saleLimit);
  if (refusal !== null) return refused(refusal);
  const text = Buffer.from(request.message.payload ?? []).toString('latin1');
  const [, periods, plan = ''] = /^(\d{2})([0-9A-Za-z]{0,20})$/.exec(text) ?? [];
  if (periods === undefined) return refused({ code: '30', why: 'F62 holds no periods' });
  if (!office.seed.acquirer.instalmentPeriods.includes(Number(periods))) {
    return refused({ code: '40', why: `${periods} periods are not offered` });
  }
  const verdict = issuer.decide(ask);
  if (verdict.card?.kind === 'debit' && verdict.code === '00') {
    return refused({ code: '57', why: 'instalments of a debit card' });
  }
  return decided(verdict, null, (card) => ({
    ...chargeOf(office, asked, card),
    particulars: { periods: Number(periods), plan },
  }));
}

/** The fee and the postings that all debits have; the caller has asked the issuer already. */
export function chargeOf(
  office: Office,
  { request: { merchant, at }, type, amount }: Asked,
  card: Parameters<Decision['post']>[1],
): Pick<Decision, 'fee' | 'moved' | 'post'> {
  const fee = feeOf(merchant, type, card.kind, amount);
  return {
    fee,
    moved: amount,
    post(trade) {
      office.ledger.post({ kind: type, trade, at, postings: charged(card.id, merchant.id, amount, fee) });
    },
  };
}
