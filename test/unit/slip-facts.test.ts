import t, { type Test } from 'tap';
import type { Config } from '../../src/config/config.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal, Request } from '../../src/journal/journal.ts';
import { slipFacts } from '../../src/paper/slip-facts.ts';
import { fen } from '../../src/values/fen.ts';
import { approval, journalIn, saleOf, silence, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const config = {
  terminal: { merchant: { id: '898110248990001', name: '便民小超市', terminal: '50461160' } },
  profile: { transactions: { tip: { offered: true } } },
} as unknown as Config;

const slip = (entry: Entry) => slipFacts(entry, config, 'zh-CN', false);

function books(t: Test): Journal {
  const journal = journalIn(testFolder(t), { clock: virtualClock(Date.UTC(2026, 10, 23, 4)) });
  t.teardown(() => journal.close());
  return journal;
}

function done(journal: Journal, amount: number, more: Partial<Request> = {}): Entry {
  using entry = journal.begin(saleOf(amount, more));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

function accepted(journal: Journal, amount: number, more: Partial<Request>): Entry {
  using entry = journal.begin(saleOf(amount, more));
  entry.accepted();
  return entry;
}

t.test('a void names the trace of its sale, and the sale printed again says that it is voided', async (t) => {
  const journal = books(t);
  const sale = done(journal, 12_850);
  t.match(slip(sale), { type: 'sale', original: null, undone: null, tipLine: true, entry: 'S', amount: 12_850 });
  const undo = done(journal, 12_850, { type: 'void', original: sale });
  t.same(slip(undo).original, { trace: sale.trace, batch: null });
  t.match(slip(sale), { undone: 'voided', tipLine: false });
});

t.test('a refund of what the journal does not hold says by what the bank finds it', async (t) => {
  const refund = done(books(t), 500, { type: 'refund', particulars: { reference: '094107000045', date: '1120' } });
  t.same(slip(refund).original, { trace: null, reference: '094107000045', date: '1120', batch: null });
});

t.test('what follows a pre-authorisation names its code and day', async (t) => {
  const journal = books(t);
  const hold = done(journal, 50_000, { type: 'preauth' });
  const completion = done(journal, 45_000, { type: 'completion', original: hold });
  t.same(slip(completion).original, { authorisation: 'A00001', date: '1124', batch: null });
  const foreign = done(journal, 45_000, { type: 'completion', particulars: { authorisation: '482913', date: '1101' } });
  t.same(slip(foreign).original, { authorisation: '482913', date: '1101', batch: null });
});

t.test('a tip stands beside what it is added to, an adjustment beside what stood before', async (t) => {
  const journal = books(t);
  const sale = done(journal, 10_000);
  const tip = accepted(journal, 1500, { type: 'tip', original: sale, particulars: { before: fen(10_000) } });
  t.match(slip(tip), { amount: 10_000, tip: 1500, original: { trace: sale.trace } });
  const offline = accepted(journal, 3000, { type: 'offline' });
  const change = accepted(journal, 2500, { type: 'adjust', original: offline, particulars: { before: fen(3000) } });
  t.match(slip(change), { amount: 2500, before: 3000 });
});

t.test('what the counter accepted is not with the bank until the bank has taken it', async (t) => {
  const journal = books(t);
  const voice = accepted(journal, 3000, { type: 'voice', particulars: { authorisation: '771204', supervisor: '00' } });
  t.match(slip(voice), { untold: true, authorisation: '771204', original: null, supervisor: '00' });
  voice.told(silence);
  t.equal(slip(voice).untold, true);
  voice.told({ ...approval, authorisation: null });
  t.match(slip(voice), { untold: false, authorisation: '771204' });
});

t.test('an instalment sale says its periods', async (t) => {
  const sale = done(books(t), 120_000, { type: 'instalment', particulars: { periods: 12, plan: '01' } });
  t.match(slip(sale), { instalment: { periods: 12, plan: '01', each: null }, tipLine: false });
});

t.test('a number that was keyed by hand says so', async (t) => {
  t.equal(slip(done(books(t), 100, { entryMode: '011' })).entry, 'M');
});

t.test('the bank’s day is on the slip where it is another than the counter’s, and on no other', async (t) => {
  const journal = books(t);
  const told = (mmdd: string) => ({ ...approval, host_time: { hhmmss: '001500', mmdd } });
  const offline = accepted(journal, 6600, { type: 'offline' });
  t.match(slip(offline), { bankDay: null, at: offline.facts.begun_ms }, 'the bank has said none');
  offline.told(told('1124'));
  t.match(slip(offline), { bankDay: '1124', at: offline.facts.begun_ms }, 'the time is the same on every copy');
  const hold = journal.begin(saleOf(50_000, { type: 'preauth' }));
  hold.sent();
  hold.answered(told('1124'));
  hold.completed();
  t.equal(slip(hold).bankDay, '1124', 'a hold across midnight');
  const completion = done(journal, 45_000, { type: 'completion', original: hold });
  t.same(slip(completion).original, { authorisation: 'A00001', date: '1124', batch: null }, 'the same day on both');
  const sale = journal.begin(saleOf(100));
  sale.sent();
  sale.answered(told('1123'));
  sale.completed();
  t.equal(slip(sale).bankDay, null);
});
