import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import t from 'tap';
import { fen } from '../../src/values/fen.ts';
import { trace } from '../../src/values/trace.ts';
import {
  archived,
  archiveIn,
  close,
  done,
  filesIn,
  journalIn,
  quiet,
  saleOf,
  scoped,
  silence,
  spoil,
  testFolder,
} from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

t.test('closed batches move aside but for the newest, and everything is found as before', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  for (let batch = 0; batch < 3; batch++) {
    for (let row = 0; row < 250; row++) done(journal, 1000 * (batch + 1) + row);
    close(journal);
  }
  const open = done(journal, 77);
  const before = journal.rows({ limit: 1000 });
  quiet(journal);
  t.ok(existsSync(archiveIn(folder)));
  t.same(journal.rows({ limit: 1000 }), before);
  journal.close();

  using again = scoped(journalIn(folder));
  t.same(again.rows({ limit: 1000 }), before, 'and after a restart');
  const old = before.at(-1);
  t.match(again.entry(old?.id ?? 0)?.row, old);
  t.equal(again.find(trace(old?.trace ?? ''), again.entry(1)?.batch)?.id, 1);
  t.same(
    again.ofAmount(fen(1000), 5).map(({ id }) => id),
    [1],
  );
  t.equal(again.page({ batchId: 1, after: 0, limit: 3 }).length, 3);
  t.equal(again.page({ batchId: 3, after: 0, limit: 3 }).length, 3, 'the newest closed batch is at hand');
  t.equal(done(again, 78).id, open.id + 1, 'ids go on');
});

t.test('settlements of nothing leave what was settled last at hand, whatever becomes of the archive', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 500);
  close(journal);
  const { batch, trace } = done(journal, 501);
  for (let settled = 0; settled < 3; settled++) close(journal);
  quiet(journal);
  t.ok(existsSync(archiveIn(folder)), 'the batch before it has moved');
  journal.close();
  spoil(archiveIn(folder), 'entries');

  using again = scoped(journalIn(folder));
  t.ok(again.knows({ batch, trace }), 'the bank’s newest is found: nobody has to answer for it');
  t.equal(again.last()?.amount, 501);
  t.match(again.archiveProblem, null, 'it was not even asked for');
  done(again, 502);
  close(again);
  quiet(again);
  t.match(again.archiveProblem, { kind: 'archive-broken' });
  t.ok(again.knows({ batch, trace }), 'and it moves once there is a newer one');
});

t.test('a sale that has moved is refunded like any other', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const sale = done(journal, 500);
  close(journal);
  done(journal, 1);
  close(journal);
  quiet(journal);
  const found = journal.find(sale.trace, sale.batch);
  t.equal(found?.refundable, 500);
  done(journal, 200, { type: 'refund', ...(found && { original: found }) });
  t.equal(journal.entry(sale.id)?.refundable, 300);
  close(journal);
  done(journal, 1);
  close(journal);
  quiet(journal);
  t.equal(journal.entry(sale.id)?.refundable, 300, 'the refund has moved too');
  journal.close();
});

t.test('what still owes something stays, and so does what came after it', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  const lost = journal.begin(saleOf(2));
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  lost.reversalBegun();
  lost.noOriginal('25');
  done(journal, 3);
  close(journal);
  done(journal, 4);
  close(journal);
  quiet(journal);
  journal.close();
  using again = scoped(journalIn(folder));
  t.match(again.debts(), [{ debt: 'confirm' }]);
  again.entry(lost.id)?.confirmed('inquiry');
  t.equal(again.entry(lost.id)?.state, 'reversed');
});

t.test('an empty journal beside a full archive is not behind', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  for (let turn = 0; turn < 50; turn++) journal.takeTrace();
  close(journal);
  close(journal);
  quiet(journal);
  journal.close();
  using again = scoped(journalIn(folder));
  t.equal(again.last()?.amount, 1);
  t.equal(done(again, 2).id, 2);
});

t.test('a broken archive is set aside and said, and payment goes on', async (t) => {
  const folder = archived(t);
  writeFileSync(archiveIn(folder), Buffer.alloc(8192, 0x5a));
  using again = scoped(journalIn(folder));
  t.equal(again.archiveProblem, null, 'nobody has looked yet');
  t.equal(again.entry(1), null);
  t.match(again.archiveProblem, { kind: 'archive-broken', set_aside: /archive-broken-/ });
  t.ok(readdirSync(dirname(archiveIn(folder))).some((name) => name.startsWith('archive-broken-')));
  t.equal(done(again, 3).state, 'approved');
});

t.test('what was set aside is said at each start, by its name, until somebody has seen it', async (t) => {
  const folder = archived(t);
  writeFileSync(archiveIn(folder), Buffer.alloc(8192, 0x5a));
  const found = journalIn(folder);
  t.equal(found.entry(1), null);
  const said = found.archiveProblem;
  found.close();
  for (let start = 0; start < 2; start++) {
    using again = scoped(journalIn(folder));
    t.strictSame(again.archiveProblem, said, 'the same file, after a restart');
    t.equal(again.entry(1), null);
    quiet(again);
    t.strictSame(again.archiveProblem, said, 'the new archive is not missed');
  }
  const seen = journalIn(folder);
  seen.archiveSeen('00');
  t.equal(seen.archiveProblem, null);
  seen.close();
  using after = scoped(journalIn(folder));
  t.equal(after.archiveProblem, null);
  t.equal(after.entry(1), null);
  t.equal(after.archiveProblem, null, 'what is new since is well');
});

