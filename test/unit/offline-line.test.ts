import t from 'tap';
import { sellOffline } from '../../src/advice/offline.ts';
import { saleBench } from '../sale-bench.ts';

/** A bank that takes the echo and says nothing; `stopped` once nobody waits for it any more. */
function silentBank(bench: ReturnType<typeof saleBench>) {
  const state = { stopped: false };
  bench.counter.host.echo = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        state.stopped = true;
        reject(signal.reason);
      });
    });
  return state;
}

t.test('a silent bank keeps nobody from an offline sale for longer than a line is tried', async (t) => {
  const bench = saleBench(t);
  const bank = silentBank(bench);
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.trying');
  const from_ms = bench.clock.monotonic();
  for (let second = 0; second < 120 && bench.screens.at(-1) !== 'offline.amount'; second++)
    await bench.clock.advance(1000);
  await bench.screen('offline.amount');
  const took_ms = bench.clock.monotonic() - from_ms;
  t.ok(took_ms <= 7000, `${took_ms} ms`);
  t.ok(bank.stopped, 'and nobody waits for it any more');
  bench.press('cancel');
  t.equal((await selling).end, 'cancelled');
});

t.test('Cancel ends the wait for a silent bank at once, before an offline sale', async (t) => {
  const bench = saleBench(t);
  const bank = silentBank(bench);
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.trying');
  await bench.clock.advance(2000);
  bench.press('cancel');
  t.equal((await selling).end, 'cancelled');
  t.ok(bank.stopped);
  t.equal(bench.journal.last(), null);
});
