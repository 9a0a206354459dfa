import { getEventListeners } from 'node:events';
import t from 'tap';
import { within } from '../../src/values/clock.ts';
import { settled, virtualClock } from '../virtual-clock.ts';

const never = () => new Promise<never>(() => undefined);

t.test('what is done in time is the answer, and leaves neither a timer nor a listener', async (t) => {
  const clock = virtualClock();
  const outer = new AbortController();
  let given: AbortSignal | null = null;
  const work = async (signal: AbortSignal) => {
    given = signal;
    await clock.sleep(10, signal);
    return 'done';
  };
  const answer = within(clock, 20, work, outer.signal);
  await clock.advance(10);
  t.equal(await answer, 'done');
  t.equal(clock.sleeping, 0);
  t.same(getEventListeners(outer.signal, 'abort'), []);
  t.match(given, { aborted: true }, 'whatever it has left running ends too');
});

t.test('null when the time is over, and the work is told', async (t) => {
  const clock = virtualClock();
  const told: unknown[] = [];
  const answer = within(clock, 20, (signal) => {
    signal.addEventListener('abort', () => told.push(signal.reason));
    return never();
  });
  await clock.advance(19);
  t.same(told, []);
  await clock.advance(1);
  t.equal(await answer, null);
  t.match(told, [{ name: 'AbortError' }]);
});

t.test('a signal from outside ends both, with its own reason', async (t) => {
  const clock = virtualClock();
  const outer = new AbortController();
  const reason = new Error('cancelled');
  const answer = within(clock, 20, (signal) => clock.sleep(10, signal), outer.signal);
  outer.abort(reason);
  await t.rejects(answer, reason);
  t.equal(clock.sleeping, 0);
});

t.test('under a signal that is over nothing begins', async (t) => {
  const clock = virtualClock();
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await t.rejects(within(clock, 20, work, AbortSignal.abort(new Error('cancelled'))), { message: 'cancelled' });
  t.equal(begun, false);
  t.equal(clock.sleeping, 0);
});

t.test('what the work fails with is thrown, and after the end it is nobody’s', async (t) => {
  const clock = virtualClock();
  const failing = within(clock, 20, () => Promise.reject(new Error('broken')));
  await t.rejects(failing, { message: 'broken' });
  const unhandled: unknown[] = [];
  const hear = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', hear);
  t.teardown(() => process.off('unhandledRejection', hear));
  const late = Promise.withResolvers<never>();
  const answer = within(clock, 20, () => late.promise);
  await clock.advance(20);
  t.equal(await answer, null);
  late.reject(new Error('too late'));
  await settled();
  t.same(unhandled, []);
  t.equal(clock.sleeping, 0);
});

t.test('work that throws before it begins leaves nothing behind either', async (t) => {
  const clock = virtualClock();
  const outer = new AbortController();
  const work = (): Promise<never> => {
    throw new Error('a bug');
  };
  await t.rejects(within(clock, 20, work, outer.signal), { message: 'a bug' });
  t.equal(clock.sleeping, 0);
  t.same(getEventListeners(outer.signal, 'abort'), []);
});
