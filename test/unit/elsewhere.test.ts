import t from 'tap';
import { candidatesFor, subjectOf } from '../../src/charged/candidates.ts';
import { wasICharged } from '../../src/charged/charged.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { desk, made, record } from '../charged-bench.ts';
import { type TwoTerminals, twoTerminals } from '../elsewhere-bench.ts';
import { done, saleOf, silence } from '../journal-bench.ts';

/** "Was I charged?" by its trace, on the screen and on paper. */
async function told(here: TwoTerminals, { trace }: Entry, wanted: RegExp): Promise<{ screen: string; paper: string }> {
  const before = here.screens.filter((id) => id === 'charged.which').length;
  const asking = wasICharged(here.counter);
  await here.screen('charged.which', before + 1);
  here.press(...([...trace] as '0'[]), 'enter');
  await here.says(wanted);
  const screen = here.texts().join();
  here.printed.length = 0;
  here.press('menu');
  await new Promise(setImmediate);
  here.press('cancel');
  await asking;
  return { screen, paper: JSON.stringify(here.printed) };
}

t.test('a hold that another terminal has completed is charged, with what that came to', async (t) => {
  const here = twoTerminals(t);
  const hold = here.done('preauth', 10_000);
  t.equal(here.elsewhere('completion', hold, 3_800), '00');
  const { screen, paper } = await told(here, hold, /"Charged".*¥38\.00.*A completion has charged it/);
  t.match(screen, /Do not charge again.*Bank's record.*completed/);
  t.notMatch(screen, /Not charged|still held/i);
  t.match(paper, /"CHARGED".*RMB 38\.00.*Bank's record: completed/);
  t.notMatch(paper, /NOT CHARGED|RMB 100\.00/);
  t.equal(here.asked, 1, 'the bank is asked without a key');
  t.same(here.said.slice(-2), ['display.unknown', 'display.welcome'], 'a hold is no answer for the customer');
});

t.test('an addition to a hold completed elsewhere says so too; a hold that stands is held', async (t) => {
  const here = twoTerminals(t);
  const hold = here.done('preauth', 10_000);
  const add = here.done('preauth-add', 2_000, { original: hold });
  const { screen, paper } = await told(here, hold, /"Not charged, still held".*Held only, not charged/);
  t.match(screen, /Bank's record.*held/);
  t.match(paper, /NOT CHARGED/);
  t.equal(here.elsewhere('completion', hold, 12_000), '00');
  await told(here, add, /"Charged".*¥120\.00.*A completion has charged it/);
});

t.test('a hold that another terminal has voided, and one that has expired, are released, not charged', async (t) => {
  const here = twoTerminals(t);
  const first = here.done('preauth', 10_000);
  t.equal(here.elsewhere('preauth-void', first, 10_000), '00');
  const voided = await told(here, first, /"Not charged".*The bank has released it/);
  t.notMatch(voided.screen, /still held|differ/);
  const second = here.done('preauth', 20_000);
  here.bank.later(31);
  const expired = await told(here, second, /"Not charged".*The bank has released it.*released/);
  t.notMatch(expired.screen, /still held|differ/);
  t.match(expired.paper, /NOT CHARGED.*The bank has released it/);
});

t.test('a completion that was refunded elsewhere is told as refunded, in part or in full', async (t) => {
  const here = twoTerminals(t);
  const hold = here.done('preauth', 10_000);
  const completion = here.done('completion', 8_000, { original: hold });
  t.equal(here.elsewhere('refund', completion, 3_000), '00');
  const asking = wasICharged(here.counter, hold, true);
  await here.says(/"Charged".*¥80\.00.*Refunded in part since.*Refunded at the bank.*¥30\.00/);
  here.press('cancel');
  await asking;
  t.equal(here.elsewhere('refund', completion, 5_000), '00');
  const again = wasICharged(here.counter, hold, true);
  await here.says(/"Charged".*Refunded in full since.*Give nothing more back/);
  here.press('cancel');
  await again;
});

t.test(
  'of a bank that is not heard, or says of a hold no more than "posted", it is not said to be not charged',
  async (t) => {
    const here = twoTerminals(t);
    const hold = here.done('preauth', 10_000);
    t.equal(here.elsewhere('completion', hold, 10_000), '00');
    here.counter.host.inquire = async () => ({ end: 'refused', code: '96', signInAgain: false });
    const silent = await told(here, hold, /"Result unknown".*Held here, not completed here.*did not answer/);
    t.match(silent.screen, /ask the bank/);
    t.match(silent.paper, /NOT KNOWN YET/);
    t.notMatch(silent.screen + silent.paper, /Not charged|NOT CHARGED|still held/);
    here.counter.host.inquire = async () => ({
      ...{ end: 'found', state: 'posted', code: '00', amount: hold.amount, refunded: 0 as never },
      ...{ reference: null, authorisation: null },
    });
    const posted = await told(here, hold, /"Result unknown".*Held here.*Bank's record/);
    t.notMatch(posted.screen + posted.paper, /Not charged|NOT CHARGED|still held|differ/);
  },
);

t.test('a hold is not said to be not charged where the bank answers no inquiries', async (t) => {
  const bench = desk(t, false);
  const hold = made(bench, 'preauth', 50_000);
  const asking = wasICharged(bench.counter, hold);
  await bench.says(/"Result unknown".*Held here, not completed here/);
  t.notMatch(bench.texts().join(), /Not charged|still held/);
  bench.press('cancel');
  await asking;
});

t.test('a sale that another terminal has refunded is refunded, and so it is said to the customer', async (t) => {
  const here = twoTerminals(t);
  const sale = here.done('sale', 10_000);
  t.equal(here.elsewhere('refund', sale, 4_000), '00');
  const part = wasICharged(here.counter, sale);
  await here.says(/"Charged".*The bank approved it/);
  here.press('enter');
  await here.says(/"Charged".*¥100\.00.*Refunded in part since.*Do not charge again.*Refunded at the bank.*¥40\.00/);
  here.press('menu', 'cancel');
  await part;
  t.match(JSON.stringify(here.printed), /Refunded in part since.*Refunded at the bank: ¥40\.00/);
  t.equal(here.elsewhere('refund', sale, 6_000), '00');
  const whole = wasICharged(here.counter, sale);
  await here.says(/"Charged".*The bank approved it/);
  here.press('enter');
  await here.says(/"Charged".*Refunded in full since.*Give nothing more back.*Refunded at the bank.*¥100\.00/);
  t.notMatch(here.texts().join(), /Do not charge again|differ/);
  t.equal(here.said.at(-1), 'back display.refunded');
  here.press('cancel');
  await whole;
});

t.test('a completion by the slip of an old hold is what the question about that hold is about', async (t) => {
  const bench = desk(t);
  const hold = made(bench, 'preauth', 50_000);
  const bySlip = (date: string, type: 'completion' | 'preauth-void', authorisation = 'A00001') =>
    done(bench.journal, 38_000, { type, particulars: { authorisation, date } });
  bySlip('1101', 'completion');
  bySlip('1124', 'completion', '771203');
  bySlip('1124', 'preauth-void');
  t.equal(subjectOf(hold, bench.journal).id, hold.id, 'of another day, of another code, and no completion');
  const lost = bench.journal.begin(
    saleOf(38_000, { type: 'completion', particulars: { authorisation: 'A00001', date: '1124' } }),
  );
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  t.equal(subjectOf(hold, bench.journal).id, lost.id, 'without a result');
  lost.reversalBegun();
  lost.reversed('00');
  t.equal(subjectOf(hold, bench.journal).id, hold.id);
  const completion = bySlip('1124', 'completion');
  t.match(candidatesFor(bench.journal, hold.trace).entries, [{ id: completion.id }]);
  const later = made(bench, 'preauth', 20_000);
  t.equal(subjectOf(later, bench.journal).id, later.id, 'what was there before is another hold’s end');
  t.equal(subjectOf(completion, bench.journal).id, completion.id);
  const asking = wasICharged(bench.counter, hold);
  await bench.says(/"Charged".*¥380\.00.*The bank approved it/);
  bench.press('cancel');
  await asking;
});

t.test('a hold that the bank has after all is reversed again, whatever has become of it since', async (t) => {
  for (const state of ['posted', 'held', 'completed', 'released'] as const) {
    const bench = desk(t);
    const entry = bench.journal.begin(saleOf(12_850, { type: 'preauth' }));
    entry.sent();
    entry.answered(silence);
    entry.handOver();
    entry.reversalBegun();
    entry.noOriginal('25');
    bench.knows = () => record(state);
    bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
    const asking = wasICharged(bench.counter, entry);
    await bench.says(/"Being reversed"/);
    t.equal(entry.debt, 'reverse', state);
    bench.press('cancel');
    await asking;
  }
});
