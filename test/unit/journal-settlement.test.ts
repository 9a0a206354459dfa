import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal, Request } from '../../src/journal/journal.ts';
import { type Sum, settlementTotals } from '../../src/journal/sums.ts';
import { types } from '../../src/journal/types.ts';
import { fen } from '../../src/values/fen.ts';
import { batch, trace } from '../../src/values/trace.ts';
import {
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

const two = batch('000002');
const nothing = { amount: 0, count: 0 };

function told(journal: Journal, amount: number, more: Partial<Request>): Entry {
  const entry = journal.begin(saleOf(amount, { copies: [], ...more }));
  entry.accepted();
  entry.told(approval);
  return entry;
}

const foreign = {
  card: { masked: '476134******0001', sealed: new Uint8Array(8), fingerprint: new Uint8Array(32), group: 'foreign' },
} as const;

/** A day with something of everything that counts, and of what does not. */
function trade(journal: Journal): void {
  const sale = done(journal, 10_000);
  told(journal, 1000, { type: 'tip', original: sale, particulars: { before: fen(10_000) } });
  done(journal, 500, { operator: '02' });
  done(journal, 500, { type: 'void', original: done(journal, 500) });
  done(journal, 7000, foreign);
  done(journal, 300, { type: 'refund', ...foreign });
  const offline = told(journal, 2000, { type: 'offline' });
  told(journal, 1500, { type: 'adjust', original: offline, particulars: { before: fen(2000) } });
  done(journal, 9999, { type: 'preauth' });
  const declined = journal.begin(saleOf(1));
  declined.sent();
  declined.answered(refusal);
}

const expected = {
  home: { debit: { amount: 10_000 + 1000 + 500 + 500 + 1500, count: 4 }, credit: { amount: 500, count: 1 } },
  foreign: { debit: { amount: 7000, count: 1 }, credit: { amount: 300, count: 1 } },
};

t.test('the totals run along, by type, operator and card group, and are the same after a restart', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  t.same(settlementTotals(journal.totals().approved), {
    home: { debit: nothing, credit: nothing },
    foreign: { debit: nothing, credit: nothing },
  });
  trade(journal);
  t.same(settlementTotals(journal.totals().approved), expected);
  t.match(
    journal.totals().approved.find(({ operator }) => operator === '02'),
    { type: 'sale', count: 1, amount: 500 },
  );
  journal.close();
  const again = journalIn(folder);
  t.same(settlementTotals(again.totals().approved), expected, 'from the entries alone');
  for (let turn = 0; turn < 50; turn++) again.takeTrace();
  again.tidy();
  trade(again);
  const doubled = settlementTotals(again.totals().approved);
  t.equal(doubled.home.debit.amount, 2 * expected.home.debit.amount);
  again.close();
  using third = scoped(journalIn(folder));
  t.same(settlementTotals(third.totals().approved), doubled, 'from what was kept, and the entries after it');
});

t.test('a settlement counts the rows, whatever the running totals have become', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  trade(journal);
  const right = settlementTotals(journal.totals().approved);
  for (let row = 0; row < 60; row++) done(journal, 1, { type: 'preauth' });
  journal.tidy();
  journal.close();
  const file = new DatabaseSync(filesIn(folder).file);
  t.ok(Number(file.prepare('UPDATE sums SET amount = amount + 100, count = count + 1').run().changes) > 3);
  file.close();
  using again = scoped(journalIn(folder));
  t.notSame(settlementTotals(again.totals().approved), right);
  t.match(again.beginSettlement('01'), { totals: right });
});

t.test('adjustments that outweigh the debits of a group are given back, and no batch is stuck with them', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const before = told(journal, 2000, { type: 'offline' });
  journal.closeBatch(two);
  told(journal, 500, { type: 'adjust', original: before, particulars: { before: fen(2000) } });
  done(journal, 1000);
  t.match(journal.beginSettlement('01'), {
    totals: {
      home: { debit: { amount: 0, count: 1 }, credit: { amount: 500, count: 0 } },
      foreign: { debit: nothing },
    },
  });
});

t.test(
  'whatever the sums, the two sides of a group differ by what they come to, and no side is below zero',
  async (t) => {
    const sum = fc.record({
      type: fc.constantFrom<Sum['type']>('sale', 'offline', 'tip', 'adjust', 'void', 'refund', 'preauth'),
      operator: fc.constantFrom('01', '02'),
      group: fc.constantFrom<Sum['group']>('home', 'foreign'),
      count: fc.nat(50),
      amount: fc.nat(1_000_000),
    });
    const lowering = ({ type, amount, ...rest }: Sum): Sum => ({
      ...rest,
      type,
      amount: type === 'adjust' ? -amount : amount,
    });
    fc.assert(
      fc.property(fc.array(sum.map(lowering), { maxLength: 12 }), (sums) => {
        const totals = settlementTotals(sums);
        for (const group of ['home', 'foreign'] as const) {
          const of = (...sides: string[]) =>
            sums.filter((one) => one.group === group && sides.includes(types[one.type].settles));
          const worth = (rows: readonly Sum[]) => rows.reduce((amount, one) => amount + one.amount, 0);
          const { debit, credit } = totals[group];
          t.equal(debit.amount - credit.amount, worth(of('debit', 'change')) - worth(of('credit')));
          t.ok(debit.amount === Math.max(0, worth(of('debit', 'change'))) && credit.amount >= worth(of('credit')));
        }
      }),
    );
  },
);

