import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { journalDisk } from '../../src/journal/disk.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal, JournalParts, Request } from '../../src/journal/journal.ts';
import { fen } from '../../src/values/fen.ts';
import { batch, following, trace } from '../../src/values/trace.ts';
import {
  answerOf,
  approval,
  done,
  filesIn,
  journalIn,
  problemOf,
  refusal,
  saleOf,
  scoped,
  silence,
  testFolder,
} from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const by = { people: ['00', '99'], reference: 'BANK-1' } as const;

function lost(journal: Journal, amount = 1, more: Partial<Request> = {}): Entry {
  const entry = journal.begin(saleOf(amount, { copies: [], ...more }));
  entry.sent();
  entry.answered(silence);
  entry.handOver();
  return entry;
}

/** A journal of which each next closed batch moves into the archive but for the newest. */
function withArchive(t: Test, rows: number): { journal: Journal; folder: string } {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  for (let row = 1; row <= rows; row++) {
    done(journal, row, { type: row % 2 === 0 ? 'preauth' : 'sale' }, named(row));
  }
  for (let turn = 0; turn < 2; turn++) journal.closeBatch(following(journal.batch));
  for (let turn = 0; turn < 20; turn++) journal.tidy();
  t.teardown(() => journal.close());
  return { journal, folder };
}

const named = (row: number) => ({
  ...approval,
  reference: String(row).padStart(12, '0'),
  authorisation: `A${String(row).padStart(5, '0')}`,
});
const idOf = (entry: Entry | null) => entry?.id ?? null;

t.test('what is named by the bank is found in the journal, and in its archive', async (t) => {
  const { journal } = withArchive(t, 6);
  const [seven, eight, again] = [7, 8, 8].map((row) => done(journal, 1, { type: 'preauth' }, named(row)));
  done(journal, 1, { type: 'sale' }, named(9));
  t.equal(idOf(journal.findReference('000000000003')), 3);
  t.equal(idOf(journal.findReference('000000000007')), seven?.id);
  t.equal(idOf(journal.findReference('000000000008')), again?.id, 'the newest');
  t.equal(journal.findReference('000000000010'), null);
  t.equal(idOf(journal.findHold('A00004')), 4);
  t.equal(idOf(journal.findHold('A00007')), seven?.id);
  t.equal(idOf(journal.findHold('A00008')), again?.id, 'the newest');
  t.equal(journal.findHold('A00003'), null, 'a sale holds nothing');
  t.equal(journal.findHold('A00009'), null);
  t.ok(eight);
  const told = journal.begin(saleOf(1, { type: 'offline', copies: [] }));
  told.accepted();
  told.told(named(11));
  t.equal(idOf(journal.findReference('000000000011')), told.id, 'what was told has a reference too');
});

