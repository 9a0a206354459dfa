import t from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { EntryType } from '../../src/journal/types.ts';
import { keptOf, requestOf } from '../../src/outbox/request.ts';
import { adviceOf } from '../../src/outbox/reversal.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { answerOf, approval, journalIn, refusal, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { bench, signInFirst, taken, unanswered } from '../outbox-bench.ts';
import { settled } from '../virtual-clock.ts';

const openCard = () => ({ pan: null, expiry: '3012' });
const silent = { end: 'answer', answer: { ...answerOf('unknown', null, 'silent'), signInAgain: false } } as const;
const refused = { end: 'answer', answer: { ...refusal, signInAgain: false } } as const;

function charged(journal: Journal, amount = 10_000): Entry {
  const entry = journal.begin(saleOf(amount));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

function begun(journal: Journal, type: EntryType, amount: number, original?: Entry): Entry {
  return journal.begin(saleOf(amount, { type, digest: 'd1', ...(original && { original }) }));
}

t.test('a refund without an answer is asked again, the same, until the bank says what became of it', async (t) => {
  const { outbox, host, journal } = bench(t);
  const sale = charged(journal);
  const refund = begun(journal, 'refund', 4000, sale);
  refund.sent();
  refund.answered(silence);
  t.equal(refund.debt, 'repeat');
  host.hears = () => silent;
  t.equal(await outbox.settle(refund), 'unknown');
  host.hears = () => taken;
  t.equal(await outbox.settle(refund), 'approved');
  t.equal(host.asked.length, 0, 'a refund has no reversal');
  t.equal(host.advised.length, 2);
  t.same(host.advised[0], host.advised[1]);
  t.match(host.advised[0], {
    ...{ transaction: 'refund', trace: refund.trace, amount: 4000, digest: 'd1', entryMode: '021', expiry: '3012' },
    original: { place: { batch: sale.batch, trace: sale.trace }, date: '1124', reference: '000000000017' },
  });
  t.equal(refund.debt, 'reprint', 'its slip is owed now');
  t.equal(sale.state, 'approved');
  t.equal(sale.refundable, 6000);
});

t.test('refunds of all of a sale make it refunded, and one whose result is open counts against the rest', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = charged(journal);
  const first = begun(journal, 'refund', 4000, sale);
  t.equal(sale.refundable, 6000, 'begun');
  first.sent();
  first.answered(silence);
  first.handOver();
  t.equal(sale.refundable, 6000, 'open');
  first.told(refusal);
  t.equal(first.state, 'declined');
  t.equal(sale.refundable, 10_000);
  const second = begun(journal, 'refund', 10_000, sale);
  second.sent();
  second.answered(approval);
  second.completed();
  t.equal(sale.state, 'refunded');
  t.equal(sale.refundable, 0);
});

t.test('what the counter has accepted is pending until the bank has it, and its slip prints meanwhile', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const entry = begun(journal, 'offline', 5000);
  t.throws(() => entry.told(approval), /cannot happen/, 'nothing was accepted yet');
  entry.accepted();
  t.equal(entry.state, 'pending');
  t.same(entry.debts, ['advise', 'reprint']);
  t.equal(entry.copiesOwed.length, 2);
  t.same(
    journal.debts().map(({ debt }) => debt),
    ['advise', 'reprint'],
  );
  for (const { copy } of entry.copiesOwed) entry.copyPrinted(copy);
  journal.close();
  using again = scoped(journalIn(folder));
  const [owed] = again.debts();
  t.match(owed, { debt: 'advise', state: 'pending' });
  owed?.entry.told(silence);
  t.equal(owed?.entry.state, 'pending');
  owed?.entry.told(approval);
  t.equal(owed?.entry.state, 'approved');
  t.same(again.debts(), []);
});

t.test('an advice that the bank refuses is declined, and known as one that had been accepted', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = begun(journal, 'voice', 5000);
  entry.accepted();
  host.hears = () => refused;
  t.equal(await outbox.settle(entry), 'declined');
  t.equal(entry.history.accepted, true);
  t.same(entry.debts, ['tell'], 'somebody at the counter has yet to see it');
  entry.seen('01');
  entry.seen('02');
  t.equal(entry.state, 'declined');
  t.same(entry.debts, []);
});

