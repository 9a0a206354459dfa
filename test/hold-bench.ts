import type { Entry } from '../src/journal/entry.ts';
import type { Key } from '../src/operator/keypad.ts';
import { preauthorise } from '../src/preauth/preauth.ts';
import { keysOf } from './keys.ts';
import type { SaleBench } from './sale-bench.ts';

export const PIN: readonly Key[] = ['1', '2', '3', '4', '5', '6', 'enter'];
export const SUPERVISOR = PIN;

/** Makes a pre-authorisation that the bank holds. */
export async function held(bench: SaleBench, fen = '10000'): Promise<Entry> {
  const holding = preauthorise(bench.counter);
  await bench.screen('preauth.amount');
  bench.press(...keysOf(fen), 'enter');
  await bench.screen('preauth.card');
  bench.swipe();
  await bench.screen('preauth.number');
  bench.press('enter');
  await bench.screen('preauth.pin');
  bench.press(...PIN);
  await bench.screen('preauth.approved');
  bench.press('enter');
  const end = await holding;
  if (end.end !== 'approved') throw new Error(end.end);
  return end.entry;
}
