import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import type { ReversalRequest } from '../../src/host/reversal.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Answered } from '../../src/journal/events.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { APPLICATION_ID, migrate, PAGE_BYTES, steps, versionOf } from '../../src/journal/schema.ts';
import { textsOf } from '../../src/operator/screen.ts';
import { reversalOf } from '../../src/outbox/reversal.ts';
import { whyNoVoid } from '../../src/refund/original.ts';
import { fen } from '../../src/values/fen.ts';
import { batch } from '../../src/values/trace.ts';
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
import { samples, sentencesOf } from '../screens/samples.ts';

function sold(journal: Journal, answer: Answered = approval): Entry {
  const entry = journal.begin(saleOf(12_850));
  entry.sent();
  entry.answered(answer);
  if (answer.money === 'charged') entry.completed();
  else entry.handOver();
  return entry;
}

function begun(journal: Journal, original: Entry): Entry {
  return journal.begin(saleOf(12_850, { type: 'void', original }));
}

t.test('the bank’s yes to a void makes its sale voided, through a power cut too', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const sale = sold(journal);
  const undo = begun(journal, sale);
  t.equal(sale.state, 'approved', 'nothing has left');
  undo.sent();
  t.equal(sale.state, 'approved');
  undo.answered(approval);
  undo.completed();
  t.equal(undo.state, 'approved');
  t.equal(sale.state, 'voided');
  t.match(journal.rows({ limit: 2 }), [
    { type: 'void', original: sale.trace, state: 'approved' },
    { type: 'sale', original: null, state: 'voided' },
  ]);
  journal.close();
  using again = scoped(journalIn(folder));
  t.same(
    again.rows({ limit: 2 }).map(({ state }) => state),
    ['approved', 'voided'],
  );
});

t.test('a void that is declined, unknown or reversed leaves the sale as it was', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = sold(journal);
  const declined = begun(journal, sale);
  declined.sent();
  declined.answered(refusal);
  t.equal(sale.state, 'approved');
  const lost = begun(journal, sale);
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  t.equal(lost.debt, 'reverse');
  t.equal(sale.state, 'approved');
  lost.reversalBegun();
  lost.reversed('00');
  t.equal(lost.state, 'reversed');
  t.equal(sale.state, 'approved', 'money rule 7: it is charged again');
});

t.test('a void is not what the same card has paid before', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = sold(journal);
  const undo = begun(journal, sale);
  undo.sent();
  undo.answered(approval);
  undo.completed();
  const like = { fingerprint: new Uint8Array(32).fill(9), amount: fen(12_850), within_ms: 60_000 };
  t.equal(journal.again(like)?.id, sale.id, 'money rule 16 asks about the sale, and says that it is voided');
});

t.test('two people may rule that a void stands: its sale is voided then', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = sold(journal);
  const lost = begun(journal, sale);
  lost.sent();
  lost.handOver();
  lost.reversalBegun();
  lost.ruled({ money: 'charged', people: ['00', '99'], reference: '000000000018' });
  t.equal(sale.state, 'voided');
});

t.test('each state of a sale has its reason against a void, and a success has none', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  t.equal(whyNoVoid(journal, null), 'unknown');
  t.equal(whyNoVoid(journal, sold(journal, refusal)), 'not-charged');
  const unknown = sold(journal, silence);
  t.equal(whyNoVoid(journal, unknown), 'unsettled');
  unknown.reversalBegun();
  unknown.noOriginal('25');
  t.equal(whyNoVoid(journal, unknown), 'unsettled', 'reversed and unconfirmed');
  const reference = sold(journal, { ...approval, reference: null });
  t.equal(whyNoVoid(journal, reference), 'no-reference');

  const sale = sold(journal);
  t.equal(whyNoVoid(journal, sale), null);
  const lost = begun(journal, sale);
  t.equal(whyNoVoid(journal, sale), 'underway', 'begun by a flow');
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  t.equal(whyNoVoid(journal, sale), 'underway');
  lost.reversalBegun();
  t.equal(whyNoVoid(journal, sale), 'underway');
  lost.parked();
  t.equal(whyNoVoid(journal, sale), 'underway', 'parked is still owed');
  lost.noOriginal('25');
  t.equal(whyNoVoid(journal, sale), 'underway', 'the bank may take the first one yet');
  lost.confirmed('inquiry');
  t.equal(whyNoVoid(journal, sale), null, 'reversed: it may be voided again');
  const undo = begun(journal, sale);
  undo.sent();
  undo.answered(approval);
  undo.completed();
  t.equal(whyNoVoid(journal, sale), 'voided');
  t.equal(whyNoVoid(journal, undo), 'not-sale');

  const tipped = sold(journal);
  const tip = journal.begin(saleOf(500, { type: 'tip', original: tipped, digest: 'd1' }));
  tip.accepted();
  t.equal(whyNoVoid(journal, tipped), 'unsettled', 'the bank would not know the amount');
  tip.told(approval);
  t.equal(whyNoVoid(journal, tipped), null);
  for (const [type, why] of [
    ['instalment', null],
    ['completion', 'not-sale'],
  ] as const) {
    const other = journal.begin(saleOf(12_850, { type }));
    other.sent();
    other.answered(approval);
    other.completed();
    t.equal(whyNoVoid(journal, other), why, type);
  }

  const old = sold(journal);
  journal.openBatch(batch('000002'));
  t.equal(whyNoVoid(journal, old), 'settled');
});