t.test('an archive that breaks again is said again', async (t) => {
  const folder = archived(t);
  writeFileSync(archiveIn(folder), Buffer.alloc(8192, 0x5a));
  const first = journalIn(folder);
  t.equal(first.entry(1), null);
  first.archiveSeen('00');
  first.close();
  rmSync(archiveIn(folder));
  const second = journalIn(folder);
  t.equal(second.entry(1), null);
  t.match(second.archiveProblem, { set_aside: null });
  second.close();
  using third = scoped(journalIn(folder));
  t.match(third.archiveProblem, { kind: 'archive-broken', set_aside: null });
});

t.test('an entry whose events cannot be read is not one that was never sent', async (t) => {
  const folder = archived(t);
  spoil(archiveIn(folder), 'events');
  using again = scoped(journalIn(folder));
  t.equal(again.entry(1), null, 'nothing is said of it');
  t.match(again.archiveProblem, { kind: 'archive-broken', set_aside: /archive-broken-/ });
});

t.test('an archive that is gone is said, and made anew', async (t) => {
  const folder = archived(t);
  rmSync(archiveIn(folder));
  using again = scoped(journalIn(folder));
  t.equal(again.entry(1), null);
  t.match(again.archiveProblem, { kind: 'archive-broken', set_aside: null });
});

t.test('a power cut while one is set aside leaves its log, of which nothing comes into the next one', async (t) => {
  const folder = testFolder(t);
  const archive = archiveIn(folder);
  const journal = journalIn(folder);
  for (const amount of [1, 2]) {
    done(journal, amount);
    close(journal);
  }
  quiet(journal);
  // Of the three files the first has its new name, and the log beside it holds all that it has ever been given.
  const log = readFileSync(`${archive}-wal`);
  journal.close();
  t.ok(log.length > 0);
  rmSync(archive);
  writeFileSync(`${archive}-wal`, log);

  using again = scoped(journalIn(folder));
  t.equal(again.entry(1), null);
  t.match(again.archiveProblem, { kind: 'archive-broken' });
  for (const amount of [3, 4]) {
    done(again, amount);
    close(again);
  }
  quiet(again);
  t.equal(again.entry(1), null, 'what was lost is not there by half');
  t.same(
    [2, 3, 4].map((id) => again.entry(id)?.amount),
    [2, 3, 4],
  );
});

t.test('a boot needs nothing of the archive', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const owing = journal.begin(saleOf(1));
  owing.sent();
  owing.handOver();
  for (let turn = 0; turn < 50; turn++) journal.takeTrace();
  journal.tidy();
  // Settled after the index was written, and moved before it is written again.
  owing.reversalBegun();
  owing.reversed('00');
  close(journal);
  done(journal, 3);
  close(journal);
  journal.tidy();
  journal.close();
  t.ok(existsSync(archiveIn(folder)), 'it has moved');
  writeFileSync(archiveIn(folder), Buffer.alloc(8192, 0x5a));
  using again = scoped(journalIn(folder));
  t.same(again.debts(), []);
  t.equal(done(again, 2).state, 'approved');
});

t.test('closed batches move into a new archive where the old one is broken', async (t) => {
  const folder = archived(t);
  spoil(archiveIn(folder), 'entries');
  using again = scoped(journalIn(folder));
  // Even where nothing has to move: what is old is looked for in it.
  quiet(again, 1);
  t.match(again.archiveProblem, { kind: 'archive-broken', set_aside: /archive-broken-/ });
  close(again);
  quiet(again);
  t.equal(again.entry(2)?.amount, 2);
});

t.test('what is older than it is kept is forgotten, but for what people had to rule on', async (t) => {
  const folder = testFolder(t);
  const clock = virtualClock();
  const journal = journalIn(folder, { clock, keep_days: 30 });
  done(journal, 1);
  const ruled = journal.begin(saleOf(2, { copies: [] }));
  ruled.sent();
  ruled.handOver();
  ruled.reversalBegun();
  ruled.ruled({ money: 'not charged', people: ['00', '99'], reference: '000000000018' });
  close(journal);
  done(journal, 3);
  close(journal);
  quiet(journal);
  t.equal(journal.rows({ limit: 10 }).length, 3);
  await clock.advance(31 * 86_400_000);
  done(journal, 4);
  close(journal);
  quiet(journal);
  t.same(
    journal.rows({ limit: 10 }).map(({ amount }) => amount),
    [4, 2],
  );
  journal.close();
});

t.test('rows of money change nowhere else', async (t) => {
  const folder = archived(t);
  const { DatabaseSync } = await import('node:sqlite');
  for (const file of [filesIn(folder).file, archiveIn(folder)]) {
    const database = new DatabaseSync(file);
    for (const sql of ['DELETE FROM entries', 'UPDATE entries SET amount = 0', 'DELETE FROM events']) {
      t.throws(() => database.exec(sql), /append-only/, `${file}: ${sql}`);
    }
    database.close();
  }
});