t.test('advices are parked after the retry limit, still told, and never hold a sale up', async (t) => {
  const { outbox, host, journal, owing } = bench(t);
  const entry = begun(journal, 'offline', 5000);
  entry.accepted();
  host.hears = () => silent;
  for (let turn = 0; turn < 3; turn++) await outbox.settle(entry);
  t.equal(entry.state, 'parked');
  const lost = owing();
  t.match(await outbox.clearBeforeSale(), { owed: 0, parked: 1 });
  t.equal(lost.state, 'reversed');
  t.equal(host.advised.length, 3, 'the protocol wants reversals before the next request, and no advices');
  host.hears = () => taken;
  await outbox.settleAll();
  t.equal(entry.state, 'approved');
});

t.test('keys that are not the bank’s are mended by a sign-in before an advice is told again', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = begun(journal, 'tip', 500, charged(journal));
  entry.accepted();
  const answers = [{ end: 'sign-in-first', code: 'A0' } as const, taken];
  host.hears = () => answers.shift() ?? taken;
  t.equal(await outbox.settle(entry), 'approved');
  t.equal(host.signIns, 1);
  const second = begun(journal, 'offline', 500);
  second.accepted();
  host.hears = () => ({ end: 'sign-in-first', code: 'A0' });
  await outbox.settle(second);
  t.equal(second.history.tries, 1, 'a sign-in that did not help is a try');
});

t.test('94 to an advice: the bank’s books say whether it has this one, or another under its trace', async (t) => {
  const { outbox, host, journal } = bench(t);
  const duplicate = { end: 'answer', answer: { ...answerOf('unknown', '94'), signInAgain: false } } as const;
  host.hears = () => duplicate;
  const known = { end: 'found', state: 'posted', code: '00', refunded: fen(0) } as const;
  const more = { reference: null, authorisation: null };
  const entry = begun(journal, 'offline', 5000);
  entry.accepted();
  host.knows = () => ({ ...known, ...more, amount: fen(4999) });
  t.equal(await outbox.settle(entry), 'pending', 'another amount: not this one');
  host.knows = () => ({ ...known, ...more, amount: fen(5000) });
  t.equal(await outbox.settle(entry), 'approved');

  const without = bench(t, { inquires: false });
  without.host.hears = () => duplicate;
  const other = begun(without.journal, 'offline', 5000);
  other.accepted();
  t.equal(
    await without.outbox.settle(other),
    'approved',
    'a bank that answers no inquiries means its duplicates by it',
  );
});

t.test('a request whose bytes cannot be made again is parked and holds nothing up', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = begun(journal, 'offline', 5000);
  entry.accepted();
  host.hears = () => {
    throw new Fault({ kind: 'request-changed', trace: entry.trace });
  };
  await outbox.settle(entry);
  t.equal(entry.state, 'parked');
  t.equal(entry.history.tries, 0);
});

t.test('a disk that takes no note of it leaves it owed, and the program up', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = begun(journal, 'offline', 5000);
  entry.accepted();
  host.hears = () => {
    throw new Fault({ kind: 'request-changed', trace: entry.trace });
  };
  const full = t.capture(Object.getPrototypeOf(entry), 'parked', () => {
    throw new Fault({ kind: 'disk-full', file: 'journal.db' });
  });
  t.equal(await outbox.settle(entry), 'pending');
  full.restore();
  await outbox.settle(entry);
  t.equal(entry.state, 'parked');
});

t.test('what the bank has and never turns back is parked in the end', async (t) => {
  const { outbox, host, owing } = bench(t);
  const known = { code: '00', amount: fen(100), refunded: fen(0), reference: null, authorisation: null };
  host.says = () => ({ end: 'no-original', code: '12' });
  host.knows = () => ({ end: 'found', state: 'posted', ...known });
  const entry = owing();
  for (let turn = 0; turn < 3; turn++) await outbox.settle(entry);
  t.equal(entry.state, 'parked');
  t.equal(entry.debt, 'reverse');
});

t.test('an unconfirmed reversal is asked about when somebody tries it again', async (t) => {
  const { outbox, host, owing } = bench(t);
  host.says = () => ({ end: 'no-original', code: '25' });
  const entry = owing();
  t.equal(await outbox.settle(entry), 'reversed-unconfirmed');
  const known = { code: '25', amount: fen(100), refunded: fen(0), reference: null, authorisation: null };
  host.knows = () => ({ end: 'found', state: 'tombstone', ...known });
  t.equal(await outbox.settle(entry), 'reversed');
  t.equal(host.asked.length, 1, 'nothing is reversed twice');
});

