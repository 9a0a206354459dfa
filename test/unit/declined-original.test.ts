import t from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import { showUntilSeen } from '../../src/payment/accept.ts';
import { inFlow } from '../../src/payment/in-flow.ts';
import { showDeclined } from '../../src/payment/result.ts';
import { Fault } from '../../src/values/problem.ts';
import { desk, made } from '../charged-bench.ts';
import { twoTerminals } from '../elsewhere-bench.ts';
import { approval, saleOf } from '../journal-bench.ts';

t.test('a no that is about the original says nothing of its money, and Clear asks the bank about it', async (t) => {
  const completed = /"Charged".*¥50\.00.*A completion has charged it/;
  const released = /"Not charged".*The bank has released it/;
  const cases = [
    ['void', 'sale', ['refund', 10_000], '12', /"Charged".*Refunded in full since.*Give nothing more back/],
    ['preauth-void', 'preauth', ['completion', 5_000], '12', completed],
    ['completion', 'preauth', ['completion', 5_000], '12', completed],
    ['completion', 'preauth', ['preauth-void', 10_000], '12', released],
    ['preauth-void', 'preauth', ['preauth-add', 500], '64', /"Not charged, still held"/],
    ['preauth-add', 'preauth', null, '22', released],
  ] as const;
  const amount = 10_000;
  for (const [flow, about, elsewhere, code, told] of cases) {
    const here = twoTerminals(t);
    const original = here.done(about, amount);
    if (elsewhere === null) here.bank.later(31);
    else t.equal(here.elsewhere(elsewhere[0], original, elsewhere[1]), '00', flow);
    const entry = here.done(flow, amount, { original });
    t.equal(entry.history.answer?.code, code, flow);
    const showing = showDeclined(inFlow(here.counter, flow), entry);
    await here.screen(`${flow}.declined`);
    const screen = here.texts().join();
    t.match(screen, /"Nothing was done".*the bank knows/, flow);
    t.notMatch(screen, /still|not charged|unchanged|stands:/i, flow);
    t.match(here.said.at(-1), /display\.declined display\.nothing-done$/, flow);
    t.ok(here.foot().clear, flow);
    here.press('clear');
    await here.screen('charged.told');
    await here.says(told);
    t.equal(here.asked, 1, `${flow}: the bank is asked without another key`);
    here.press('cancel');
    await here.screen(`${flow}.declined`, 2);
    t.match(here.said.at(-1), /display\.declined display\.nothing-done$/, flow);
    here.press('enter');
    t.equal(await showing, null);
  }
});

const saysNothing: readonly (() => InquiryEnd)[] = [
  () => {
    throw new Fault({ kind: 'line-down', tried: [] });
  },
  () => ({ end: 'refused', code: '96', signInAgain: false }),
];

t.test('a doubted original of which the bank is not heard is neither charged nor not', async (t) => {
  for (const inquire of saysNothing) {
    const here = twoTerminals(t);
    const sale = here.done('sale', 10_000);
    t.equal(here.elsewhere('refund', sale, 10_000), '00');
    const entry = here.done('void', 10_000, { original: sale });
    t.equal(entry.history.answer?.code, '12');
    const heard = here.counter.host.inquire;
    here.counter.host.inquire = async () => inquire();
    const showing = showDeclined(inFlow(here.counter, 'void'), entry);
    await here.screen('void.declined');
    here.press('clear');
    const screen = await here.says(
      /"Result unknown".*Recorded here, not confirmed at the bank.*Take or give back nothing/,
    );
    t.notMatch(screen, /"Charged"|"Not charged"/);
    t.equal(here.said.at(-1), 'display.unknown');
    t.equal(here.beeps.at(-1), 'attention');
    here.press('menu');
    await new Promise(setImmediate);
    t.match(JSON.stringify(here.printed), /NOT KNOWN YET.*Recorded here, not confirmed at the bank.*-/);
    t.notMatch(JSON.stringify(here.printed), /"(NOT )?CHARGED"/);
    here.counter.host.inquire = heard;
    here.press('enter');
    await here.says(/"Charged".*Refunded in full since.*Give nothing more back/);
    here.press('cancel');
    await here.screen('void.declined', 2);
    here.press('enter');
    t.equal(await showing, null);
  }
});

t.test('of a bank that answers no inquiries the look-up is not offered, and its telephone is named', async (t) => {
  const bench = desk(t, false);
  const sale = made(bench, 'sale', 10_000);
  const undo = bench.journal.begin(saleOf(10_000, { type: 'void', original: sale }));
  undo.sent();
  undo.answered({ ...approval, money: 'not charged', code: '12' });
  const showing = showDeclined(inFlow(bench.counter, 'void'), undo);
  await bench.says(/"Nothing was done".*before you have called -/);
  t.notMatch(bench.texts().join(), /before you have looked/);
  t.equal(bench.foot().clear, undefined);
  bench.press('clear', 'enter');
  t.equal(await showing, null);
  t.notOk(bench.screens.includes('charged.told'));
});

t.test('a no of the card’s own bank leaves the original as it was, and says so', async (t) => {
  const bench = desk(t);
  const sale = made(bench, 'sale', 10_000);
  const undo = bench.journal.begin(saleOf(10_000, { type: 'void', original: sale }));
  undo.sent();
  undo.answered({ ...approval, money: 'not charged', code: '55' });
  const showing = showDeclined(inFlow(bench.counter, 'void'), undo);
  await bench.says(/"Still charged"/);
  t.equal(bench.foot().clear, undefined);
  bench.press('clear', 'cancel');
  t.equal(await showing, null);
  t.equal(bench.asked, 0);
});

t.test(
  'where the journal does not hold the original there is nothing to look into, and no word of it either',
  async (t) => {
    const bench = desk(t);
    const typed = [
      ['preauth-void', { authorisation: '771203', date: '1124' }],
      ['refund', { reference: '000000000017', date: '1124' }],
    ] as const;
    for (const [type, particulars] of typed) {
      const entry = bench.journal.begin(saleOf(10_000, { type, particulars, digest: 'd1' }));
      entry.sent();
      entry.answered({ ...approval, money: 'not charged', code: '25' });
      const showing = showDeclined(inFlow(bench.counter, type), entry);
      await bench.screen(`${type}.declined`);
      t.match(bench.texts().join(), /"Nothing was done".*the bank knows.*before you have called -/);
      t.equal(bench.foot().clear, undefined);
      bench.press('clear', 'enter');
      t.equal(await showing, null);
    }
  },
);

t.test('a completion by advice that the bank refuses for its hold says nothing of that one', async (t) => {
  for (const [code, money] of [
    ['12', /"Nothing was done"/],
    ['25', /"Nothing was done"/],
    ['51', /"Not charged, still held"/],
  ] as const) {
    const bench = desk(t);
    const hold = made(bench, 'preauth', 10_000);
    const advice = bench.journal.begin(saleOf(9_000, { type: 'completion-advice', digest: 'd1', original: hold }));
    advice.accepted();
    advice.told({ ...approval, money: 'not charged', code });
    const seen = showUntilSeen(bench.counter, advice);
    await bench.screen('completion-advice.accepted.refused');
    t.match(bench.texts().join(), money, code);
    bench.press('enter');
    await seen;
  }
});