t.test('the reversal of a void is a void’s, and names the sale', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = sold(journal);
  const undo = begun(journal, sale);
  undo.sent();
  undo.answered(answerOf('unknown', null, 'bad-mac'));
  const expected: Partial<ReversalRequest> = {
    ...({ transaction: 'void', trace: undo.trace, batch: undo.batch, reason: 'A0' } as const),
    original: {
      ...{ place: { batch: sale.batch, trace: sale.trace }, date: '1124' },
      ...{ reference: '000000000017', authorisation: 'A00001' },
    },
  };
  t.match(
    reversalOf(undo, () => ({ pan: null, expiry: null })),
    expected,
  );
  t.equal(reversalOf(sale, () => ({ pan: null, expiry: null })).original, null);
});

t.test('a journal of the first release is brought forward with its rows', async (t) => {
  const folder = testFolder(t);
  const { file } = filesIn(folder);
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA application_id = ${APPLICATION_ID}`);
  migrate(database, file, steps.slice(0, 1));
  database.exec(`INSERT INTO facts VALUES ('journal', 'first'), ('trace', '000001');
    INSERT INTO batches (number, opened_ms) VALUES ('000001', 0);
    INSERT INTO entries (batch, trace, type, amount, entry_mode, operator, copies, begun_ms)
      VALUES (1, '000001', 'sale', 12850, '021', '01', '', 0);
    INSERT INTO events VALUES (1, 0, 'sent', NULL, 0)`);
  database.close();
  const journal = journalIn(folder);
  t.match(journal.rows({ limit: 9 }), [{ type: 'sale', amount: 12_850, state: 'unknown', original: null }]);
  t.equal(sold(journal).original, null);
  journal.close();
  const newer = new DatabaseSync(file);
  t.equal(versionOf(newer), steps.length);
  t.match(
    problemOf(() => migrate(newer, file, steps.slice(0, 1))),
    { kind: 'journal-newer', file, found: steps.length, reads: 1 },
    'no release reads back',
  );
  newer.close();
});

t.test('no screen of a void says that the customer was not charged, and each names the sale’s money', async (t) => {
  const moneyOf = {
    'void.approved': 'money.voided',
    'void.declined': 'money.still-charged',
    'void.declined:original': 'money.nothing-done',
    'void.refused': 'money.still-charged',
    'void.card.different': 'money.still-charged',
    'void.card.another': 'money.still-charged',
    'void.reversed': 'money.still-charged',
    'void.unknown': 'unknown.money',
    'void.reversing': 'money.unknown',
    'void.reversed-unconfirmed': 'money.unknown',
    'void.parked': 'money.unknown',
  } as const;
  for (const language of ['zh-CN', 'en'] as const) {
    const text = texts(language);
    for (const [name, make] of Object.entries(samples).filter(([name]) => name.startsWith('void.'))) {
      const shown = textsOf(make(text, sentencesOf(language)));
      t.notOk(shown.includes(text('money.not-charged')), `${language} ${name}`);
      t.notOk(shown.includes(text('money.charged')), `${language} ${name}`);
      const money = Object.entries(moneyOf).find(([id]) => id === name)?.[1];
      if (money !== undefined) t.ok(shown.includes(text(money)), `${language} ${name} says ${text(money)}`);
    }
  }
});
