import t from 'tap';
import { candidatesFor } from '../../src/charged/candidates.ts';
import { wasICharged } from '../../src/charged/charged.ts';
import { fen } from '../../src/values/fen.ts';
import { askedBy, desk, made } from '../charged-bench.ts';
import { approval, saleOf } from '../journal-bench.ts';

t.test('what the bank has not taken is not said to be charged: a tip, an adjustment', async (t) => {
  const bench = desk(t);
  const sale = made(bench, 'sale', 10_000);
  const voice = made(bench, 'voice', 20_000);
  const changes = [
    { of: sale, type: 'tip', fen: 2000, total: 12_000, before: '100.00', after: '120.00' },
    { of: voice, type: 'adjust', fen: 15_000, total: 15_000, before: '200.00', after: '150.00' },
  ] as const;
  for (const { of, type, fen: amount, total, before, after } of changes) {
    const change = bench.journal.begin(
      saleOf(amount, { type, digest: 'd1', original: of, particulars: { before: of.amount } }),
    );
    change.accepted();
    t.same([of.total, of.taken], [total, of.amount]);
    const pending = await askedBy(bench, of.trace, {
      fen: of.amount,
      says: new RegExp(`"Charged".*¥${before}.*in progress`),
    });
    t.same(pending.due, [of.amount, of.amount], type);
    t.match(pending.paper, new RegExp(`RMB ${before}`));
    bench.printed.length = 0;

    // The bank has taken it, and its yes was lost: its record says so.
    const lost = await askedBy(bench, of.trace, { fen: total, says: new RegExp(`"Charged".*¥${before}`) });
    t.same(lost.due, [of.amount, total], type);

    change.told(approval);
    t.same([of.total, of.taken], [total, total]);
    bench.printed.length = 0;
    const taken = await askedBy(bench, of.trace, { fen: total, says: new RegExp(`"Charged".*¥${after}`) });
    t.same(taken.due, [total, total], type);
    t.match(taken.paper, new RegExp(`RMB ${after}`));
    bench.printed.length = 0;
  }
});

t.test('of several that fit, each is listed with what the bank has taken of it', async (t) => {
  const bench = desk(t);
  made(bench, 'sale', 12_000);
  const sale = made(bench, 'sale', 10_000);
  bench.journal
    .begin(saleOf(2000, { type: 'tip', digest: 'd1', original: sale, particulars: { before: fen(10_000) } }))
    .accepted();
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  await bench.says(/¥100\.00, trace 000002/);
  bench.press('1', '2', '0', '0', '0', 'enter');
  await bench.screen('charged.several');
  t.match(bench.texts().join(), /¥100\.00.*¥120\.00/);
  bench.press('cancel');
  await bench.screen('charged.which', 2);
  bench.press('cancel');
  await done;
});

t.test('many that are about one do not hide the others, nor that there are older ones', async (t) => {
  const bench = desk(t);
  const older = made(bench, 'sale', 1000);
  const hold = made(bench, 'preauth', 50_000);
  for (let time = 0; time < 6; time++) made(bench, 'preauth-add', 1000, hold);
  t.match(candidatesFor(bench.journal, '0001000'), { entries: [{ id: hold.id }, { id: older.id }], more: false });
  for (let time = 0; time < 14; time++) made(bench, 'preauth-add', 1000, hold);
  t.match(candidatesFor(bench.journal, '0001000'), { entries: [{ id: hold.id }], more: true });
});
