import t from 'tap';
import { bell } from '../../src/outbox/bell.ts';
import { settled, virtualClock } from '../virtual-clock.ts';

t.test('a ring that nobody waits for is kept once, for whoever waits for it next', async (t) => {
  const { ring, rung } = bell<'quiet' | 'now'>();
  const never = new AbortController().signal;
  ring('now');
  ring('now');
  t.equal(await rung(['quiet', 'now'], never), 'now');
  const second = rung(['quiet', 'now'], never);
  ring('quiet');
  t.equal(await second, 'quiet', 'the other one was heard already');
});

t.test('a ring of another kind wakes nobody, and stays for whoever it is for', async (t) => {
  const { ring, rung } = bell<'quiet' | 'now'>();
  const clock = virtualClock();
  let heard: unknown = 'nothing yet';
  const waiting = rung(['now'], new AbortController().signal, { ms: 1000, clock }).then((ring) => {
    heard = ring;
  });
  ring('quiet');
  await settled();
  t.equal(heard, 'nothing yet');
  await clock.advance(1000);
  await waiting;
  t.equal(heard, null, 'the time was up');
  t.equal(clock.sleeping, 0);
  t.equal(await rung(['quiet'], new AbortController().signal), 'quiet');
});

t.test('an abort lets go whoever waits, before and during the wait', async (t) => {
  const { rung } = bell<'now'>();
  t.equal(await rung(['now'], AbortSignal.abort()), null);
  const over = new AbortController();
  const clock = virtualClock();
  const waiting = rung(['now'], over.signal, { ms: 1000, clock });
  over.abort();
  t.equal(await waiting, null);
  t.equal(clock.sleeping, 0);
});
