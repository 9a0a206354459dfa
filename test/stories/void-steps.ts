import type { Counter, Row, Seen } from './counter.ts';

export const SUPERVISOR = ['1', '2', '3', '4', '5', '6', 'enter'];

/** From idle to the question for the card: the trace (none takes the last sale), the original, the supervisor. */
export async function begin(counter: Counter, trace = ''): Promise<void> {
  await counter.press('menu', '2');
  await counter.screen('void.trace');
  await counter.press(...trace, 'enter');
  await counter.screen('void.confirm');
  await counter.press('enter');
  await counter.screen('void.supervisor');
  await counter.press(...SUPERVISOR);
  await counter.screen('void.card');
}

export async function swipeAndPin(counter: Counter, card: string, pin: string, end: string): Promise<Seen> {
  await counter.swipe(card);
  await counter.screen('void.pin');
  await counter.press(...pin, 'enter');
  return counter.screen(end, 15_000);
}

export const lastTwo = async (counter: Counter): Promise<readonly (Row | undefined)[]> =>
  (await counter.journal()).slice(0, 2);
