import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { Journal } from '../../src/journal/journal.ts';
import { fen } from '../../src/values/fen.ts';
import {
  answerOf,
  approval,
  filesIn,
  journalIn,
  problemOf,
  refusal,
  saleOf,
  scoped,
  silence,
  testFolder,
} from '../journal-bench.ts';

/** As a power cut leaves it: the files as they are, and a new process. */
function afterPowerCut(from: string, to: string): Journal {
  const { file, marker } = filesIn(from);
  const copy = filesIn(to);
  for (const path of [copy.file, copy.marker]) mkdirSync(dirname(path), { recursive: true });
  copyFileSync(file, copy.file);
  copyFileSync(`${file}-wal`, `${copy.file}-wal`);
  copyFileSync(marker, copy.marker);
  return journalIn(to);
}

t.test('a sale goes from pending to approved, and its paper is owed until it is printed', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(12_850));
  t.equal(entry.state, 'pending');
  t.equal(entry.debt, 'nothing', 'nothing has left');
  entry.sent();
  t.equal(entry.state, 'pending');
  t.equal(entry.debt, 'reverse', 'a power cut now must reverse it');
  t.same(journal.debts(), [], 'but it is in a hand');
  t.ok(journal.busy);
  entry.answered(approval);
  entry.completed();
  t.notOk(journal.busy);
  t.equal(entry.state, 'approved');
  t.equal(entry.debt, 'reprint');
  t.same(entry.copiesOwed, [
    { copy: 'merchant', duplicate: false },
    { copy: 'cardholder', duplicate: false },
  ]);
  entry.copyBegun('merchant');
  t.same(entry.copiesOwed[0], { copy: 'merchant', duplicate: true }, 'begun and not confirmed');
  entry.copyPrinted('merchant');
  entry.copyBegun('cardholder');
  entry.copyPrinted('cardholder');
  t.equal(entry.debt, 'nothing');
  entry.copyBegun('merchant');
  t.equal(entry.debt, 'nothing', 'a duplicate of a printed copy owes nothing when it fails');
  entry.signedOff('01', true);
  t.same(entry.history.signedOff, { operator: '01', matches: true });
  const [row] = journal.rows({ limit: 10 });
  t.match(row, {
    trace: '000001',
    batch: '000001',
    type: 'sale',
    amount: 12_850,
    state: 'approved',
    code: '00',
    card: '622202******1234',
    authorisation: 'A00001',
    reference: '000000000017',
  });
});

t.test('a decline ends it, and owes nothing', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(100));
  entry.sent();
  entry.answered(refusal);
  t.equal(entry.state, 'declined');
  t.equal(entry.debt, 'nothing');
  t.notOk(journal.busy);
  t.same(journal.debts(), []);
});

t.test('no answer is unknown, and a reversal is owed until the bank acknowledges it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(100));
  entry.sent();
  entry.answered(silence);
  t.equal(entry.state, 'unknown');
  entry.handOver();
  t.same(
    journal.debts().map(({ entry, debt }) => [entry.id, debt]),
    [[entry.id, 'reverse']],
  );
  entry.reversalBegun();
  t.equal(entry.state, 'reversing');
  entry.reversalUnanswered();
  entry.reversalUnanswered();
  t.equal(entry.history.tries, 2);
  entry.parked();
  t.equal(entry.state, 'parked');
  t.equal(journal.debts().length, 1, 'parked is still owed');
  entry.reversalUnanswered();
  t.equal(entry.history.tries, 2, 'a parked entry does not grow with each try');
  entry.reversed('00');
  t.equal(entry.state, 'reversed');
  t.same(journal.debts(), []);
});

t.test('12 and 25 leave a reversal unconfirmed until an inquiry confirms it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(100));
  entry.sent();
  entry.handOver();
  t.equal(entry.state, 'unknown', 'a flow that ended without an answer knows nothing');
  entry.reversalBegun();
  entry.noOriginal('25');
  t.equal(entry.state, 'reversed-unconfirmed');
  t.equal(journal.debts()[0]?.debt, 'confirm');
  entry.confirmed('inquiry');
  t.equal(entry.state, 'reversed');
  t.same(journal.debts(), []);
});

