import t from 'tap';
import { lasting } from '../../src/values/lasting.ts';
import { Fault } from '../../src/values/problem.ts';
import { virtualClock } from '../virtual-clock.ts';

const unread = () => new Fault({ kind: 'disk-broken', file: 'journal.db', why: 'disk I/O error' });

t.test('work whose rows cannot be read goes on when they can', async (t) => {
  const clock = virtualClock();
  const stop = new AbortController();
  const began: number[] = [];
  const working = lasting(
    async () => {
      began.push(clock.monotonic());
      if (began.length < 3) throw unread();
      await new Promise((done) => stop.signal.addEventListener('abort', done));
    },
    stop.signal,
    clock,
  );
  await clock.advance(10_000);
  t.same(began, [0, 2000, 4000], 'after a moment, each time');
  stop.abort();
  await working;
  t.equal(clock.sleeping, 0);
});

t.test('lasting work ends at once while it waits, and a bug in it is thrown', async (t) => {
  const clock = virtualClock();
  const stop = new AbortController();
  const working = lasting(
    async () => {
      throw unread();
    },
    stop.signal,
    clock,
  );
  await clock.advance(100);
  stop.abort();
  await working;
  t.equal(clock.sleeping, 0);
  const bug = async () => {
    throw new TypeError('a bug');
  };
  await t.rejects(lasting(bug, new AbortController().signal, clock), TypeError);
});
