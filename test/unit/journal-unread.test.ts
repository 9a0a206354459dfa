import t from 'tap';
import { type Journal, type JournalParts, openJournal } from '../../src/journal/journal.ts';
import { openStore, type Store } from '../../src/journal/store.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch } from '../../src/values/trace.ts';
import { approval, close, done, owing, problemOf, quiet, saleOf, scoped, silence } from '../journal-bench.ts';
import { stormDisk } from '../storms/disk.ts';
import { meter } from '../storms/faults.ts';

const reconciled = { people: ['01', '00'], reference: 'BANK-1' } as const;
const ALWAYS = 1_000_000;
/** More than a boot reads of a small file. */
const READS = 25;
const disk = stormDisk();

/** A terminal with an empty disk. */
function empty(): void {
  disk.wipe({ meter: meter(() => undefined), strike: () => undefined, isDead: () => false });
}

function opened(parts: Partial<JournalParts> = {}): Journal {
  return openJournal({ disk: disk.journal, random: (bytes) => new Uint8Array(bytes).fill(5), ...parts });
}

/** What opening it says, with so many reads that succeed and so many after them that do not; it is closed again. */
function openedWith(good: number, bad: number, parts: Partial<JournalParts> = {}) {
  disk.unreadable('journal.db', good, bad);
  const problem = problemOf(() => opened(parts).close());
  disk.unreadable('', 0, 0);
  return problem;
}

/** A terminal that owes a reversal, and has a sale in the archive. */
function traded(): void {
  empty();
  const journal = opened();
  done(journal, 1);
  close(journal);
  done(journal, 2);
  close(journal);
  quiet(journal);
  owing(journal, 3);
  journal.close();
}

t.test('a read that fails once at power-on is made again, whichever it is', async (t) => {
  traded();
  for (let good = 0; good < READS; good++) t.equal(openedWith(good, 1), null, `after ${good} reads`);
  using journal = scoped(opened());
  t.match(journal.debts(), [{ debt: 'reverse' }]);
});

t.test('a journal that the disk does not give at power-on is left where it is, with what it owes', async (t) => {
  traded();
  const kinds = new Set<string | undefined>();
  for (let good = 0; good < READS; good++) {
    kinds.add(openedWith(good, ALWAYS)?.kind);
    t.equal(disk.journal.exists(), true, `after ${good} reads`);
  }
  t.same([...kinds], ['disk-broken', undefined], 'it is refused by name, until the reads are not made any more');
  using journal = scoped(opened());
  t.match(journal.debts(), [{ debt: 'reverse', entry: { amount: 3 } }]);
  t.equal(journal.entry(1)?.amount, 1);
});

t.test('a journal that the disk does not give is set aside once two people have answered for it', async (t) => {
  traded();
  const atTheCheck = Array.from({ length: READS }, (_, good) => good).filter(
    (good) => openedWith(good, ALWAYS) !== null,
  );
  for (const good of [atTheCheck[0] ?? 0, atTheCheck.at(-1) ?? 0]) {
    traded();
    t.match(openedWith(good, ALWAYS, { reconciled }), { kind: 'journal-broken', set_aside: /^aside-/ });
    t.match(openedWith(0, 0), { kind: 'journal-missing' });
    using anew = scoped(opened({ reconciled }));
    t.equal(anew.last(), null);
  }
  traded();
  const locked = Object.assign(new Error('another terminal has it'), { errcode: 5, errstr: 'database is locked' });
  const { location } = disk.journal;
  const taken = {
    ...disk.journal,
    get location(): string {
      throw locked;
    },
  };
  t.match(
    problemOf(() => opened({ disk: taken, reconciled })),
    { kind: 'disk-broken', why: 'database is locked' },
  );
  t.equal(disk.journal.exists(), true, `${location} is another process's, and stays`);
});

t.test('a row that cannot be read is said by name, and nothing is said of its money', async (t) => {
  empty();
  // More pages than SQLite keeps in memory.
  const sealed = new Uint8Array(20_000);
  const card = { masked: '622202******1234', sealed, fingerprint: new Uint8Array(32).fill(9) };
  const journal = opened();
  for (let amount = 1; amount <= 250; amount++) done(journal, amount, { card });
  for (let turn = 0; turn < 50; turn++) journal.takeTrace();
  quiet(journal);
  journal.close();
  using again = scoped(opened());
  const first = again.entry(250);
  t.equal(again.rows({ limit: 250 }).length, 250, 'what was read first is in memory no more');
  disk.unreadable('journal.db', 0, ALWAYS);
  const asked = {
    'all of them': () => again.rows({ limit: 250 }),
    'the row': () => again.entry(250),
    'what became of it': () => first?.state,
    'those of its amount': () => again.ofAmount(saleOf(250).amount, 5),
  };
  for (const [name, ask] of Object.entries(asked)) {
    t.match(problemOf(ask), { kind: 'disk-broken', file: 'journal.db' }, name);
  }
  disk.unreadable('', 0, 0);
  t.equal(first?.state, 'approved', 'and it is read once the disk gives it');
});