t.test('a late answer is kept and revives nothing', async (t) => {
  const folder = testFolder(t);
  using journal = scoped(journalIn(folder));
  const entry = journal.begin(saleOf(100));
  entry.sent();
  entry.answered(silence);
  entry.answered(approval);
  t.equal(entry.state, 'unknown');
  t.equal(entry.debt, 'reverse');
  entry.late(approval);
  entry.handOver();
  entry.reversalBegun();
  entry.reversed('00');
  entry.answered(approval);
  t.equal(entry.state, 'reversed');
  t.throws(() => entry.completed(), /cannot happen/, 'and nobody can complete it');
  t.equal(entry.history.events, 7);
});

t.test('a request is sent once, and only from the hand that holds it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(100));
  entry.sent();
  t.throws(() => entry.sent(), /cannot happen/);
  const given = journal.begin(saleOf(100));
  given.handOver();
  t.throws(() => given.sent(), /nobody's hand/);
  t.equal(given.state, 'declined', 'the terminal itself declined: nothing was sent');
});

t.test('nothing turns a completed sale into a failure', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(100));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  t.throws(() => entry.reversalBegun(), /cannot happen/);
  t.throws(() => entry.reversed('00'), /cannot happen/);
  entry.answered(answerOf('not charged', '51'));
  t.equal(entry.state, 'approved');
});

t.test('two people with the bank reference end what the bank never acknowledged', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const stuck = (): ReturnType<Journal['begin']> => {
    const entry = journal.begin(saleOf(100));
    entry.sent();
    entry.handOver();
    entry.reversalBegun();
    entry.parked();
    return entry;
  };
  const undone = stuck();
  t.throws(() => undone.ruled({ money: 'not charged', people: ['01', '01'], reference: 'R1' }), RangeError);
  t.throws(() => undone.ruled({ money: 'not charged', people: ['01', ''], reference: 'R1' }), RangeError);
  t.throws(() => undone.ruled({ money: 'not charged', people: ['01', '00'], reference: '' }), RangeError);
  undone.ruled({ money: 'not charged', people: ['01', '00'], reference: 'R1' });
  t.equal(undone.state, 'reversed');
  const stands = stuck();
  stands.ruled({ money: 'charged', people: ['01', '00'], reference: 'R2' });
  t.equal(stands.state, 'approved');
  t.equal(stands.debt, 'reprint', 'and its paper is owed');
});

t.test('a power cut at each step leaves the debt that the step implies', async (t) => {
  const folder = testFolder(t);
  using journal = scoped(journalIn(folder));
  const steps = [
    ['begun', () => journal.begin(saleOf(100)), 'declined', null],
    ['sent', () => journal.last()?.sent(), 'unknown', 'reverse'],
    ['charged', () => journal.last()?.answered(approval), 'reversing', 'reverse'],
    ['completed', () => journal.last()?.completed(), 'approved', 'reprint'],
    ['merchant copy begun', () => journal.last()?.copyBegun('merchant'), 'approved', 'reprint'],
    ['merchant copy printed', () => journal.last()?.copyPrinted('merchant'), 'approved', 'reprint'],
    ['cardholder copy printed', () => journal.last()?.copyPrinted('cardholder'), 'approved', null],
  ] as const;
  for (const [name, step, state, debt] of steps) {
    step();
    const other = testFolder(t);
    using revived = scoped(afterPowerCut(folder, other));
    t.equal(revived.last()?.state, state, name);
    t.equal(revived.debts()[0]?.debt ?? null, debt, name);
    t.same(revived.last()?.history, journal.last()?.history, `${name}: the same events`);
  }
});

