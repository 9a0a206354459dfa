import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Journal } from '../../src/journal/journal.ts';
import { batch, trace } from '../../src/values/trace.ts';
import { approval, done, filesIn, journalIn, saleOf, scoped, testFolder } from '../journal-bench.ts';

const owed = (journal: Journal) => journal.debts().map(({ entry, debt }) => [entry.id, debt]);

t.test('what is begun on a sale counts at once, whoever has asked before, with paper owed and without', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = done(journal, 500, { copies: ['merchant'] });
  const other = done(journal, 900, { copies: ['merchant'] });
  const refunds = () => [sale.refundable, other.refundable];
  t.same(refunds(), [500, 900]);
  done(journal, 200, { type: 'refund', original: sale });
  t.same(refunds(), [300, 900]);
  sale.copyBegun('merchant');
  sale.copyPrinted('merchant');
  t.same(refunds(), [300, 900]);
  done(journal, 100, { type: 'refund', original: sale });
  done(journal, 400, { type: 'refund', original: other });
  t.same(refunds(), [200, 500]);
});

t.test('what is owed is what is owed now, whoever has asked before', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  t.same(owed(journal), []);
  const paper = done(journal, 1, { copies: ['merchant'] });
  t.same(owed(journal), [[paper.id, 'reprint']]);
  const lost = journal.begin(saleOf(2));
  lost.sent();
  t.same(owed(journal), [[paper.id, 'reprint']], 'in a hand');
  lost.handOver();
  const both = [
    [paper.id, 'reprint'],
    [lost.id, 'reverse'],
  ];
  t.same(owed(journal), both);
  t.equal(journal.debts(), journal.debts(), 'and told again as it is while nothing changes');
  const third = journal.begin(saleOf(3));
  t.same(owed(journal), both);
  third.handOver();
  t.same(owed(journal), both, 'what was never sent owes nothing');
  lost.reversalBegun();
  t.equal(journal.debts()[1]?.state, 'reversing');
  lost.reversed('00');
  paper.copyBegun('merchant');
  paper.copyPrinted('merchant');
  t.same(owed(journal), []);
});

t.test('what owes paper is told by the word that it has now, whoever has asked before', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = done(journal, 500, { copies: ['merchant'] });
  const other = done(journal, 900, { copies: ['merchant'] });
  const words = () => journal.debts().map(({ state }) => state);
  t.same(words(), ['approved', 'approved']);
  journal.begin(saleOf(500, { type: 'void', original: sale })).handOver();
  t.same(words(), ['approved', 'approved'], 'what was never sent has voided nothing');
  done(journal, 500, { type: 'void', original: sale });
  t.same(words(), ['voided', 'approved']);
  done(journal, 900, { type: 'refund', original: other });
  t.same(words(), ['voided', 'refunded']);
  t.equal(journal.last()?.facts.type, 'refund');
});

t.test(
  'the histories that were written last are remembered, what is open always, and the rest is read again',
  async (t) => {
    using journal = scoped(journalIn(testFolder(t)));
    const open = done(journal, 1, { copies: ['merchant'] });
    const [first, second] = [done(journal, 2), done(journal, 3)];
    first.signedOff('01', true);
    const before = [open.history, first.history, second.history];
    const same = () => [open, first, second].map(({ history }, place) => history === before[place]);
    for (let sale = 0; sale < 199; sale++) journal.begin(saleOf(4)).handOver();
    t.same(same(), [true, true, true]);
    journal.begin(saleOf(4)).handOver();
    t.same(same(), [true, true, false]);
    t.same(second.history, before[2], 'it says the same');
    t.equal(second.history, second.history, 'and is remembered again');
  },
);

t.test('what is told later leaves the hand at once, and what has ended leaves its trace', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  t.same([journal.findReference('000000000001'), journal.findHold('A00001')], [null, null], 'nothing is there yet');
  const sale = journal.begin(saleOf(1, { copies: [] }));
  t.same(journal.totals().approved, []);
  sale.handOver();
  journal.begin(saleOf(2, { type: 'offline', copies: [] })).accepted();
  t.notOk(journal.busy);
  journal.last()?.told(approval);
  journal.closeBatch(batch('000002'));
  const place = { ...journal.reserve(), trace: trace('999999') };
  done(journal, 3, { place });
  journal.reconcile({ batch: journal.batch, trace: trace('999999') }, { people: ['00', '99'], reference: 'B-1' });
  t.equal(journal.reserve().trace, '000001', 'of a closed batch, and ended');
});

t.test('quiet moments write the index anew, and what a boot finds ended may move', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const open = done(journal, 1, { copies: ['merchant'] });
  for (let moment = 0; moment < 2; moment++) {
    for (let turn = 0; turn < 50; turn++) journal.takeTrace();
    journal.tidy();
  }
  open.copyBegun('merchant');
  open.copyPrinted('merchant');
  journal.close();
  using again = scoped(journalIn(folder));
  again.closeBatch(batch('000002'));
  done(again, 2, { copies: [] });
  again.closeBatch(batch('000003'));
  again.tidy();
  t.ok(existsSync(join(dirname(filesIn(folder).file), 'archive.db')));
});