t.test('a read that fails in a commit undoes it whole, and is not made again alone', async (t) => {
  empty();
  const big = Buffer.alloc(8 << 20).toString('latin1');
  const made = openStore(disk.journal, { fresh: true, check: false });
  const note = (store: Store) => store.prepare('INSERT INTO incidents (kind, detail, at_ms) VALUES (?, ?, 0)');
  made.run(note(made), 'big', big);
  made.close();
  const store = openStore(disk.journal, { fresh: false, check: false });
  const write = note(store);
  const read = store.prepare('SELECT detail FROM incidents WHERE id = 1');
  const broken = problemOf(() =>
    store.commit(() => {
      write.run('half', '{}');
      disk.unreadable('journal.db', 10, 1);
      read.get();
      write.run('other half', '{}');
    }),
  );
  t.match(broken, { kind: 'disk-broken' });
  t.same(
    store
      .prepare('SELECT kind FROM incidents ORDER BY id')
      .all()
      .map(({ kind }) => kind),
    ['big'],
  );
  disk.unreadable('journal.db', 10, 1);
  t.equal(read.get()?.detail, big, 'outside of one it is');
  disk.unreadable('', 0, 0);
  store.close();
});

t.test('an archive that the disk does not give keeps no payment from going on, and is found again', async (t) => {
  empty();
  const journal = opened();
  const sale = done(journal, 500);
  close(journal);
  done(journal, 1);
  close(journal);
  quiet(journal);
  const refund = journal.begin(saleOf(200, { type: 'refund', original: sale }));
  refund.sent();
  refund.answered(silence);
  refund.handOver();
  journal.close();
  disk.unreadable('archive.db', 0, ALWAYS);
  const without = opened();
  t.match(without.debts(), [{ debt: 'repeat', state: 'unknown' }]);
  t.equal(without.debts()[0]?.entry.original, null);
  t.match(without.archiveProblem, { kind: 'archive-broken', file: 'archive.db', set_aside: null });
  t.equal(done(without, 9).state, 'approved');
  quiet(without);
  without.archiveSeen('00');
  t.equal(without.archiveProblem, null);
  t.equal(without.entry(sale.id), null);
  without.close();
  disk.unreadable('', 0, 0);
  using again = scoped(opened());
  t.equal(again.debts()[0]?.entry.original?.amount, 500, 'at the next start');
  t.equal(again.archiveProblem, null);
});

t.test('what an archive that is not read may hold is not said to be nothing, until a batch is closed', async (t) => {
  empty();
  const journal = opened();
  const named = { ...approval, reference: '113009410017', authorisation: 'H00001' };
  const sale = done(journal, 500, {}, named);
  const hold = done(journal, 600, { type: 'preauth' }, named);
  done(journal, 200, { type: 'refund', digest: 'd1', particulars: { reference: '113009410099', date: '0101' } });
  close(journal);
  const recent = done(journal, 1);
  close(journal);
  quiet(journal);
  journal.close();
  const asked: Record<string, (journal: Journal) => unknown> = {
    sale: (from) => from.findReference('113009410017')?.id,
    hold: (from) => from.findHold('H00001')?.id,
    refund: (from) => from.begunBy('reference', '113009410099').length,
    state: (from) => from.entry(sale.id)?.state,
  };
  for (let good = 0; good < READS; good++) {
    using journal = scoped(opened());
    disk.unreadable('archive.db', good, ALWAYS);
    const found: unknown[] = [];
    const problem = problemOf(() => found.push(asked.sale?.(journal)));
    disk.unreadable('', 0, 0);
    t.ok(problem?.kind === 'archive-broken' || found[0] === hold.id, `after ${good} reads: ${found[0]}`);
  }
  using without = scoped(opened());
  disk.unreadable('archive.db', 0, ALWAYS);
  for (const ask of [asked.sale, asked.hold, asked.refund, asked.sale]) {
    t.match(
      problemOf(() => ask?.(without)),
      { kind: 'archive-broken', set_aside: null, in_place: true },
    );
  }
  t.same(
    without.begunBy('reference', '113009410099', recent.id),
    [],
    'what came later than all of it is in the journal',
  );
  disk.unreadable('', 0, 0);
  t.match(
    problemOf(() => asked.sale?.(without)),
    { kind: 'archive-broken' },
    'its disk is not asked at each turn',
  );
  close(without);
  t.equal(asked.sale?.(without), hold.id, 'the newest with that reference');
  t.equal(asked.hold?.(without), hold.id);
  t.equal(asked.refund?.(without), 1);
  t.equal(without.archiveProblem, null, 'and nothing is left to be seen');
});

