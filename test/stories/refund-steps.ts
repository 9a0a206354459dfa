import type { Counter, Seen } from './counter.ts';
import { SUPERVISOR } from './void-steps.ts';

/** A sale up to idle again; resolves to its trace. */
export async function sold(counter: Counter, amount: string): Promise<string> {
  await counter.sell(amount, 'boc-debit', '123456');
  await counter.press('enter');
  await counter.screen('idle');
  return (await counter.journal())[0]?.trace ?? '';
}

/** Settles the batch, so that its sales can be refunded. */
export async function settle(counter: Counter): Promise<void> {
  await counter.press('menu', '7');
  await counter.screen('settlement.confirm');
  await counter.press('enter');
  await counter.screen('settlement.done', 15_000);
  await counter.press('enter');
  await counter.screen('idle');
}

/** From idle to the amount, by the trace. */
export async function toTheAmount(counter: Counter, trace: string): Promise<Seen> {
  await counter.press('menu', '2');
  await counter.screen('void.trace');
  await counter.press(...trace, 'enter');
  await counter.screen('refund.original');
  await counter.press('enter');
  return counter.screen('refund.amount');
}

/** From the amount (none gives back all that is left) to the end. */
export async function giveBack(counter: Counter, amount: string, end: string, card = 'boc-debit'): Promise<Seen> {
  await counter.press(...amount, 'enter');
  await counter.screen('refund.supervisor');
  await counter.press(...SUPERVISOR);
  await counter.screen('refund.card');
  await counter.swipe(card);
  return counter.screen(end, 15_000);
}
