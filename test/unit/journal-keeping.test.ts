import t from 'tap';
import { newestOlderThan } from '../../src/journal/keeping.ts';
import { close, done, journalIn, quiet, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const DAY_MS = 86_400_000;
/** Batches that were closed on these days, by the clock of the day. */
const closedOn = (...days: readonly number[]) => days.map((day, n) => ({ batch: n + 1, closed_ms: day * DAY_MS }));

t.test('what is old is counted from settlement to settlement', async (t) => {
  t.equal(newestOlderThan(30, closedOn(0, 10, 20, 31, 40)), 1);
  t.equal(newestOlderThan(30, closedOn(0, 9, 20, 31, 40)), 2);
  t.equal(newestOlderThan(30, closedOn(10, 40)), 0, 'so many days are kept whole');
  t.equal(newestOlderThan(30, closedOn(0)), 0);
  t.equal(newestOlderThan(30, []), 0);
});

t.test('a clock that was wrong ages nothing by a year, whichever way', async (t) => {
  t.equal(newestOlderThan(400, closedOn(0, 1, 2, 367, 368)), 0, 'it is a year ahead from here on');
  t.equal(newestOlderThan(400, closedOn(0, 1, 367, 2, 3)), 0, 'it was for a day');
  t.equal(newestOlderThan(400, closedOn(0, -20_000, 1, 2)), 0, 'it was in 1970 for a day');
  t.equal(newestOlderThan(60, closedOn(0, 370, 380, 395)), 1, 'and what is old in spite of that is old');
});

t.test('a terminal whose clock was set to another year forgets nothing of this one', async (t) => {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock, keep_days: 60 });
  const settle = (amount: number) => {
    done(journal, amount);
    close(journal);
    quiet(journal);
  };
  const amounts = () => journal.rows({ limit: 10 }).map(({ amount }) => amount);
  settle(1);
  settle(2);
  await clock.advance(365 * DAY_MS);
  quiet(journal);
  settle(3);
  t.same(amounts(), [3, 2, 1]);
  await clock.advance(15 * DAY_MS);
  settle(4);
  t.same(amounts(), [4, 3, 2, 1]);
  await clock.advance(10 * DAY_MS);
  settle(5);
  t.same(amounts(), [5, 4, 3], 'what is older by the settlements is forgotten');
  journal.close();
});
