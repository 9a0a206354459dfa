import type { Hand } from './hand.ts';

/** What a clerk does at the counter, with the part of it in which the terminal is killed. */
export interface Flow {
  readonly name: string;
  /** Its part of a sample, in twentieths. */
  readonly share: number;
  /** To where the calls are counted from. */
  before(hand: Hand, amount: string): Promise<void>;
  /** From there to the idle screen. */
  go(hand: Hand, amount: string): Promise<void>;
  /** The calls that it is there for, where others are in another flow too. */
  readonly calls?: RegExp;
  /** The terminal is off after `before`, and is watched from its first breath when `go` begins. */
  readonly boots?: true;
  /** A word on the screen or to the customer, and the state in which the bank must then not have the sale. */
  readonly lie: { readonly word: RegExp; readonly while: string };
}

const NOT_CHARGED = { word: /未扣款/, while: 'posted' } as const;

const digits = (hand: Hand, amount: string) => hand.press(...amount);

async function pay(hand: Hand): Promise<void> {
  await hand.press('enter');
  await hand.screen('sale.card');
  await hand.swipe('boc-debit');
  await hand.screen('sale.number');
  await hand.press('enter', '1', '2', '3', '4', '5', '6', 'enter');
}

async function whole(hand: Hand): Promise<void> {
  await pay(hand);
  await hand.screen('sale.approved');
  await hand.slips(2);
  await hand.press('enter');
  await hand.screen('idle');
}

export const flows: readonly Flow[] = [
  { name: 'sale', share: 7, before: digits, go: whole, lie: NOT_CHARGED },
  {
    // The outbox moves the log into the journal's file, and the marker follows it.
    name: 'quiet moment',
    share: 1,
    calls: / (journal(\.db|\.json(\.new)?)?|vault)$/,
    async before(hand, amount) {
      for (let sales = 0; sales < 3; sales++) {
        await hand.press(...hand.otherAmount());
        await whole(hand);
      }
      await digits(hand, amount);
    },
    go: whole,
    lie: NOT_CHARGED,
  },
  {
    name: 'reversal',
    share: 4,
    async before(hand, amount) {
      await hand.fault('answer-lost', true);
      await digits(hand, amount);
    },
    async go(hand) {
      await pay(hand);
      await hand.screen('sale.reversing', 8000);
      await hand.fault('answer-lost', false);
      await hand.screen('sale.reversed', 15_000);
      await hand.press('cancel');
      await hand.screen('idle');
    },
    lie: NOT_CHARGED,
  },
  {
    name: 'power-on that owes a reversal',
    share: 3,
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
    lie: NOT_CHARGED,
  },
  {
    name: 'power-on that owes paper',
    share: 2,
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
    lie: NOT_CHARGED,
  },
  {
    name: 'void',
    share: 3,
    async before(hand, amount) {
      await digits(hand, amount);
      await whole(hand);
      await hand.press('menu', '2');
      await hand.screen('void.trace');
      await hand.press('enter');
      await hand.screen('void.confirm');
      await hand.press('enter');
      await hand.screen('void.supervisor');
      await hand.press('1', '2', '3', '4', '5', '6', 'enter');
      await hand.screen('void.card');
    },
    async go(hand) {
      await hand.swipe('boc-debit');
      await hand.screen('void.pin');
      await hand.press('1', '2', '3', '4', '5', '6', 'enter');
      await hand.screen('void.approved');
      await hand.slips(2);
      await hand.press('enter');
      await hand.screen('idle');
    },
    lie: { word: /不再扣款|撤销成功/, while: 'posted' },
  },
  {
    name: 'settlement',
    share: 4,
    async before(hand, amount) {
      await digits(hand, amount);
      await whole(hand);
      await hand.press('menu', '7');
      await hand.screen('settlement.confirm');
    },
    async go(hand) {
      await hand.press('enter');
      await hand.screen('settlement.done', 15_000);
      await hand.settlementSlip();
      await hand.press('enter');
      await hand.screen('idle');
    },
    lie: NOT_CHARGED,
  },
  {
    // It has no reversal: it is asked again until the bank says what became of it, and never given twice.
    name: 'refund',
    share: 3,
    async before(hand, amount) {
      await digits(hand, amount);
      await whole(hand);
      await hand.press('menu', '7');
      await hand.screen('settlement.confirm');
      await hand.press('enter');
      await hand.screen('settlement.done', 15_000);
      await hand.settlementSlip();
      await hand.press('enter');
      await hand.screen('idle');
      await hand.press('menu', '2');
      await hand.screen('void.trace');
      await hand.press('enter');
      await hand.screen('refund.original');
      await hand.press('enter');
      await hand.screen('refund.amount');
      await hand.press('enter');
      await hand.screen('refund.supervisor');
      await hand.press('1', '2', '3', '4', '5', '6', 'enter');
      await hand.screen('refund.card');
    },
    async go(hand) {
      await hand.swipe('boc-debit');
      await hand.screen('refund.approved', 15_000);
      await hand.slips(2);
      await hand.press('enter');
      await hand.screen('idle');
    },
    lie: NOT_CHARGED,
  },
];