t.test('the newest come first, from the journal and then from its archive, and no more than asked', async (t) => {
  const { journal } = withArchive(t, 6);
  const three = [1, 1, 2].map((amount) => done(journal, amount));
  const ids = (limit: number) => journal.rows({ limit }).map(({ id }) => id);
  t.same(ids(2), [9, 8]);
  t.same(ids(3), [9, 8, 7]);
  t.same(ids(5), [9, 8, 7, 6, 5]);
  t.same(ids(99), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
  t.equal(idOf(journal.last()), three[2]?.id);
  const of = (amount: number, limit: number) => journal.ofAmount(fen(amount), limit).map(({ id }) => id);
  t.same(of(1, 9), [8, 7, 1]);
  t.same(of(1, 2), [8, 7]);
  t.same(of(1, 3), [8, 7, 1]);
  t.same(
    journal.page({ batchId: 1, after: 2, limit: 3 }).map(({ id }) => id),
    [3, 4, 5],
  );
  t.same(
    journal.page({ batchId: 1, after: 5, limit: 3 }).map(({ id }) => id),
    [6],
  );
  t.same(journal.page({ batchId: 1, after: 6, limit: 3 }), []);
  t.same(
    journal.page({ after: 0, limit: 2 }).map(({ id }) => id),
    [7, 8],
    'of the open batch',
  );
  t.equal(journal.entry(99), null);
});

t.test('however many are asked for, each of the newest comes once', async (t) => {
  const { journal } = withArchive(t, 40);
  for (let amount = 1; amount <= 5; amount++) done(journal, amount);
  for (const limit of [0, 1, 7, 8, 9, 23, 24, 25, 30, 44, 45, 99]) {
    const newest = Array.from({ length: Math.min(limit, 45) }, (_, place) => 45 - place);
    t.same(Array.from(journal.newest(limit), idOf), newest, `${limit}`);
  }
});

t.test('the same trace is found in the batch that is meant, the newest where none is', async (t) => {
  const { journal } = withArchive(t, 3);
  const place = { ...journal.reserve(), trace: trace('000002') };
  const newer = done(journal, 5, { place });
  t.equal(idOf(journal.find(trace('000002'))), newer.id);
  t.equal(idOf(journal.find(trace('000002'), batch('000001'))), 2);
  t.equal(journal.find(trace('000002'), batch('000002')), null);
  t.equal(journal.knows({ batch: batch('000001'), trace: trace('000002') }), true);
  t.equal(journal.knows({ batch: batch('000002'), trace: trace('000002') }), false);
  t.equal(journal.knows({ batch: journal.batch, trace: trace('000777') }), false);
});

t.test('a request of the same card may have been charged, or held: each is told apart', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const like = { fingerprint: new Uint8Array(32).fill(9), amount: fen(500), within_ms: 300_000 };
  const hold = done(journal, 500, { type: 'preauth' });
  t.equal(journal.again(like), null, 'a hold is no charge');
  t.equal(idOf(journal.again({ ...like, moves: 'held' })), hold.id);
  const sale = done(journal, 500);
  t.equal(idOf(journal.again(like)), sale.id);
  t.equal(idOf(journal.again({ ...like, moves: 'in' })), sale.id);
  t.equal(idOf(journal.again({ ...like, moves: 'held' })), hold.id);
});

t.test('a batch is full by its rows of open batches, and a new one has room', async (t) => {
  const folder = testFolder(t);
  let journal = journalIn(folder, { most_rows: 3 });
  done(journal, 1);
  done(journal, 2);
  journal.close();
  journal = journalIn(folder, { most_rows: 3 });
  done(journal, 3);
  const full = { kind: 'batch-full', rows: 3 };
  t.same(
    problemOf(() => journal.reserve()),
    full,
  );
  t.same(journal.closeBatch(batch('000002')), { closed: true });
  done(journal, 4);
  t.equal(journal.rows({ limit: 9 }).length, 4);
  journal.close();
  using whole = scoped(journalIn(folder));
  t.equal(whole.rows({ limit: 1 })[0]?.amount, 4);
});

t.test('a row goes to the batch of its place, while that is open', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const place = journal.reserve();
  journal.openBatch(batch('000005'));
  t.equal(done(journal, 1, { place }).batch, '000001', 'left open');
  const [kept, late] = [journal.reserve(), journal.reserve()];
  done(journal, 2, { place: kept });
  journal.closeBatch(batch('000006'));
  t.throws(() => journal.begin(saleOf(1, { place: late })), /batch 000005 is closed/);
});

t.test('only debts of the open batch, and entries in hand, keep the batch open', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const before = lost(journal);
  journal.openBatch(batch('000002'));
  t.match(journal.beginSettlement('01'), { batch: '000002' }, 'what another batch owes does not count');
  t.same(journal.closeBatch(batch('000003')), { closed: true });
  const owing = lost(journal);
  const inHand = journal.begin(saleOf(1));
  t.ok(journal.busy);
  t.same(
    journal.debts().map(({ entry, debt, state }) => [entry.id, debt, state]),
    [
      [before.id, 'reverse', 'unknown'],
      [owing.id, 'reverse', 'unknown'],
    ],
  );
  t.same(journal.closeBatch(batch('000004')), { closed: false, owing: 2 });
  t.same(journal.beginSettlement('01'), { owing: 2 });
  t.equal(journal.settling, null);
  inHand.handOver();
  t.same(journal.closeBatch(batch('000004')), { closed: false, owing: 1 });
  owing.reversalBegun();
  owing.noOriginal('25');
  t.same(journal.closeBatch(batch('000004')), { closed: true }, 'what is to be confirmed does not');
});