t.test('the same card and amount within minutes is found, unless it was declined or reversed', async (t) => {
  let now_ms = Date.UTC(2026, 10, 24);
  const clock = { now: () => now_ms, monotonic: () => 0, sleep: async () => undefined, after: () => () => undefined };
  using journal = scoped(journalIn(testFolder(t), { clock }));
  const like = { fingerprint: new Uint8Array(32).fill(9), amount: fen(500), within_ms: 300_000 };
  t.equal(journal.again(like), null);
  const declined = journal.begin(saleOf(500));
  declined.sent();
  declined.answered(refusal);
  t.equal(journal.again(like), null, 'nothing was charged');
  const reversed = journal.begin(saleOf(500));
  reversed.sent();
  reversed.answered(silence);
  reversed.reversalBegun();
  t.equal(journal.again(like)?.id, reversed.id, 'nobody has confirmed it');
  reversed.reversed('00');
  t.equal(journal.again(like), null, 'nothing is charged any more');
  const first = journal.begin(saleOf(500));
  first.sent();
  first.answered(silence);
  t.equal(journal.again(like)?.id, first.id, 'unknown may have been charged');
  t.equal(journal.again({ ...like, amount: fen(501) }), null);
  t.equal(journal.again({ ...like, fingerprint: new Uint8Array(32).fill(8) }), null);
  now_ms -= 3_600_000;
  t.equal(journal.again(like)?.id, first.id, 'a clock set back asks rather than charge twice');
  now_ms += 3_600_000 + 300_001;
  t.equal(journal.again(like), null);
});

t.test('rows about money cannot be changed or taken away', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const entry = journal.begin(saleOf(1));
  entry.sent();
  journal.close();
  const database = new DatabaseSync(filesIn(folder).file);
  for (const table of ['entries', 'events', 'batches']) {
    t.throws(() => database.exec(`DELETE FROM ${table}`), /append-only/);
  }
  t.throws(() => database.exec('UPDATE entries SET amount = 2'), /append-only/);
  t.throws(() => database.exec(`UPDATE events SET kind = 'completed'`), /append-only/);
  database.close();
});

t.test('the log is written over in place, so that a commit changes no metadata', async (t) => {
  const folder = testFolder(t);
  using journal = scoped(journalIn(folder));
  const wal = `${filesIn(folder).file}-wal`;
  const size = statSync(wal).size;
  t.equal(size, 1 << 20);
  for (let sale = 0; sale < 300; sale++) {
    const entry = journal.begin(saleOf(sale + 1));
    entry.sent();
    entry.answered(refusal);
    if (sale % 3 === 0) journal.tidy();
  }
  t.equal(statSync(wal).size, size);
  for (let sale = 0; sale < 300; sale++) journal.begin(saleOf(sale + 1)).handOver();
  t.equal(statSync(wal).size, size, 'nor does it grow where nobody finds a quiet moment');
  t.notOk(existsSync(`${filesIn(folder).file}-shm`), 'one process alone has the file');
});

t.test('a second terminal is kept out of the journal', async (t) => {
  const folder = testFolder(t);
  using _journal = scoped(journalIn(folder));
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'disk-broken' },
  );
});

t.test('those who watch are told of every change', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  let told = 0;
  const stop = journal.watch(() => told++);
  const entry = journal.begin(saleOf(1));
  entry.sent();
  entry.handOver();
  entry.handOver();
  t.equal(told, 3);
  stop();
  entry.reversalBegun();
  t.equal(told, 3);
});

t.test('an answer keeps its own parts alone in the journal', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const entry = journal.begin(saleOf(1));
  entry.sent();
  entry.answered({ ...approval, track: '6222020010011234=3012' } as typeof approval);
  journal.close();
  t.notMatch(readFileSync(filesIn(folder).file).toString('latin1'), /6222020010011234/);
});

t.test('what is being undone is not completed, and what nobody tried to undo is not ruled on', async (t) => {
  const journal = journalIn(testFolder(t));
  t.teardown(() => journal.close());
  const charged = journal.begin(saleOf(100));
  charged.sent();
  charged.answered(approval);
  const people: [string, string] = ['00', '99'];
  const ruling = { money: 'charged', people, reference: 'B-1' } as const;
  t.throws(() => charged.ruled(ruling), /ruled cannot happen/, 'the bank is asked first');
  charged.reversalBegun();
  t.throws(() => charged.completed(), /completed cannot happen/, 'the bank may have given the money back');
  t.equal(charged.state, 'reversing');
});
