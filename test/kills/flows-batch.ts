import type { Flow } from './flow.ts';
import { digits, MONEY, NONE, notCharged, settle, sold, toSettlement, whole } from './steps.ts';

/** The settlement, each step of which is on the disk before the next, and starts that begin from the disk alone. */
export const batches: readonly Flow[] = [
  {
    name: 'settlement',
    share: 3,
    async before(hand, amount) {
      await sold(hand, amount);
      await toSettlement(hand);
    },
    go: settle,
    lie: notCharged('sale'),
  },
  {
    // Batches closed before the newest one move into a file of their own.
    name: 'archive',
    share: 1,
    calls: / (archive\.db(-wal)?|journal(\.db(-wal)?)?)$/,
    async before(hand, amount) {
      await sold(hand, hand.otherAmount());
      await toSettlement(hand);
      await settle(hand);
      await sold(hand, amount);
      await toSettlement(hand);
    },
    async go(hand) {
      const before_ms = hand.archivedAt();
      await settle(hand);
      await hand.archivedSince(before_ms);
    },
    lie: notCharged('sale'),
  },
  {
    name: 'power-on amid a settlement',
    share: 2,
    calls: MONEY,
    boots: true,
    async before(hand, amount) {
      await sold(hand, amount);
      await toSettlement(hand);
      await hand.fault('answer-lost', true);
      await hand.press('enter');
      await hand.batchAtBank();
      await hand.power(false);
      await hand.fault('answer-lost', false);
    },
    async go(hand) {
      await hand.signIn();
      await hand.settlementSlip();
    },
    lie: notCharged('sale'),
  },
  {
    // The bank was killed with the day's work still in its write-ahead log.
    name: 'power-on of the bank',
    share: 1,
    bankBoots: true,
    calls: NONE,
    async before(hand, amount) {
      await sold(hand, hand.otherAmount());
      await digits(hand, amount);
    },
    go: whole,
    lie: notCharged('sale'),
  },
];