t.test('what has yet to reach the bank, or may have, stands apart in the totals', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const unknown = lost(journal, 10);
  const reversing = lost(journal, 20);
  reversing.reversalBegun();
  const parked = lost(journal, 40);
  parked.reversalBegun();
  parked.parked();
  const offline = journal.begin(saleOf(80, { type: 'offline', copies: ['merchant'] }));
  offline.accepted();
  const refused = journal.begin(saleOf(160, { copies: [] }));
  refused.sent();
  refused.answered(refusal);
  done(journal, 320, { copies: ['merchant'] });
  done(journal, 640);
  const { approved, pending } = journal.totals();
  t.match(
    pending.map(({ type, count, amount }) => [type, count, amount]),
    [
      ['sale', 3, 70],
      ['offline', 1, 80],
    ],
  );
  t.match(
    approved.map(({ type, count, amount }) => [type, count, amount]),
    [['sale', 2, 960]],
    'with paper owed and without',
  );
  t.equal(unknown.state, 'unknown');
  journal.openBatch(batch('000002'));
  t.same(journal.totals(), { approved: [], pending: [], waiting: 0 });
});

t.test('two people answer for what the bank has, once and for that alone, and traces go on after it', async (t) => {
  const folder = testFolder(t);
  const clock = virtualClock();
  let journal = journalIn(folder, { clock });
  t.equal(journal.compared, false);
  journal.foundBanksNewest();
  t.equal(journal.compared, true);
  done(journal, 1);
  const place = { batch: batch('000001'), trace: trace('000040') };
  t.equal(journal.knows(place), false);
  journal.reconcile({ batch: batch('000007'), trace: trace('000900') }, by);
  t.equal(journal.lastTrace, '000001', 'another batch has traces of its own');
  t.equal(journal.knows({ batch: batch('000007'), trace: trace('000900') }), true);
  journal.reconcile(place, by);
  t.equal(journal.lastTrace, '000040');
  t.equal(journal.knows(place), true);
  t.equal(journal.knows({ batch: batch('000007'), trace: trace('000900') }), false, 'the newest alone');
  t.equal(journal.knows({ ...place, trace: trace('000041') }), false);
  journal.close();
  journal = journalIn(folder, { clock });
  t.equal(journal.compared, false, 'each start compares anew');
  t.equal(journal.knows(place), true);
  t.equal(journal.takeTrace(), '000041');
  journal.close();
  const database = new DatabaseSync(filesIn(folder).file);
  const incidents = database.prepare('SELECT kind, detail, at_ms FROM incidents ORDER BY rowid').all();
  database.close();
  t.match(
    incidents.map(({ kind, detail, at_ms }) => ({ kind, detail: JSON.parse(String(detail)), at_ms })),
    [
      { kind: 'reconciled', detail: { ...by, batch: '000007', trace: '000900' }, at_ms: clock.now() },
      { kind: 'reconciled', detail: { ...by, ...place }, at_ms: clock.now() },
    ],
  );
});

t.test('who watches is told of each change once it is there, and what is noted is told with its facts', async (t) => {
  const noted: [number, string][] = [];
  const stepped: [string, string][] = [];
  const parts: Partial<JournalParts> = {
    noted: ({ id }, { kind }) => void noted.push([id, kind]),
    stepped: (of, { kind }) => void stepped.push([of, kind]),
  };
  using journal = scoped(journalIn(testFolder(t), parts));
  let told = 0;
  const stop = journal.watch(() => told++);
  const tells = (times: number, work: () => unknown, why = 'once') => {
    const before = told;
    work();
    t.equal(told - before, times, why);
  };
  tells(0, () => journal.openBatch(batch('000001')), 'it is open already');
  tells(1, () => journal.openBatch(batch('000002')));
  tells(1, () => journal.begin(saleOf(1, { copies: [] })));
  const begun = journal.last();
  tells(1, () => begun?.sent());
  tells(1, () => begun?.answered(refusal));
  t.same(noted, [
    [1, 'begun'],
    [1, 'sent'],
    [1, 'answered'],
  ]);
  const settlement = journal.beginSettlement('01');
  if ('owing' in settlement) throw new Error('nothing is owed');
  const step = { kind: 'compared', flags: { home: 1, foreign: 1 }, bank: settlement.totals } as const;
  tells(1, () => journal.settled(settlement, step));
  t.same(stepped, [['000002', 'compared']]);
  tells(1, () => journal.closeBatch(batch('000003')));
  tells(1, () => journal.closeBatch(batch('000003')), 'an empty one too');
  stop();
  tells(0, () => journal.openBatch(batch('000009')));
});

