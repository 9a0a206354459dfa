import type { Entry } from '../journal/entry.ts';
import { begin, type Charge } from './charge.ts';
import type { Counter } from './counter.ts';

/**
 * A transaction that the counter finishes by itself: its row is on the disk, and the bank is told of it from here on, in
 * the background, until it has taken it. Throws a Fault where the disk refuses, with nothing begun.
 */
export function accept(counter: Counter, charge: Charge): Entry {
  const { entry, prepared } = begin(counter, charge);
  prepared.wipe();
  entry.accepted();
  counter.outbox.wake();
  return entry;
}