t.test('what a reversal left unconfirmed is confirmed by an inquiry, or turned back once more', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = () => ({ end: 'no-original', code: '25' });
  await outbox.settle(entry);
  t.equal(entry.state, 'reversed-unconfirmed');
  await outbox.settleAll();
  t.equal(entry.state, 'reversed-unconfirmed', 'the bank knows nothing: that confirms nothing');
  const known = { code: '00', amount: fen(100), refunded: fen(0), reference: null, authorisation: null };
  host.knows = () => ({ end: 'found', state: 'posted', ...known });
  host.says = () => unanswered;
  await outbox.settleAll();
  t.equal(entry.state, 'reversing', 'it was taken after all');
  host.says = () => ({ end: 'no-original', code: '12' });
  await outbox.settleAll();
  host.knows = () => ({ end: 'found', state: 'tombstone', ...known });
  await outbox.settleAll();
  t.equal(entry.state, 'reversed');
  t.match(host.inquired[0], { place: { batch: entry.batch, trace: entry.trace } });
});

t.test('the counter need not wait for it: the books are asked in the same breath', async (t) => {
  const { outbox, host, owing } = bench(t);
  host.says = () => ({ end: 'no-original', code: '25' });
  const known = { code: '25', amount: fen(100), refunded: fen(0), reference: null, authorisation: null };
  host.knows = () => ({ end: 'found', state: 'tombstone', ...known });
  t.equal(await outbox.settle(owing()), 'reversed');
  t.equal(host.inquired.length, 1);
  host.knows = () => {
    throw new Fault({ kind: 'line-down', tried: [] });
  };
  const cut = owing();
  t.equal(await outbox.settle(cut), 'reversed-unconfirmed', 'a line that breaks now leaves it as it is');
  t.equal(cut.debt, 'confirm');
});

t.test('94: the reversal of another row under the same trace is never sent', async (t) => {
  const { outbox, host, owing } = bench(t);
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(999), ...known });
  const other = owing(100, answerOf('unknown', '94'));
  t.equal(await outbox.settle(other), 'reversed');
  t.equal(host.asked.length, 0);
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(100), ...known });
  t.equal(await outbox.settle(owing(100, answerOf('unknown', '94'))), 'reversed');
  t.equal(host.asked.length, 1, 'the same amount: it is ours');
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(100), ...known, card: '622202******9999' });
  const cards = owing(100, answerOf('unknown', '94'));
  t.equal(await outbox.settle(cards), 'reversed');
  t.equal(host.asked.length, 1, 'the same amount of another card: not ours, and never turned back');
});

t.test('30 to a reversal: what the bank has is of another card, and this one was never taken', async (t) => {
  const { outbox, host, owing } = bench(t);
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  host.says = () => ({ end: 'no-answer', code: '30', why: null });
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(100), ...known, card: '622202******1234' });
  const entry = owing(100);
  t.equal(await outbox.settle(entry), 'reversing', 'ours, and owed');
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(100), ...known, card: '622202******9999' });
  t.equal(await outbox.settle(entry), 'reversed');
});

t.test('what another card has posted under the trace is not turned back in place of what never came', async (t) => {
  const { outbox, host, owing } = bench(t);
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  host.says = () => ({ end: 'no-original', code: '12' });
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(100), ...known, card: '622202******9999' });
  t.equal(await outbox.settle(owing(100)), 'reversed');
});

t.test('94 under keys that differ: a sign-in first, then the books, and no reversal before their word', async (t) => {
  const wrong = () => {
    throw new Fault({ kind: 'mac-wrong' });
  };
  const refused = (): InquiryEnd => ({ end: 'refused', code: 'A0', signInAgain: true });
  for (const first of [wrong, refused]) {
    const { outbox, host, owing } = bench(t);
    const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
    host.knows = () => (host.signIns === 0 ? first() : { end: 'found', state: 'posted', amount: fen(999), ...known });
    host.signInWorks = false;
    const entry = owing(100, answerOf('unknown', '94'));
    t.equal(await outbox.settle(entry), 'reversing', 'it stays owed');
    host.signInWorks = true;
    host.signIns = 0;
    t.equal(await outbox.settle(entry), 'reversed');
    t.equal(host.asked.length, 0);
  }
});