t.test('before the card the disk is asked for its room, and then written', async (t) => {
  const folder = testFolder(t);
  const disk = journalDisk(filesIn(folder));
  const asked: number[] = [];
  const trouble = (bytes: number) => {
    asked.push(bytes);
    return asked.length > 1 ? ({ kind: 'disk-full', file: 'journal.db' } as const) : null;
  };
  using journal = scoped(journalIn(folder, { disk: { ...disk, trouble } }));
  journal.checkWritable();
  t.same(
    problemOf(() => journal.checkWritable()),
    { kind: 'disk-full', file: 'journal.db' },
  );
  t.same(asked, [4_194_304, 4_194_304]);
  const other = testFolder(t);
  using small = scoped(
    journalIn(other, {
      spare_bytes: 7,
      disk: {
        ...journalDisk(filesIn(other)),
        trouble: (bytes) => {
          asked.push(bytes);
          return null;
        },
      },
    }),
  );
  small.checkWritable();
  t.equal(asked.at(-1), 7);
});

t.test('a settlement is told from the one before it, with its time and its slip', async (t) => {
  const folder = testFolder(t);
  const clock = virtualClock();
  const journal = journalIn(folder, { clock });
  const settle = (next: string) => {
    const begun = journal.beginSettlement('01');
    if ('owing' in begun) throw new Error('nothing is owed');
    t.equal(begun.begun_ms, clock.now());
    t.same(begun.steps, []);
    const ended = journal.settled(begun, { kind: 'ended', next });
    t.equal(journal.settlementUnprinted()?.id === begun.id, false, 'while it is open it owes no slip');
    journal.closeBatch(batch(next));
    return ended;
  };
  t.equal(journal.lastSettlement(), null);
  t.equal(journal.settlementUnprinted(), null);
  const first = settle('000002');
  await clock.advance(1000);
  const second = settle('000003');
  t.equal(journal.lastSettlement()?.id, second.id);
  t.match(journal.lastSettlement(), { batch: '000002', batchId: 2 });
  t.equal(journal.settlementUnprinted()?.id, first.id, 'the oldest');
  const begun = journal.settled(first, { kind: 'slip-begun' });
  t.equal(journal.settlementUnprinted()?.id, first.id);
  t.same(
    journal.settled(begun, { kind: 'slip-printed' }).steps.map(({ kind }) => kind),
    ['ended', 'slip-begun', 'slip-printed'],
  );
  t.equal(journal.settlementUnprinted()?.id, second.id);
  journal.close();
  using again = scoped(journalIn(folder));
  t.equal(again.settlementUnprinted()?.id, second.id);
  t.equal(again.settling, null);
});

t.test('an answer keeps its code and its evidence, in the order in which they came', async (t) => {
  const folder = testFolder(t);
  const clock = virtualClock();
  const journal = journalIn(folder, { clock });
  const entry = journal.begin(saleOf(1, { copies: [] }));
  entry.sent();
  await clock.advance(1500);
  entry.answered(silence);
  entry.late(answerOf('not charged', '51'));
  entry.handOver();
  const told = [
    ['sent', clock.now() - 1500],
    ['answered', clock.now()],
    ['late', clock.now()],
  ];
  const storyOf = (of: Entry | null) => of?.story.map(({ event, at_ms }) => [event.kind, at_ms]);
  t.same(storyOf(entry), told);
  journal.close();
  using again = scoped(journalIn(folder));
  t.same(storyOf(again.entry(entry.id)), told);
  t.match(again.entry(entry.id)?.story.at(-1)?.event, { answer: { code: '51' } });
});
