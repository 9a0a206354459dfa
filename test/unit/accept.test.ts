import t, { type Test } from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import type { Request } from '../../src/journal/journal.ts';
import { type AcceptedType, accept, acceptAndShow, showRefusals, showUntilSeen } from '../../src/payment/accept.ts';
import type { Charge } from '../../src/payment/charge.ts';
import type { Counter } from '../../src/payment/counter.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { approval, refusal, saleOf, silence } from '../journal-bench.ts';
import { full, saleBench } from '../sale-bench.ts';

/** An acceptance without screens. */
function offlineSale(): Charge {
  const pan = Pan.from('6222020010011234');
  if (pan === null) throw new Error('no number');
  return { type: 'offline', amount: fen(100), pin: null, card: { pan, expiry: '3012', track2: null, track3: null } };
}

t.test('what the counter accepts has the digest of its bytes on the disk, and the bank is told at once', async (t) => {
  const bench = saleBench(t);
  let woken = 0;
  const entry = accept(
    { ...bench.counter, outbox: { ...bench.counter.outbox, wake: () => void woken++ } },
    offlineSale(),
  );
  t.equal(entry.facts.digest, `of ${entry.trace}`, 'money rule 8: told again with identical bytes');
  t.equal(entry.state, 'pending');
  t.equal(woken, 1, 'a back-off does not keep it waiting');
  t.equal(bench.unsent(), 1, 'the bytes with its card are wiped');
});

t.test('a disk that takes the row and not its acceptance leaves nothing taken, and nothing in hand', async (t) => {
  const bench = saleBench(t);
  const journal = Object.create(bench.journal, {
    begin: { value: (request: Request) => Object.assign(bench.journal.begin(request), { accepted: full }) },
  });
  t.throws(() => accept({ ...bench.counter, journal }, offlineSale()), { name: 'Fault' });
  t.equal(bench.journal.last()?.state, 'declined');
  t.equal(bench.journal.busy, false, 'the outbox may work again');
});

t.test(
  'what the disk may have taken all the same is unknown: no cash takes its place, and nothing is printed',
  async (t) => {
    const bench = saleBench(t);
    const doubted = { accepted: { value: full }, isDoubted: { value: true } };
    const journal = Object.create(bench.journal, {
      begin: { value: (request: Request) => Object.defineProperties(bench.journal.begin(request), doubted) },
    });
    const end = acceptAndShow({ ...bench.counter, journal }, { ...offlineSale(), type: 'offline' });
    await bench.screen('sale.doubted');
    t.match(bench.texts().join(), /Result unknown.*Take no cash.*000001.*Was I charged/);
    t.same(bench.said, ['display.unknown display.stay']);
    t.same(bench.beeps, ['attention']);
    bench.press('cancel', 'enter');
    t.match(await end, { end: 'unsettled', entry: { state: 'unknown' }, again: null });
    t.equal(bench.journal.busy, false, 'the outbox may work again');
  },
);

/** A tip of a sale, or an offline sale, up to the screen that says that it is taken. */
async function taken(t: Test, type: AcceptedType = 'offline') {
  const bench = saleBench(t);
  const printed: number[] = [];
  const { paper } = bench.counter;
  const counter = { ...bench.counter, paper: { ...paper, print: ({ id }: Entry) => void printed.push(id) } } as Counter;
  Object.assign(counter, { codeWords: (code: string) => ({ title: `title of ${code}` }) });
  bench.press('enter');
  const end = acceptAndShow(counter, { ...offlineSale(), type });
  await bench.screen('sale.accepted');
  const entry = bench.journal.last();
  if (entry === null) throw new Error('nothing was begun');
  return { bench, entry, end, printed };
}

/** With every promise that could settle by now settled. */
const settledDown = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

t.test('a disk that refuses is said on the screen; what is no Fault stops the program', async (t) => {
  const bench = saleBench(t);
  const fails = (begin: () => never) => ({ ...bench.counter, journal: Object.assign(bench.journal, { begin }) });
  await t.rejects(
    acceptAndShow(
      fails(() => {
        throw new TypeError('a bug');
      }),
      { ...offlineSale(), type: 'offline' },
    ),
    new TypeError('a bug'),
  );
  const refused = acceptAndShow(fails(full), { ...offlineSale(), type: 'offline' });
  await bench.screen('sale.refused');
  bench.press('enter');
  t.match(await refused, { end: 'refused', problem: { kind: 'disk-full' }, again: null });
});