t.test('94 at a bank that will not be asked is owed until people look at it', async (t) => {
  const { outbox, host, owing } = bench(t, { retries: 2 });
  host.knows = () => ({ end: 'refused', code: '40', signInAgain: false });
  const entry = owing(100, answerOf('unknown', '94'));
  t.equal(await outbox.settle(entry), 'reversing');
  t.equal(await outbox.settle(entry), 'parked');
  t.equal(host.asked.length, 0);
});

t.test('64 to a reversal: what the bank has is another’s, and this one was never taken', async (t) => {
  const { outbox, host, owing } = bench(t);
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  host.says = () => ({ end: 'no-answer', code: '64', why: null });
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(100), ...known });
  const entry = owing(100);
  t.equal(await outbox.settle(entry), 'reversing', 'the same amount: it is ours, and owed');
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(999), ...known });
  t.equal(await outbox.settle(entry), 'reversed');
  t.equal(host.asked.length, 2);

  const without = bench(t, { inquires: false });
  without.host.says = host.says;
  t.equal(await without.outbox.settle(without.owing(100)), 'reversing');
  t.equal(without.host.inquired.length, 0);
});

t.test('an unconfirmed reversal is confirmed after a sign-in where the keys differ', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = () => ({ end: 'no-original', code: '25' });
  const known = { code: '25', amount: fen(100), refunded: fen(0), reference: null, authorisation: null };
  host.knows = () => {
    if (host.signIns === 0) throw new Fault({ kind: 'mac-wrong' });
    return { end: 'found', state: 'tombstone', ...known };
  };
  t.equal(await outbox.settle(entry), 'reversed');
  t.equal(host.signIns, 1);
});

t.test('an entry that has a reversal is never told again, and one that has none is never reversed', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = charged(journal);
  t.throws(() => adviceOf(sale, openCard), /sent once/);
  const refund = begun(journal, 'refund', 1, sale);
  refund.sent();
  t.throws(() => refund.reversalBegun(), /cannot happen/);
  await settled();
});

t.test('what the bank says of an original afterwards changes no byte of what was begun on it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const offline = begun(journal, 'offline', 10_000);
  offline.accepted();
  const particulars = keptOf('adjust', offline, { before: fen(10_000) });
  const before = requestOf({ type: 'adjust', amount: fen(9000), particulars }, offline);
  t.match(before.original, { reference: null, authorisation: null });
  offline.told(approval);
  t.same(requestOf({ type: 'adjust', amount: fen(9000), particulars }, offline), before);
  const later = keptOf('adjust', offline, { before: fen(9000) });
  t.match(requestOf({ type: 'adjust', amount: fen(8000), particulars: later }, offline).original, {
    ...{ reference: null, authorisation: 'A00001', date: '1124' },
  });
  const kept = keptOf('refund', charged(journal), {});
  t.same(kept, { reference: '000000000017', authorisation: 'A00001', date: '1124' }, 'a refund names it by F37 too');
  const sale = charged(journal);
  t.same(keptOf('void', sale, {}), {}, 'what is sent once keeps nothing');
});

t.test('each request says what its kind has to say', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = charged(journal);
  const on = { place: { batch: sale.batch, trace: sale.trace }, date: '1124', reference: '000000000017' };
  const original = { ...on, authorisation: 'A00001' };
  const of = (type: EntryType, particulars: object, about: Entry | null = sale) =>
    requestOf({ type, amount: fen(500), particulars }, about);
  t.same(of('tip', { before: fen(10_000) }), { amount: 10_500, totals: '000000000500', original });
  t.same(of('adjust', { before: fen(10_000) }), { amount: 500, totals: '000000010000', original });
  t.same(of('instalment', { periods: 6, plan: '01' }, null), {
    ...{ amount: 500, instalments: { periods: 6, plan: '01' }, original: null },
  });
  t.same(of('voice', { authorisation: '123456' }, null).original, {
    ...{ place: null, date: null, reference: null, authorisation: '123456' },
  });
  t.same(of('refund', { reference: '000000000099', date: '1101' }, null).original, {
    ...{ place: null, date: '1101', reference: '000000000099', authorisation: null },
  });
  t.equal(signInFirst.end, 'sign-in-first');
});
