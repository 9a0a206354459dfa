import t from 'tap';
import { subjectOf } from '../../src/charged/candidates.ts';
import { wasICharged } from '../../src/charged/charged.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Answered } from '../../src/journal/events.ts';
import type { EntryType } from '../../src/journal/types.ts';
import { Fault } from '../../src/values/problem.ts';
import { askedBy, type Desk, desk, made, record } from '../charged-bench.ts';
import { approval, refusal, saleOf, silence } from '../journal-bench.ts';
import type { SaleBench } from '../sale-bench.ts';

function entryOf({ journal }: SaleBench, answer: Answered | null, type: EntryType = 'sale', original?: Entry): Entry {
  const entry = journal.begin(saleOf(12_850, { type, digest: 'd1', ...(original && { original }) }));
  entry.sent();
  if (answer !== null) entry.answered(answer);
  if (answer?.money === 'charged') entry.completed();
  else entry.handOver();
  return entry;
}

function unconfirmed(bench: SaleBench): Entry {
  const entry = entryOf(bench, silence);
  entry.reversalBegun();
  entry.noOriginal('25');
  return entry;
}

t.test('what the journal knows is said without asking; Enter asks, Cancel ends it', async (t) => {
  const bench = desk(t);
  entryOf(bench, approval);
  bench.knows = () => record('posted');
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  bench.press('enter');
  await bench.screen('charged.told');
  await bench.says(/"Charged".*The bank approved it.*Do not charge again/);
  t.equal(bench.asked, 0);
  bench.press('enter');
  await bench.says(/The bank has posted it.*Bank's record/);
  t.equal(bench.asked, 1);
  bench.press('cancel');
  await done;
  t.match(bench.said.at(-1), /display\.welcome/);
  t.ok(bench.said.includes('display.charged'));
});

t.test('the bank is asked at once about an unconfirmed reversal, and a tombstone confirms it', async (t) => {
  const bench = desk(t);
  const entry = unconfirmed(bench);
  bench.knows = () => record('tombstone');
  const done = wasICharged(bench.counter, entry);
  await bench.screen('charged.told');
  await bench.says(/"Not charged".*Confirmed not charged.*Bank's record/);
  t.equal(entry.state, 'reversed');
  t.match(entry.story.at(-1), { event: { kind: 'confirmed', by: 'inquiry' } });
  bench.press('cancel');
  await done;
});

t.test('the bank has taken it after all: it is reversed again, and nobody is told "not charged"', async (t) => {
  const bench = desk(t);
  const entry = unconfirmed(bench);
  bench.knows = () => record('posted');
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const done = wasICharged(bench.counter, entry);
  await bench.screen('charged.told');
  await bench.says(/"Being reversed".*Do not charge again/);
  t.equal(entry.state, 'reversing');
  t.equal(entry.debt, 'reverse', 'and owed');
  t.notOk(bench.said.includes('display.not-charged'));
  bench.press('cancel');
  await done;
});

t.test('no word, an unreadable one and a refusal leave it unknown, and say why', async (t) => {
  for (const [knows, why] of [
    [() => ({ end: 'none' }), /Reversed, to be confirmed/],
    [() => ({ end: 'refused', code: '96', signInAgain: false }), /did not answer this time: 96/],
    [
      () => {
        throw new Fault({ kind: 'host-silent', waited_ms: 60_000 });
      },
      /did not answer this time: /,
    ],
  ] as const) {
    const bench = desk(t);
    const entry = unconfirmed(bench);
    bench.knows = knows as Desk['knows'];
    const done = wasICharged(bench.counter, entry);
    await bench.screen('charged.told');
    await bench.says(/"Result unknown"/);
    await bench.says(why);
    t.equal(entry.state, 'reversed-unconfirmed');
    bench.press('cancel');
    await done;
  }
});

t.test('another row under the same trace confirms nothing', async (t) => {
  const bench = desk(t);
  const entry = unconfirmed(bench);
  bench.knows = () => record('declined', 1);
  const done = wasICharged(bench.counter, entry);
  await bench.says(/"Result unknown".*Our books and the bank's differ/);
  t.equal(entry.state, 'reversed-unconfirmed');
  bench.press('cancel');
  await done;
});

t.test('what is owed is tried before the bank is asked; what the bank says then is of that moment alone', async (t) => {
  const bench = desk(t);
  const entry = entryOf(bench, silence);
  const order: string[] = [];
  bench.reverses = () => {
    order.push('reverse');
    return { end: 'no-answer', code: null, why: 'silent' };
  };
  bench.knows = () => {
    order.push('inquire');
    return record('posted');
  };
  const done = wasICharged(bench.counter, entry);
  await bench.says(/"Being reversed".*Posted, being undone/);
  t.equal(order.at(-1), 'inquire');
  t.ok(order.includes('reverse'));
  entry.reversed('00');
  const said = await bench.says(/"Not charged".*The bank has undone it/);
  t.notMatch(said, /differ/, 'its "posted" is of before the reversal');
  bench.press('cancel');
  await done;
});

t.test('a difference is said aloud, whatever the journal has', async (t) => {
  const bench = desk(t);
  entryOf(bench, approval);
  bench.knows = () => record('reversed');
  const done = wasICharged(bench.counter, bench.journal.last());
  await bench.screen('charged.told');
  bench.press('enter');
  await bench.says(/Our books and the bank's differ: call -/);
  t.equal(bench.said.at(-1), 'display.unknown', 'the customer is not told either');
  bench.press('cancel');
  await done;
});

t.test('the slip is printed in the background and says what keeps it', async (t) => {
  const bench = desk(t);
  entryOf(bench, approval);
  bench.prints = () => ({ kind: 'paper-out' });
  const done = wasICharged(bench.counter, bench.journal.last());
  await bench.screen('charged.told');
  bench.press('menu');
  await new Promise(setImmediate);
  t.match(JSON.stringify(bench.printed), /CHARGED.*The bank approved it.*622202\*{6}1234.*Request sent/);
  bench.prints = () => null;
  bench.press('menu');
  await new Promise(setImmediate);
  t.equal(bench.printed.length, 2);
  bench.press('cancel');
  await done;
});

t.test('the number of a void leads to its sale, an unknown one to nothing', async (t) => {
  const bench = desk(t);
  const sale = entryOf(bench, approval);
  const undo = entryOf(bench, approval, 'void', sale);
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  bench.press('9', '9', '9', '9', 'enter');
  await bench.screen('charged.none');
  t.notMatch(bench.texts().join(), /Not charged/, 'money rule 15');
  bench.press('enter');
  await bench.screen('charged.which', 2);
  bench.press(...([...undo.trace] as ('0' | '2')[]), 'enter');
  await bench.screen('charged.told');
  await bench.says(new RegExp(`"Not charged".*${sale.trace}.*Voided, back on the card`));
  bench.press('cancel');
  await done;
});

t.test('a refund that the journal holds no payment of is given back or not, never charged', async (t) => {
  for (const [answer, screen, paper] of [
    [approval, /"Refunded"/, /REFUNDED/],
    [refusal, /"Not refunded"/, /NOT REFUNDED/],
  ] as const) {
    const bench = desk(t);
    entryOf(bench, answer, 'refund');
    const done = wasICharged(bench.counter, bench.journal.last());
    await bench.says(screen);
    bench.press('menu');
    await new Promise(setImmediate);
    t.match(JSON.stringify(bench.printed), paper);
    t.notMatch(bench.texts().join() + JSON.stringify(bench.printed), /"(Not )?charged"/i);
    bench.press('cancel');
    await done;
  }
});

t.test('of a bank that answers no inquiries none is asked, and the green key ends it', async (t) => {
  const bench = desk(t, false);
  const entry = unconfirmed(bench);
  const done = wasICharged(bench.counter, entry);
  await bench.says(/"Result unknown"/);
  bench.press('enter');
  await done;
  t.equal(bench.asked, 0);
});

t.test(
  'of a hold that is completed the completion is told: its amount, its number at the bank, its refund',
  async (t) => {
    const bench = desk(t);
    const hold = made(bench, 'preauth', 50_000);
    const add = made(bench, 'preauth-add', 1000, hold);
    const completion = made(bench, 'completion', 38_000, hold);
    const wanted = { fen: 38_000, says: /"Charged".*¥380\.00.*The bank approved it.*Do not charge again/ };
    for (const digits of [hold.trace, add.trace, completion.trace, '50000', '38000']) {
      const { due, places, paper } = await askedBy(bench, digits, wanted);
      t.same(due, [38_000, 38_000], digits);
      t.same(places, [{ batch: '000001', trace: completion.trace }]);
      t.match(paper, /RMB 380\.00/);
    }
    const refund = made(bench, 'refund', 38_000, completion);
    const { paper } = await askedBy(bench, hold.trace, {
      fen: 38_000,
      says: new RegExp(`"Charged".*¥380\\.00.*Refunded in full.*Give nothing more back.*${refund.trace}`),
    });
    t.match(paper, /Refunded in full since/);
  },
);

t.test(
  'a completion without a result is what the question about its hold is about; one that is undone is not',
  async (t) => {
    const bench = desk(t);
    const hold = made(bench, 'preauth', 50_000);
    const lost = bench.journal.begin(saleOf(38_000, { type: 'completion', original: hold }));
    lost.sent();
    lost.answered(silence);
    lost.handOver();
    t.equal(subjectOf(hold, bench.journal).id, lost.id, 'unknown');
    lost.reversalBegun();
    t.equal(subjectOf(hold, bench.journal).id, lost.id, 'being reversed');
    lost.reversed('00');
    t.equal(subjectOf(hold, bench.journal).id, hold.id, 'reversed');
    const completion = made(bench, 'completion-advice', 38_000, hold);
    t.equal(subjectOf(hold, bench.journal).id, completion.id);
    made(bench, 'completion-void', 38_000, completion);
    t.equal(subjectOf(hold, bench.journal).id, hold.id, 'voided: the hold is there again');
  },
);

t.test('the amount is the one on the guest’s statement: with the tip, and as it was adjusted', async (t) => {
  const bench = desk(t);
  const sale = made(bench, 'sale', 10_000);
  made(bench, 'tip', 1000, sale, { before: 10_000 });
  const offline = made(bench, 'offline', 20_000);
  made(bench, 'adjust', 15_000, offline, { before: 20_000 });
  for (const [digits, trace, fen, yuan] of [
    ['11000', sale.trace, 11_000, '110.00'],
    ['10000', sale.trace, 11_000, '110.00'],
    ['15000', offline.trace, 15_000, '150.00'],
    [offline.trace, offline.trace, 15_000, '150.00'],
  ] as const) {
    const { due, places, paper } = await askedBy(bench, digits, { fen, says: new RegExp(`"Charged".*¥${yuan}`) });
    t.same(due, [fen, fen], digits);
    t.match(places, [{ trace }]);
    t.match(paper, new RegExp(`RMB ${yuan}`));
    bench.printed.length = 0;
  }
});

t.test('a sale is found and listed by what it came to with its tip', async (t) => {
  const bench = desk(t);
  const sale = made(bench, 'sale', 10_000);
  made(bench, 'tip', 1000, sale, { before: 10_000 });
  made(bench, 'sale', 11_000);
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  await bench.says(/¥110\.00, trace 000003/);
  bench.press('1', '1', '0', '0', '0', 'enter');
  await bench.screen('charged.several');
  t.notMatch(bench.texts().join(), /¥100\.00/);
  bench.press('cancel');
  await bench.screen('charged.which', 2);
  bench.press('cancel');
  await done;
});

t.test('an amount of twelve digits can be asked by', async (t) => {
  const bench = desk(t);
  const sale = made(bench, 'sale', 123_456_789_012);
  const asking = wasICharged(bench.counter);
  await bench.screen('charged.which');
  bench.press(...([...'123456789012'] as '1'[]), 'enter');
  await bench.says(new RegExp(`"Charged".*¥1,234,567,890\\.12.*trace ${sale.trace}`, 'i'));
  bench.press('cancel');
  await asking;
});
