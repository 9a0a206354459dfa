import t from 'tap';
import { adjust, mostTotal, whyNotAdjust } from '../../src/advice/adjust.ts';
import { addTip, mostTip } from '../../src/advice/tip.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal, Request } from '../../src/journal/journal.ts';
import { fen, MOST_FEN } from '../../src/values/fen.ts';
import { approval, done, journalIn, refusal, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { full, lineDown, saleBench } from '../sale-bench.ts';

/** Taken by the counter, and by the bank. */
function offline(journal: Journal, amount = 10_000): Entry {
  const entry = journal.begin(saleOf(amount, { type: 'offline', copies: [] }));
  entry.accepted();
  entry.told(approval);
  return entry;
}

const begun = (journal: Journal, type: Request['type'], original: Entry) =>
  journal.begin(saleOf(10_000, { type, original, copies: [] }));

t.test('while its void has no result no other amount is told, and a void that came to nothing is none', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const taken = offline(journal);
  const undo = begun(journal, 'void', taken);
  t.equal(whyNotAdjust(journal, taken), 'underway', 'pending');
  undo.sent();
  undo.answered(silence);
  undo.handOver();
  t.equal(whyNotAdjust(journal, taken), 'underway', 'unknown');
  undo.reversalBegun();
  t.equal(whyNotAdjust(journal, taken), 'underway', 'being reversed');
  undo.noOriginal('25');
  t.equal(whyNotAdjust(journal, taken), 'underway', 'unconfirmed');
  undo.confirmed('inquiry');
  t.equal(whyNotAdjust(journal, taken), null, 'reversed');
  const declined = begun(journal, 'void', taken);
  declined.sent();
  declined.answered(refusal);
  t.equal(whyNotAdjust(journal, taken), null, 'declined');
  done(journal, 10_000, { type: 'void', original: taken });
  t.equal(whyNotAdjust(journal, taken), 'undone');
  const refunded = offline(journal);
  done(journal, 100, { type: 'refund', original: refunded });
  t.equal(whyNotAdjust(journal, refunded), 'undone');
});

t.test('an adjustment that the bank has not answered for keeps the next one away', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const taken = offline(journal);
  const first = begun(journal, 'adjust', taken);
  first.accepted();
  t.equal(whyNotAdjust(journal, taken), null, 'the bank is told of it first');
  first.parked();
  t.equal(whyNotAdjust(journal, taken), 'unsettled');
  first.told(refusal);
  t.equal(whyNotAdjust(journal, taken), null, 'the amount before it stands');
});

t.test('a tip or an adjustment that cannot begin never tells the customer that nothing is charged', async (t) => {
  for (const [run, flow, type] of [
    [addTip, 'tip', 'sale'],
    [adjust, 'adjust', 'offline'],
  ] as const) {
    const bench = saleBench(t);
    bench.advises = lineDown;
    if (type === 'sale') done(bench.journal, 10_000);
    else offline(bench.journal);
    bench.prepares = full;
    const running = run(bench.counter);
    await bench.screen(`${flow}.trace`);
    bench.press('enter');
    await bench.screen(`${flow}.amount.of`);
    bench.press('1', '0', '0', 'enter');
    if (flow === 'adjust') {
      await bench.screen('adjust.supervisor');
      bench.press('1', '2', '3', '4', '5', '6', 'enter');
    }
    await bench.screen(`${flow}.refused`);
    bench.press('enter');
    await running;
    t.ok(bench.said.includes('display.cancelled display.still-charged'), bench.said.join());
    t.notMatch(bench.said.join(), /display\.not-charged/);
  }
});

t.test('the most of a tip is its per cent, and a total that a message holds', async (t) => {
  t.equal(mostTip(fen(12_850), 20), 2570);
  t.equal(mostTip(fen(5_000_000), 20), 1_000_000, 'above what the merchant may sell at once');
  t.equal(mostTip(fen(MOST_FEN), 20), 0);
  t.equal(mostTip(fen(MOST_FEN - 7), 20), 7);
});

t.test('no adjustment goes over the merchant’s limit, and the refusal names what bounds it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const said = journal.begin(saleOf(30_000, { type: 'voice', copies: [] }));
  const taken = offline(journal, 10_000);
  for (const [entry, over] of [
    [said, 'adjust.amount.over.voice'],
    [taken, 'adjust.amount.over.offline'],
  ] as const) {
    const most = (limit_fen: number) => mostTotal(entry, { floor_fen: 30_000, limit_fen });
    t.same(most(20_000), { limit: 20_000, over: 'amount.over' });
    t.same(most(29_999), { limit: 29_999, over: 'amount.over' });
    t.same(most(30_000), { limit: 30_000, over });
    t.same(most(40_000), { limit: 30_000, over });
  }
});

t.test('above the merchant’s limit nothing is said to have been authorised', async (t) => {
  const bench = saleBench(t);
  bench.advises = lineDown;
  Object.assign(bench.counter.config.terminal.sale, { limit_fen: 300_000 });
  const said = bench.journal.begin(saleOf(450_000, { type: 'voice', copies: [] }));
  said.accepted();
  said.told(approval);
  const adjusting = adjust(bench.counter);
  await bench.screen('adjust.trace');
  bench.press('enter');
  await bench.screen('adjust.amount.of');
  bench.press('3', '0', '0', '0', '0', '1');
  t.notMatch(await bench.says(/Over the limit of ¥3,000\.00/), /authorised/);
  bench.press('cancel');
  await adjusting;
});
