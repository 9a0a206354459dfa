import type { Counter } from '../sale/counter.ts';
import { chooseOriginal } from './original.ts';
import { voidSale } from './void.ts';

/** The menu's one entry for what goes back: a sale of the open batch is voided. */
export async function giveBack(counter: Counter): Promise<void> {
  const original = await chooseOriginal(counter);
  if (original !== null) await voidSale(counter, original);
}