t.test('an archived entry is given with what became of it, or not at all, whichever read fails', async (t) => {
  traded();
  for (let good = 0; good < READS; good++) {
    using journal = scoped(opened());
    disk.unreadable('archive.db', good, ALWAYS);
    const entry = journal.entry(1);
    if (entry !== null) {
      let state: string | null = null;
      const problem = problemOf(() => {
        state = entry.state;
      });
      t.ok(problem?.kind === 'archive-broken' || state === 'approved', `after ${good} reads: ${state}`);
    }
    disk.unreadable('', 0, 0);
  }
});

t.test('a read of the archive that fails once is made again', async (t) => {
  traded();
  for (let good = 0; good < READS; good++) {
    using journal = scoped(opened());
    disk.unreadable('archive.db', good, 1);
    t.equal(journal.entry(1)?.amount, 1, `after ${good} reads`);
    t.equal(journal.archiveProblem, null);
  }
  disk.unreadable('', 0, 0);
});

t.test('a quiet moment keeps the journal small whatever is wrong with the disk of the archive', async (t) => {
  traded();
  using journal = scoped(opened());
  done(journal, 4);
  for (let turn = 0; turn < 50; turn++) journal.takeTrace();
  disk.unreadable('archive.db', 0, ALWAYS);
  const before = disk.journal.readMarker();
  t.match(
    problemOf(() => journal.tidy()),
    { kind: 'disk-broken', file: 'archive.db' },
  );
  t.not(disk.journal.readMarker(), before);
  disk.unreadable('', 0, 0);
  journal.tidy();
});

t.test(
  'who is told of a change and cannot read more of it does not make it look as if it were not written',
  async (t) => {
    traded();
    using journal = scoped(opened());
    const stop = journal.watch(() => {
      throw new Fault({ kind: 'disk-broken', file: 'journal.db', why: 'disk I/O error' });
    });
    const sale = done(journal, 7);
    t.equal(sale.state, 'approved');
    t.equal(journal.last()?.id, sale.id);
    stop();
    journal.watch(() => {
      throw new TypeError('a bug');
    });
    t.throws(() => journal.begin(saleOf(8)), TypeError);
  },
);

t.test('a settlement is as far as the disk has taken it: what was refused of it has not happened', async (t) => {
  empty();
  using journal = scoped(opened());
  done(journal, 100);
  const refused = (write: () => unknown, name: string) => {
    disk.trouble(false, true);
    t.match(problemOf(write), { kind: 'disk-read-only' }, name);
    disk.trouble(false, false);
  };
  const two = batch('000002');
  const stands = () => [journal.settling?.steps.length ?? null, journal.settlementUnprinted()?.batch ?? null];
  t.same(stands(), [null, null]);
  refused(() => journal.beginSettlement('01'), 'it does not begin');
  t.same(stands(), [null, null]);
  const begun = journal.beginSettlement('01');
  if ('owing' in begun) throw new Error('nothing is owed');
  t.same(stands(), [0, null]);
  refused(() => journal.settled(begun, { kind: 'ended', next: two }), 'a step');
  t.same(stands(), [0, null]);
  const ended = journal.settled(begun, { kind: 'ended', next: two });
  t.same(stands(), [1, null]);
  refused(() => journal.closeBatch(two), 'the end');
  t.same(stands(), [1, null]);
  t.equal(journal.isBeingSettled, true);
  t.same(journal.closeBatch(two), { closed: true });
  t.same(stands(), [null, '000001'], 'its slip is owed');
  refused(() => journal.settled(ended, { kind: 'slip-printed' }), 'the word that it is printed');
  t.same(stands(), [null, '000001']);
  journal.settled(ended, { kind: 'slip-printed' });
  t.same(stands(), [null, null]);
});