t.test('what is taken says pending until the bank has it, once to each of them', async (t) => {
  for (const type of ['offline', 'voice', 'tip', 'adjust', 'completion-advice'] as const) {
    const sign = type === 'offline' || type === 'voice';
    const { bench, entry, end, printed } = await taken(t, type);
    t.match(bench.texts().join(), /"attention".*Pending: do not do it again/, type);
    t.equal(bench.texts().join().includes('"key":"sign"'), sign, type);
    t.same(bench.beeps, ['done']);
    t.same(printed, [entry.id]);
    const words = (word: string) => `display.${word}${sign ? ' display.sign' : ''}`;
    entry.late(silence);
    t.same(bench.said, [words('pending')], 'what changes nothing is not said again');
    entry.told(approval);
    t.same(bench.said, [words('pending'), words('approved')]);
    t.match(bench.texts().join(), /"done".*Charged.*Auth\. code A00001/, type);
    t.same(bench.beeps, ['done']);
    await settledDown();
    t.equal(entry.history.signedOff, null, 'a key for the screen before is none for this one');
    bench.press('cancel', 'enter');
    t.match(await end, { end: 'accepted' });
    t.same(entry.history.signedOff, sign ? { operator: '01', matches: true } : null, type);
  }
});

t.test('a refusal takes the place of what was taken, and no key that was meant for that answers it', async (t) => {
  for (const [type, advice] of [
    ['offline', /Code 51.*000001.*title of 51.*Keep the slip and call/],
    ['tip', /Nothing was changed/],
    ['adjust', /Nothing was changed/],
  ] as const) {
    const { bench, entry, end } = await taken(t, type);
    bench.press('5', 'enter');
    entry.told(refusal);
    t.match(bench.texts().join(), advice);
    t.equal(bench.screens.at(-1), 'sale.accepted.refused');
    t.match(bench.said.at(-1), 'display.declined');
    t.same(bench.beeps, ['done', 'refused']);
    entry.late(silence);
    t.same(bench.beeps, ['done', 'refused'], 'once');
    await settledDown();
    t.same(entry.debts, ['tell'], 'nobody has seen it yet');
    bench.press('enter');
    t.match(await end, { end: 'accepted' });
    t.same(entry.debts, []);
    t.equal(entry.history.signedOff, null);
  }
});

t.test('what is owed to people is shown, and what is owed to them as paper is not', async (t) => {
  const bench = saleBench(t);
  const { journal } = bench;
  const sale = journal.begin(saleOf(100));
  sale.sent();
  sale.answered(approval);
  sale.completed();
  t.same(sale.debts, ['reprint']);
  await showRefusals(bench.counter);
  t.same(bench.screens, []);

  const refused = journal.begin(saleOf(200, { type: 'offline', copies: [] }));
  refused.accepted();
  refused.told(refusal);
  bench.press('enter');
  let over = false;
  const shown = showRefusals(bench.counter).then(() => {
    over = true;
  });
  await bench.screen('offline.accepted.refused');
  t.match(bench.texts().join(), /2\.00.*51.*000002/);
  t.same(bench.beeps, ['refused']);
  await settledDown();
  t.notOk(over, 'a key of before it has not seen it');
  bench.press('enter');
  await shown;
  t.same(refused.debts, []);
});

t.test('a disk that takes no note that it was seen shows it again; a bug stops the program', async (t) => {
  const bench = saleBench(t);
  const refused = bench.journal.begin(saleOf(200, { type: 'offline', copies: [] }));
  refused.accepted();
  refused.told(refusal);
  const seeing = async (seen: () => never) => {
    bench.counter.operator.flush();
    const shown = showUntilSeen(bench.counter, Object.assign(refused, { seen }));
    await settledDown();
    bench.press('enter');
    await shown;
  };
  await seeing(full);
  t.same(refused.debts, ['tell']);
  await t.rejects(
    seeing(() => {
      throw new TypeError('a bug');
    }),
    new TypeError('a bug'),
  );
});

t.test('what is parked while its screen stands is said to be not settled, to both sides', async (t) => {
  const { bench, entry, end } = await taken(t);
  await bench.says(/Pending: do not do it again/);
  entry.parked();
  await bench.says(/Not settled: do not do it again/);
  t.match(bench.said.at(-1), /display\.unknown/);
  entry.told(approval);
  await bench.says(/"Charged"/);
  bench.press('enter');
  t.match(await end, { end: 'accepted', entry: { state: 'approved' } });
});

t.test('of a change whose original the bank has refused too nobody is told that the original stands', async (t) => {
  const bench = saleBench(t);
  const { journal } = bench;
  const sale = journal.begin(saleOf(200, { type: 'offline', copies: [] }));
  sale.accepted();
  const adjusted = journal.begin(saleOf(150, { type: 'adjust', copies: [], original: sale }));
  adjusted.accepted();
  const says = async (entry: Entry, words: RegExp) => {
    bench.counter.operator.flush();
    const shown = showUntilSeen(bench.counter, entry);
    await settledDown();
    t.match(bench.texts().join(), words);
    bench.press('enter');
    await shown;
  };
  adjusted.told(refusal);
  await says(adjusted, /Nothing was changed/);
  sale.told(refusal);
  await says(adjusted, /Keep the slip and call/);
});
