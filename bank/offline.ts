import { type Asked, type Decision, decided, refused } from './decision.ts';
import type { Issuer } from './issuer.ts';
import { lastDayEnds, type Office } from './office.ts';
import { chargeOf } from './sale.ts';

/** An offline sale (离线消费), which the counter has finished: taken up to the floor limit, even where funds are short. */
export function takeOffline(office: Office, issuer: Issuer, asked: Asked): Decision {
  const { amount, ask, request } = asked;
  if (amount === 0) return refused({ code: '13', why: 'no amount' });
  if (amount > request.merchant.offlineFloor) return refused({ code: '61', why: 'over the floor limit' });
  return decided(issuer.accept(ask), null, (card) => chargeOf(office, asked, card));
}

/**
 * A sale authorised by the bank's clerk by telephone (电话授权): F38 is the clerk's number, good once, as long as a hold.
 */
export function takeVoice(office: Office, issuer: Issuer, asked: Asked): Decision {
  const { amount, ask, request } = asked;
  if (amount === 0) return refused({ code: '13', why: 'no amount' });
  const verdict = issuer.accept(ask);
  const { authorisation = '' } = request.message;
  if (verdict.card !== null && verdict.code === '00') {
    const given = office.voice.given(authorisation);
    if (given === null || given.card !== verdict.card.id || given.used) {
      return refused({ code: '25', why: 'nobody gave this authorisation' });
    }
    if (request.at >= lastDayEnds(office, given.at, office.seed.acquirer.holdDays)) {
      return refused({ code: '22', why: 'the authorisation is out of date' });
    }
    if (amount > given.amount) return refused({ code: '61', why: `${given.amount} fen were authorised` });
  }
  return decided(verdict, null, (card) => {
    const charge = chargeOf(office, asked, card);
    return {
      ...charge,
      authorisation,
      post(trade, of) {
        charge.post(trade, of);
        office.voice.use(authorisation, trade);
      },
    };
  });
}
