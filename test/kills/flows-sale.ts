import type { Flow } from './flow.ts';
import {
  BOOKED,
  digits,
  MONEY,
  notCharged,
  PIN,
  pay,
  SUPERVISOR,
  settle,
  sold,
  toRefund,
  toSettlement,
  whole,
} from './steps.ts';

/** Sales and what undoes them. A sale whose result is not known is reversed; a refund is asked again instead. */
export const sales: readonly Flow[] = [
  { name: 'sale', share: 6, before: digits, go: whole, lie: notCharged('sale') },
  {
    name: 'sale on slow paper',
    share: 2,
    slow: true,
    calls: / (printer|journal\.db-wal)$/,
    before: digits,
    go: whole,
    lie: notCharged('sale'),
  },
  {
    // The outbox moves the log into the journal's file, and the marker follows it.
    name: 'quiet moment',
    share: 1,
    calls: / (journal(\.db|\.json(\.new)?)?|vault)$/,
    async before(hand, amount) {
      for (let sales = 0; sales < 3; sales++) await sold(hand, hand.otherAmount());
      await digits(hand, amount);
    },
    go: whole,
    lie: notCharged('sale'),
  },
  {
    name: 'reversal',
    share: 4,
    async before(hand, amount) {
      await hand.loseAnswer('0200');
      await digits(hand, amount);
    },
    async go(hand) {
      await pay(hand);
      await hand.screen('sale.reversed', 15_000);
      await hand.press('cancel');
      await hand.screen('idle');
    },
    lie: notCharged('sale'),
  },
  {
    name: 'reversal without an answer',
    share: 1,
    calls: BOOKED,
    async before(hand, amount) {
      await hand.fault('answer-lost', true);
      await digits(hand, amount);
    },
    async go(hand) {
      await pay(hand);
      await hand.screen('sale.reversing');
      await hand.screen('sale.unknown', 15_000);
      await hand.fault('answer-lost', false);
      await hand.screen('sale.reversed', 15_000);
      await hand.press('cancel');
      await hand.screen('idle');
    },
    lie: notCharged('sale'),
  },
  {
    name: 'power-on that owes a reversal',
    share: 4,
    boots: true,
    async before(hand, amount) {
      await hand.fault('answer-lost', true);
      await digits(hand, amount);
      await pay(hand);
      await hand.charged(Number(amount));
      await hand.power(false);
      await hand.fault('answer-lost', false);
    },
    async go(hand) {
      await hand.signIn();
      await hand.settled();
    },
    lie: notCharged('sale'),
  },
  {
    name: 'power-on that owes paper',
    share: 3,
    boots: true,
    async before(hand, amount) {
      await digits(hand, amount);
      await pay(hand);
      await hand.screen('sale.approved');
      await hand.power(false);
    },
    async go(hand) {
      await hand.signIn();
      await hand.slips(2);
    },
    lie: notCharged('sale'),
  },
  {
    name: 'instalments',
    share: 1,
    calls: MONEY,
    async before(hand, amount) {
      await hand.press('menu', '8', '1');
      await hand.screen('instalment.amount');
      await hand.press(...amount, 'enter');
      await hand.screen('instalment.card');
      await hand.swipe('cmb-credit');
      await hand.screen('instalment.number');
      await hand.press('enter');
      await hand.screen('instalment.periods');
      await hand.press('1');
      await hand.screen('instalment.pin');
    },
    async go(hand) {
      await hand.press(...'654321', 'enter');
      await hand.screen('instalment.approved');
      await hand.slips(2);
      await hand.press('enter');
      await hand.screen('idle');
    },
    lie: notCharged('instalment'),
  },
  {
    name: 'void',
    share: 3,
    async before(hand, amount) {
      await sold(hand, amount);
      await hand.press('menu', '2');
      await hand.screen('void.trace');
      await hand.press('enter');
      await hand.screen('void.confirm');
      await hand.press('enter');
      await hand.screen('void.supervisor');
      await hand.press(...SUPERVISOR);
      await hand.screen('void.card');
    },
    async go(hand) {
      await hand.swipe('boc-debit');
      await hand.screen('void.pin');
      await hand.press(...PIN);
      await hand.screen('void.approved');
      await hand.slips(2);
      await hand.press('enter');
      await hand.screen('idle');
    },
    lie: { word: /不再扣款|撤销成功/, type: 'sale', while: 'posted' },
  },
  {
    name: 'refund',
    share: 2,
    calls: MONEY,
    async before(hand, amount) {
      await sold(hand, amount);
      await toSettlement(hand);
      await settle(hand);
      await toRefund(hand);
    },
    async go(hand) {
      await hand.swipe('boc-debit');
      await hand.screen('refund.approved', 15_000);
      await hand.slips(2);
      await hand.press('enter');
      await hand.screen('idle');
    },
    lie: notCharged('sale'),
  },
  {
    // A refund has no reversal: it is asked again until the bank says what became of it, and is never given twice.
    name: 'refund asked again',
    share: 2,
    calls: BOOKED,
    async before(hand, amount) {
      await sold(hand, amount);
      await toSettlement(hand);
      await settle(hand);
      await toRefund(hand);
      await hand.fault('answer-lost', true);
    },
    async go(hand) {
      await hand.swipe('boc-debit');
      await hand.screen('refund.unknown', 15_000);
      await hand.fault('answer-lost', false);
      await hand.press('cancel');
      await hand.screen('idle');
      await hand.settled();
    },
    lie: { word: /没有退货|未退货/, type: 'refund', while: 'posted' },
  },
];
