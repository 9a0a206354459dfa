import t from 'tap';
import { sellOffline } from '../../src/advice/offline.ts';
import { done, owing, saleOf, silence } from '../journal-bench.ts';
import { lineDown, type SaleBench, saleBench } from '../sale-bench.ts';

/** The trace that an offline sale of ¥128.50 comes after; null where it comes after none. */
async function after(bench: SaleBench, compared = 'offline.number'): Promise<string | null> {
  bench.echoes = () => lineDown();
  bench.advises = lineDown;
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.amount');
  bench.press('1', '2', '8', '5', '0', 'enter');
  await bench.screen('offline.card');
  bench.swipe();
  await bench.screen(compared);
  bench.press('enter');
  await bench.screen('offline.confirm');
  bench.press('enter');
  await bench.screen('offline.accepted');
  bench.press('enter');
  await selling;
  return bench.journal.last()?.facts.particulars.after ?? null;
}

t.test('an open online try is named however long ago it was, and whatever the card has paid since', async (t) => {
  const bench = saleBench(t);
  const open = owing(bench.journal, 12_850);
  done(bench.journal, 12_850);
  await bench.clock.advance(3_600_000);
  t.equal(await after(bench), open.trace, 'an hour later');
  const parked = saleBench(t);
  const first = owing(parked.journal, 12_850);
  first.reversalBegun();
  first.parked();
  t.equal(await after(parked, 'offline.again'), first.trace);
});

t.test(
  'of another amount or card, of what is decided, and of what the counter took there is none to name',
  async (t) => {
    const bench = saleBench(t);
    owing(bench.journal, 12_851);
    const card = { masked: '622202******9999', sealed: new Uint8Array(290), fingerprint: new Uint8Array(32).fill(8) };
    const others = bench.journal.begin(saleOf(12_850, { card }));
    others.sent();
    others.answered(silence);
    others.handOver();
    const reversed = owing(bench.journal, 12_850);
    reversed.reversalBegun();
    reversed.reversed('00');
    const offline = bench.journal.begin(saleOf(12_850, { type: 'offline' }));
    offline.accepted();
    offline.parked();
    const refund = bench.journal.begin(saleOf(12_850, { type: 'refund', digest: 'd1' }));
    refund.sent();
    refund.handOver();
    t.equal(await after(bench, 'offline.again'), null);
  },
);
