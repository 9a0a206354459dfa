import type { Hand } from './hand.ts';

/** Steps of the clerk that several flows share. */

/** Calls that decide about money and paper. Those to the display all occur in the first flows, such as the sale. */
export const MONEY = / (journal(\.db(-wal)?|\.json(\.new)?)?|vault|tcp|printer)$/;
/** No call of the terminal: only the bank is struck. */
export const NONE = /$^/;
export const BOOKED = / (journal\.db(-wal)?|tcp)$/;

export const PIN = ['1', '2', '3', '4', '5', '6', 'enter'];
/** The supervisor's password has the same digits as the PIN. */
export const SUPERVISOR = PIN;

export const notCharged = (type: string) => ({ word: /未扣款/, type, while: 'posted' }) as const;

export const digits = (hand: Hand, amount: string) => hand.press(...amount);

/** From the amount to the request. */
export async function pay(hand: Hand): Promise<void> {
  await hand.press('enter');
  await hand.screen('sale.card');
  await hand.swipe('boc-debit');
  await hand.screen('sale.number');
  await hand.press('enter', ...PIN);
}

/** From the screen with the result to idle, once both slips are out. */
export async function done(hand: Hand, screen: string): Promise<void> {
  await hand.screen(screen, 15_000);
  await hand.slips(2);
  await hand.press('enter');
  await hand.screen('idle');
}

/** From the amount to idle. */
export async function whole(hand: Hand): Promise<void> {
  await pay(hand);
  await done(hand, 'sale.approved');
}

export async function sold(hand: Hand, amount: string): Promise<void> {
  await digits(hand, amount);
  await whole(hand);
}

/** From idle to the question that begins the settlement. */
export async function toSettlement(hand: Hand): Promise<void> {
  await hand.press('menu', '7');
  await hand.screen('settlement.confirm');
}

export async function settle(hand: Hand): Promise<void> {
  await hand.press('enter');
  await hand.screen('settlement.done', 15_000);
  await hand.settlementSlip();
  await hand.press('enter');
  await hand.screen('idle');
}

/** From idle to the question for the card, in a refund of the last sale, whose batch is closed. */
export async function toRefund(hand: Hand): Promise<void> {
  await hand.press('menu', '2');
  await hand.screen('void.trace');
  await hand.press('enter');
  await hand.screen('refund.original');
  await hand.press('enter');
  await hand.screen('refund.amount');
  await hand.press('enter');
  await hand.screen('refund.supervisor');
  await hand.press(...SUPERVISOR);
  await hand.screen('refund.card');
}

export async function lines(hand: Pick<Hand, 'fault'>, down: boolean): Promise<void> {
  for (const line of ['line-primary-down', 'line-backup-down']) await hand.fault(line, down);
}
