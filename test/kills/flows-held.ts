import type { Flow } from './flow.ts';
import type { Hand } from './hand.ts';
import { done, MONEY, notCharged, PIN } from './steps.ts';

async function toHold(hand: Hand, amount: string): Promise<void> {
  await hand.press('menu', '4', '1');
  await hand.screen('preauth.amount');
  await hand.press(...amount);
}

async function hold(hand: Hand): Promise<void> {
  await hand.press('enter');
  await hand.screen('preauth.card');
  await hand.swipe('boc-debit');
  await hand.screen('preauth.number');
  await hand.press('enter', ...PIN);
}

const notHeld = { word: /未冻结/, type: 'preauth', while: 'posted' } as const;

/** Pre-authorisations: an amount that is held, and charged later. */
export const holds: readonly Flow[] = [
  {
    name: 'hold',
    share: 2,
    calls: MONEY,
    before: toHold,
    async go(hand) {
      await hold(hand);
      await done(hand, 'preauth.approved');
    },
    lie: notHeld,
  },
  {
    name: 'hold that is reversed',
    share: 1,
    calls: MONEY,
    async before(hand, amount) {
      await toHold(hand, amount);
      await hand.loseAnswer('0100');
    },
    async go(hand) {
      await hold(hand);
      await hand.screen('preauth.reversed', 15_000);
      await hand.press('cancel');
      await hand.screen('idle');
    },
    lie: notHeld,
  },
  {
    name: 'completion',
    share: 2,
    calls: MONEY,
    async before(hand, amount) {
      await toHold(hand, amount);
      await hold(hand);
      await done(hand, 'preauth.approved');
      await hand.press('menu', '4', '3');
      await hand.screen('completion.trace');
      await hand.press('enter');
      await hand.screen('completion.amount.of');
      await hand.press(...amount, 'enter');
      await hand.screen('completion.card');
    },
    async go(hand) {
      await hand.swipe('boc-debit');
      await hand.screen('completion.pin');
      await hand.press(...PIN);
      await done(hand, 'completion.approved');
    },
    lie: notCharged('completion'),
  },
];
