import t, { type Test } from 'tap';
import { type Entry, factsOf } from '../../src/journal/entry.ts';
import { beginning, detailOf, eventOf } from '../../src/journal/events.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { EntryType } from '../../src/journal/types.ts';
import { fen } from '../../src/values/fen.ts';
import { approval, journalIn, refusal, saleOf, testFolder } from '../journal-bench.ts';

function books(t: Test): Journal {
  const journal = journalIn(testFolder(t));
  t.teardown(() => journal.close());
  return journal;
}

function done(journal: Journal, type: EntryType, amount: number, original?: Entry): Entry {
  const entry = journal.begin(saleOf(amount, { type, digest: 'd1', ...(original && { original }) }));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

/** What the counter takes by itself, and what the bank says to it, if it has heard of it. */
function taken(journal: Journal, type: EntryType, amount: number, original?: Entry, said = approval): Entry {
  const entry = journal.begin(saleOf(amount, { type, digest: 'd1', ...(original && { original }) }));
  entry.accepted();
  entry.told(said);
  return entry;
}

t.test('what an entry began with is the same after a restart, whatever it had and had not', async (t) => {
  const folder = testFolder(t);
  let journal = journalIn(folder);
  const sale = journal.begin(saleOf(100, { copies: [] }));
  const particulars = { supervisor: '00', date: '1124' };
  journal.begin(saleOf(40, { type: 'refund', original: sale, digest: 'd1', particulars, copies: ['cardholder'] }));
  journal.begin({ ...saleOf(1), card: null });
  const ids = [1, 2, 3];
  const before = ids.map((id) => journal.entry(id)?.facts);
  t.match(before, [
    { original: null, digest: null, particulars: {}, copies: [], card: '622202******1234' },
    { original: 1, digest: 'd1', particulars, copies: ['cardholder'] },
    { card: null, sealed: null, fingerprint: null, copies: ['merchant', 'cardholder'] },
  ]);
  t.equal(journal.entry(2)?.row.original, sale.trace);
  t.equal(journal.entry(1)?.row.original, null);
  t.equal(journal.entry(1)?.original, null);
  journal.close();
  journal = journalIn(folder);
  t.same(
    ids.map((id) => journal.entry(id)?.facts),
    before,
  );
  journal.close();
});

t.test('a row that this program does not know is refused, never guessed at', async (t) => {
  const row = {
    ...{ id: 1, number: '000001', batch: 1, trace: '000001', type: 'sale', amount: 1, entry_mode: '021' },
    ...{ card: null, sealed: null, fingerprint: null, card_group: 'home', original: null, particulars: null },
    ...{ operator: '01', copies: 'merchant', digest: null, begun_ms: 1 },
  };
  t.match(factsOf(row), {
    type: 'sale',
    card: null,
    original: null,
    digest: null,
    particulars: {},
    copies: ['merchant'],
  });
  t.strictSame(factsOf({ ...row, copies: 'merchant bank cardholder' }).copies, ['merchant', 'cardholder']);
  t.strictSame(factsOf({ ...row, copies: '' }).copies, []);
  for (const type of ['quasi-cash', 'toString', 7, null]) t.throws(() => factsOf({ ...row, type }), /not known/);
  t.throws(() => eventOf('forgotten', null), /not known/);
  t.throws(() => eventOf('toString', null), /not known/);
  t.same(eventOf('sent', null), { kind: 'sent' });
  t.equal(detailOf({ kind: 'sent' }), null);
  t.equal(detailOf({ kind: 'reversed', code: '00' }), '{"code":"00"}');
  t.equal(beginning('sale', []).accepted, false);
  t.equal(beginning('offline', []).accepted, false);
});

t.test('what a payment comes to counts the tips and adjustments that stand, told or not', async (t) => {
  const journal = books(t);
  const sale = done(journal, 'sale', 1000);
  taken(journal, 'tip', 50, sale, refusal);
  t.equal(sale.total, 1000, 'a tip that the bank refused is none');
  const tip = journal.begin(saleOf(100, { type: 'tip', digest: 'd1', original: sale }));
  tip.accepted();
  t.equal(tip.state, 'pending');
  t.equal(sale.total, 1100);
  tip.told(approval);
  t.equal(sale.total, 1100);
  done(journal, 'refund', 1000, sale);
  t.equal(sale.state, 'approved');
  t.equal(sale.refundable, 100, 'a tip is no refund');
  done(journal, 'refund', 100, sale);
  t.equal(sale.state, 'refunded');

  const offline = taken(journal, 'offline', 1000);
  const adjusted = journal.begin(saleOf(800, { type: 'adjust', digest: 'd1', original: offline }));
  adjusted.accepted();
  t.equal(offline.total, 800, 'the new total, not a sum');
  taken(journal, 'adjust', 0, offline);
  t.equal(offline.total, 0);
  t.equal(offline.state, 'approved', 'of nothing, nothing was refunded');

  const hold = done(journal, 'preauth', 1000);
  done(journal, 'preauth-add', 500, hold);
  done(journal, 'completion', 1200, hold);
  t.equal(hold.total, 1500, 'what completes it is no addition');
});

t.test('a copy that is printed is owed no more, the other one is', async (t) => {
  const entry = done(books(t), 'sale', 1);
  entry.copyPrinted('merchant');
  t.same(entry.copiesOwed, [{ copy: 'cardholder', duplicate: false }]);
  entry.copyPrinted('cardholder');
  t.same(entry.copiesOwed, []);
});

t.test('a slip is owed where the money has moved, and nowhere else', async (t) => {
  const entry = books(t).begin(saleOf(1));
  t.same(entry.copiesOwed, []);
  entry.sent();
  entry.handOver();
  t.same(entry.copiesOwed, []);
});

t.test('parking what is parked is noted once', async (t) => {
  using entry = books(t).begin(saleOf(1));
  entry.sent();
  entry.reversalBegun();
  entry.parked();
  const { events } = entry.history;
  entry.parked();
  t.equal(entry.history.events, events);
});

t.test('a ruling takes two people, whichever of them is missing', async (t) => {
  const entry = books(t).begin(saleOf(1));
  entry.sent();
  entry.reversalBegun();
  for (const people of [
    ['', '00'],
    ['01', ''],
    ['01', '01'],
    ['', ''],
  ] as const) {
    t.throws(() => entry.ruled({ money: 'charged', people, reference: 'R' }), RangeError, people.join());
  }
  t.throws(() => entry.ruled({ money: 'charged', people: ['01', '00'], reference: '' }), RangeError);
  t.equal(entry.history.undone, 'begun');
  t.equal(entry.amount, fen(1));
});

t.test('an entry is out of hand at the end of its block', async (t) => {
  const journal = books(t);
  {
    using entry = journal.begin(saleOf(1));
    entry.sent();
    t.equal(journal.busy, true);
  }
  t.equal(journal.busy, false);
});
