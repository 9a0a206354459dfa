import type { Flow } from './flow.ts';
import type { Hand } from './hand.ts';
import { lines, MONEY, notCharged, sold } from './steps.ts';

/** The one card whose service code lets a terminal decide: 101. */
const CARD = 'overseas-credit';

async function toOffline(hand: Hand, amount: string): Promise<void> {
  await lines(hand, true);
  await hand.press('menu', '8', '3');
  await hand.screen('offline.amount');
  await hand.press(...amount, 'enter');
  await hand.screen('offline.card');
  await hand.swipe(CARD);
  await hand.screen('offline.number');
  await hand.press('enter');
  await hand.screen('offline.confirm');
}

/** Waits until the bank has been told, and goes to idle from the screen on which the counter has finished. */
async function told(hand: Hand): Promise<void> {
  await hand.settled();
  await hand.press('enter');
  await hand.screen('idle');
}

/** Payments that the counter finishes by itself and then tells the bank of (advices) until it has taken them. */
export const advices: readonly Flow[] = [
  {
    name: 'offline sale',
    share: 3,
    calls: MONEY,
    before: toOffline,
    async go(hand) {
      await hand.press('enter');
      await hand.screen('offline.accepted');
      await hand.slips(2);
      await lines(hand, false);
      await told(hand);
    },
    lie: notCharged('offline'),
  },
  {
    name: 'power-on that owes an advice',
    share: 2,
    calls: MONEY,
    boots: true,
    async before(hand, amount) {
      await toOffline(hand, amount);
      await hand.press('enter');
      await hand.screen('offline.accepted');
      await hand.slips(2);
      await hand.power(false);
      await lines(hand, false);
    },
    async go(hand) {
      await hand.signIn();
      await hand.settled();
    },
    lie: notCharged('offline'),
  },
  {
    name: 'tip',
    share: 1,
    calls: MONEY,
    async before(hand, amount) {
      // The sale is ten times the tip.
      await sold(hand, `${amount}0`);
      await hand.press('menu', '8', '2');
      await hand.screen('tip.trace');
      await hand.press('enter');
      await hand.screen('tip.amount.of');
      await hand.press(...amount);
    },
    async go(hand) {
      await hand.press('enter');
      await hand.screen('tip.accepted');
      await hand.slips(2);
      await told(hand);
    },
    lie: notCharged('tip'),
  },
  {
    name: 'sale by telephone',
    share: 1,
    calls: MONEY,
    async before(hand, amount) {
      const code = await hand.authorisedByVoice('cmb-credit', Number(amount));
      await hand.press('menu', '8', '4');
      await hand.screen('voice.amount');
      await hand.press(...amount, 'enter');
      await hand.screen('voice.card');
      await hand.swipe('cmb-credit');
      await hand.screen('voice.number');
      await hand.press('enter');
      await hand.screen('voice.call');
      await hand.press(...code);
    },
    async go(hand) {
      await hand.press('enter');
      await hand.screen('voice.accepted');
      await hand.slips(2);
      await told(hand);
    },
    lie: notCharged('voice'),
  },
];