t.test('what the bank has yet to be told stands apart until it has it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const entry = journal.begin(saleOf(2000, { type: 'offline', copies: [] }));
  entry.accepted();
  t.match(journal.totals(), { approved: [], pending: [{ type: 'offline', count: 1, amount: 2000 }] });
  entry.told(approval);
  t.match(journal.totals(), { approved: [{ type: 'offline', count: 1, amount: 2000 }], pending: [] });
});

t.test('money owed keeps a settlement from beginning, paper does not', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const lost = journal.begin(saleOf(100));
  t.same(journal.beginSettlement('01'), { owing: 1 }, 'in hand');
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  t.same(journal.beginSettlement('01'), { owing: 1 });
  lost.reversalBegun();
  lost.reversed('00');
  done(journal, 100, { copies: ['merchant'] });
  t.match(journal.beginSettlement('01'), { totals: { home: { debit: { amount: 100, count: 1 } } } });
});

t.test('a settlement goes on at its step after a power cut, and closes its batch last', async (t) => {
  const folder = testFolder(t);
  let journal = journalIn(folder);
  trade(journal);
  const begun = journal.beginSettlement('01');
  if ('owing' in begun) throw new Error('nothing is owed');
  const flags = { home: 1, foreign: 2 } as const;
  const compared = journal.settled(begun, { kind: 'compared', flags, bank: begun.totals });
  journal.settled(compared, { kind: 'uploaded', last: 6, rows: 2 });
  journal.close();

  journal = journalIn(folder);
  const open = journal.settling;
  t.match(open, { batch: '000001', operator: '01', totals: expected });
  t.same(open?.step('compared')?.flags, flags);
  t.same(open?.step('uploaded'), { kind: 'uploaded', last: 6, rows: 2 });
  t.equal(open?.step('ended'), null);
  t.match(journal.beginSettlement('02'), { id: open?.id, operator: '01' }, 'the same one goes on');
  journal.openBatch(two);
  t.equal(journal.batch, '000001', 'a sign-in does not take its batch away');
  if (open === null) throw new Error('it is open');
  journal.settled(open, { kind: 'ended', next: two });
  t.same(journal.closeBatch(two), { closed: true });
  t.equal(journal.settling, null);
  t.equal(journal.lastSettlement()?.step('ended')?.next, two);
  t.equal(journal.totals().approved.length, 0);
  t.match(
    problemOf(() => journal.openBatch(batch('000001'))),
    { kind: 'batch-closed', batch: '000001' },
  );
  journal.close();
});

t.test('two people close a batch that the bank has left, unless money is owed in it', async (t) => {
  const folder = testFolder(t);
  const stepped: [string, string][] = [];
  const journal = journalIn(folder, { stepped: (of, { kind }) => void stepped.push([of, kind]) });
  const [five, by] = [batch('000005'), { people: ['00', '99'], reference: '17', code: '77' } as const];
  const refused = (why: string) => t.throws(() => journal.ruleSettlement(by), /no other batch open/, why);
  journal.openBatch(batch('000001'));
  refused('nothing is settled');
  t.equal(journal.bankBatch, '000001');
  t.notOk('owing' in journal.beginSettlement('01'));
  refused('the bank has this batch open still');
  journal.openBatch(five);
  t.same([journal.bankBatch, journal.batch], [five, '000001']);
  const lost = journal.begin(saleOf(100));
  lost.sent();
  lost.handOver();
  t.same(journal.ruleSettlement(by), { closed: false, owing: 1 });
  t.same([journal.settling?.steps, stepped], [[], []], 'nothing is noted of it');
  lost.reversalBegun();
  lost.reversed('00');
  t.same(journal.ruleSettlement(by), { closed: true });
  t.same([journal.settling, journal.batch, journal.bankBatch], [null, five, five]);
  t.same(stepped, [['000001', 'ruled']]);
  t.match(
    problemOf(() => journal.openBatch(batch('000001'))),
    { kind: 'batch-closed' },
  );
  t.equal(journal.bankBatch, null, 'it cannot be what the bank has open');
  journal.close();
  using again = scoped(journalIn(folder));
  t.same([again.batch, again.settling], [five, null]);
  t.same(again.lastSettlement()?.step('ruled'), { kind: 'ruled', ...by, next: five });
  t.notOk('owing' in again.beginSettlement('01'));
  t.throws(() => again.ruleSettlement(by), /no other batch open/, 'the bank has not said which it has');
});

t.test('the rows of a batch come page by page', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const ids = [100, 200, 300].map((amount) => done(journal, amount).id);
  const first = journal.page({ after: 0, limit: 2 });
  t.same(
    first.map(({ id }) => id),
    ids.slice(0, 2),
  );
  t.same(
    journal.page({ after: first.at(-1)?.id ?? 0, limit: 2 }).map(({ amount }) => amount),
    [300],
  );
});

t.test('a trace that an unfinished entry of a closed batch holds is not taken again', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const unconfirmed = journal.begin(saleOf(100));
  unconfirmed.sent();
  unconfirmed.answered(silence);
  unconfirmed.handOver();
  unconfirmed.reversalBegun();
  unconfirmed.noOriginal('25');
  t.same(journal.closeBatch(two), { closed: true });
  // A hundred entries later the traces have come round.
  for (let number = 999_900; number <= 999_999; number++) {
    const place = { ...journal.reserve(), trace: trace(String(number)) };
    journal.begin(saleOf(1, { place })).handOver();
  }
  journal.close();
  using again = scoped(journalIn(folder));
  t.equal(unconfirmed.trace, '000001');
  t.equal(again.reserve().trace, '000002');
});
