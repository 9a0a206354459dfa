import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { EntryType } from '../../src/journal/types.ts';
import { showUnsettled } from '../../src/payment/unsettled.ts';
import { fen } from '../../src/values/fen.ts';
import { saleOf, silence } from '../journal-bench.ts';
import { lineDown, type SaleBench, saleBench } from '../sale-bench.ts';
import { samples, sentencesOf } from '../screens/samples.ts';

const unanswered = { end: 'no-answer', code: null, why: 'silent' } as const;
const untold = { end: 'answer', answer: { ...silence, signInAgain: false } } as const;

function desk(t: Parameters<typeof saleBench>[0]) {
  const bench = saleBench(t);
  const bank = { asked: 0, knows: (): InquiryEnd => ({ end: 'none' }) };
  Object.assign(bench.counter.host, {
    async inquire() {
      bank.asked++;
      return bank.knows();
    },
  });
  Object.assign(bench.counter.config.profile.transactions, { inquiry: { offered: true } });
  bench.reverses = () => unanswered;
  bench.advises = () => untold;
  return { bench, bank };
}

/** Nobody knows of it; the flow has just heard so. */
function inDoubt({ journal }: SaleBench, type: EntryType = 'sale'): Entry {
  const entry = journal.begin(saleOf(12_850, { type, digest: 'd1' }));
  entry.sent();
  entry.answered(silence);
  return entry;
}

/** Clear asks about the money, Cancel goes back. */
async function askedFrom(bench: SaleBench, screen: string): Promise<void> {
  await bench.screen(screen);
  bench.press('clear');
  await bench.screen('charged.told');
  bench.press('cancel');
  await bench.screen(screen, 2);
}

t.test('from a result that is unknown Clear asks whether it was charged, and comes back to it', async (t) => {
  for (const type of ['sale', 'refund'] as const) {
    const { bench, bank } = desk(t);
    bench.reverses = lineDown;
    bench.advises = lineDown;
    const entry = inDoubt(bench, type);
    const showing = showUnsettled(bench.counter, entry);
    await askedFrom(bench, 'sale.unknown');
    t.equal(bank.asked, 1);
    t.match(bench.said.at(-1), /display\.unknown/, 'the customer is told what is so again');
    bench.press('cancel');
    t.equal(await showing, null);
    t.equal(entry.state === 'reversing' || entry.state === 'unknown', true);
  }
});

t.test('from a parked one too, as often as it is asked, until it is seen', async (t) => {
  for (const type of ['sale', 'refund'] as const) {
    const { bench } = desk(t);
    const entry = inDoubt(bench, type);
    for (let turn = 0; turn < 2; turn++) await bench.counter.outbox.settle(entry);
    const showing = showUnsettled(bench.counter, entry);
    await askedFrom(bench, 'sale.parked');
    bench.press('clear');
    await bench.screen('charged.told', 2);
    bench.press('cancel');
    await bench.screen('sale.parked', 3);
    bench.press('enter');
    t.equal(await showing, null);
    t.equal(entry.state, 'parked');
  }
});

t.test('from one that is not confirmed, and what the bank says there is what the screen says then', async (t) => {
  const { bench, bank } = desk(t);
  const entry = inDoubt(bench);
  bench.reverses = () => ({ end: 'no-original', code: '25' });
  const showing = showUnsettled(bench.counter, entry);
  await askedFrom(bench, 'sale.reversed-unconfirmed');
  bank.knows = () => ({
    ...{ end: 'found', state: 'tombstone', code: '25', amount: fen(12_850), refunded: fen(0) },
    ...{ reference: '000000000017', authorisation: null },
  });
  bench.press('clear');
  await bench.screen('charged.told', 2);
  bench.press('cancel');
  await bench.screen('sale.reversed');
  t.equal(entry.state, 'reversed');
  const asked = bank.asked;
  bench.press('clear');
  bench.press('cancel');
  t.equal(await showing, null);
  t.equal(bank.asked, asked, 'what is reversed is no question any more');
});

t.test('what is settled while it is looked into ends as it would have, whatever the inquiry says', async (t) => {
  const { bench, bank } = desk(t);
  const entry = inDoubt(bench);
  for (let turn = 0; turn < 2; turn++) await bench.counter.outbox.settle(entry);
  const showing = showUnsettled(bench.counter, entry);
  await bench.screen('sale.parked');
  bench.reverses = () => ({ end: 'acknowledged', code: '00' });
  bank.knows = () => ({ end: 'refused', code: '96', signInAgain: false });
  bench.press('clear');
  await bench.says(/"Not charged".*The bank has undone it/);
  bench.press('cancel');
  await bench.screen('sale.reversed');
  bench.press('enter');
  t.same(await showing, { amount: 12_850 });
});

t.test('each screen that cannot say shows the key, in both languages, and one that can shows none', async (t) => {
  for (const language of ['zh-CN', 'en'] as const) {
    const text = texts(language);
    const drawn = new Map(Object.entries(samples).map(([name, make]) => [name, make(text, sentencesOf(language))]));
    const clearOf = (name: string) => drawn.get(name)?.foot.clear;
    for (const flow of ['sale', 'void', 'refund', 'preauth']) {
      for (const state of ['unknown', 'parked']) t.equal(clearOf(`${flow}.${state}`), text('key.look-up'), flow);
    }
    for (const state of ['reversing', 'reversed-unconfirmed']) {
      t.equal(clearOf(`sale.${state}`), text('key.look-up'), state);
    }
    for (const state of ['reversed', 'approved', 'declined']) t.equal(clearOf(`sale.${state}`), undefined, state);
  }
});
