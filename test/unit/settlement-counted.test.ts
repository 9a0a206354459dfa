import t from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal, Request } from '../../src/journal/journal.ts';
import type { Settlement } from '../../src/journal/settlements.ts';
import { type EntryType, types } from '../../src/journal/types.ts';
import type { Counter } from '../../src/payment/counter.ts';
import { countOf, counts, stands, unbalanced } from '../../src/settlement/counting.ts';
import { differenceOf, differencesOf } from '../../src/settlement/differences.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import type { State } from '../../src/values/state.ts';
import { answerOf, approval, journalIn, saleOf, scoped, testFolder } from '../journal-bench.ts';

const side = (count: number) => ({ amount: fen(count), count });
const totals = {
  home: { debit: side(5), credit: side(2) },
  foreign: { debit: side(1), credit: side(3) },
};

/** An entry as far as the counting reads it. */
const entryOf = (type: EntryType, state: State, total = 100) =>
  ({ facts: { type, card: '622202******1234' }, state, total: fen(total), trace: '000007' }) as unknown as Entry;

t.test('what counts by itself is what moved money for good, voided or refunded since or not', async (t) => {
  const debits: EntryType[] = ['sale', 'completion', 'completion-advice', 'instalment', 'offline', 'voice'];
  const credits: EntryType[] = ['void', 'refund', 'completion-void'];
  const all = Object.keys(types) as EntryType[];
  t.same(all.filter((type) => counts(entryOf(type, 'approved'))).sort(), [...debits, ...credits].sort());
  for (const state of ['approved', 'voided', 'refunded'] as const) {
    t.ok(stands(entryOf('sale', state)), state);
    t.ok(counts(entryOf('sale', state)), state);
  }
  for (const state of ['pending', 'declined', 'unknown', 'reversing', 'reversed', 'parked'] as const) {
    t.notOk(stands(entryOf('sale', state)), state);
    t.notOk(counts(entryOf('sale', state)), state);
  }
});

t.test('both sides of a group are counted, and a group is unbalanced that the bank says is not', async (t) => {
  t.equal(countOf({ totals }, 'home'), 7);
  t.equal(countOf({ totals }, 'foreign'), 4);
  const settlement = (home: 1 | 2 | 3, foreign: 1 | 2 | 3) =>
    ({ step: () => ({ flags: { home, foreign } }) }) as unknown as Settlement;
  t.same(unbalanced(settlement(1, 1)), []);
  t.same(unbalanced(settlement(2, 1)), ['home']);
  t.same(unbalanced(settlement(1, 3)), ['foreign']);
  t.same(unbalanced({ step: () => null } as unknown as Settlement), [], 'before they are compared');
});

const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
const found = (state: Extract<InquiryEnd, { end: 'found' }>['state'], amount = 100): InquiryEnd => ({
  ...{ end: 'found', state, amount: fen(amount) },
  ...known,
});

t.test('an entry differs where only one side has it, or not the same of it', async (t) => {
  const approved = entryOf('sale', 'approved');
  const declined = entryOf('sale', 'declined');
  const names = { trace: '000007', type: 'sale', card: '622202******1234' };
  t.equal(differenceOf(approved, found('posted')), null);
  t.equal(differenceOf(approved, found('voided')), null, 'a void stands beside it');
  t.same(differenceOf(approved, found('posted', 90)), { ...names, here: 100, there: 90 });
  const ofCard = (card: string) => ({ ...found('posted'), card }) as InquiryEnd;
  t.equal(differenceOf(approved, ofCard('622202******1234')), null);
  const bankCard = '622202******9999';
  t.same(differenceOf(approved, ofCard(bankCard)), { ...names, here: 100, there: 100, bankCard }, 'of another card');
  for (const state of ['declined', 'reversed', 'tombstone'] as const) {
    const end = { ...found(state), code: '51' } as InquiryEnd;
    t.same(differenceOf(approved, end), { ...names, here: 100, there: null, why: state, code: '51' }, state);
    t.equal(differenceOf(declined, end), null, state);
  }
  t.same(differenceOf(approved, { end: 'none' }), { ...names, here: 100, there: null, why: 'none' });
  t.equal(differenceOf(declined, { end: 'none' }), null);
  t.same(differenceOf(declined, found('posted')), { ...names, here: null, there: 100 });
  const refused = (code: string): InquiryEnd => ({ end: 'refused', code, signInAgain: false });
  const unsaid = { there: null, why: 'unsaid', code: '96' };
  t.same(differenceOf(approved, refused('96')), { ...names, here: 100, ...unsaid }, 'the bank will not say');
  t.same(differenceOf(declined, refused('96')), { ...names, here: null, ...unsaid });
  t.equal(differenceOf(approved, refused('40')), null, 'it answers no inquiries at all');
});

function sold(journal: Journal, amount: number, more: Partial<Request> = {}): Entry {
  const entry = journal.begin(saleOf(amount, { copies: [], ...more }));
  entry.sent();
  entry.answered(more.type === 'void' ? answerOf('not charged', '12') : approval);
  if (more.type !== 'void') entry.completed();
  return entry;
}

const foreign = { card: { ...saleOf(1).card, group: 'foreign' } } as never;

t.test('the bank is asked once of everything that may count, a few at a time, under one trace', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const asked: { trace: string; batch: string; of: unknown }[] = [];
  let now = 0;
  let most = 0;
  const host = {
    async inquire(question: { trace: string; batch: string; of: { place: { trace: string } } }): Promise<InquiryEnd> {
      asked.push(question);
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return question.of.place.trace === '000003' ? { end: 'none' } : found('posted');
    },
  };
  const sealed = (name: string) => Object.assign(new Error('not this device’s'), { name });
  let opened = 0;
  const openCard = () => {
    opened++;
    throw sealed('SealError');
  };
  const counter = { journal, host, vault: { openCard } } as unknown as Counter;
  const expected = Array.from({ length: 70 }, () => sold(journal, 100).trace as string);
  expected.push(sold(journal, 100, { type: 'void' }).trace);
  sold(journal, 100, foreign);
  sold(journal, 100, { type: 'preauth' });
  sold(journal, 5, { type: 'tip' });
  journal.begin(saleOf(5, { copies: [] })).handOver();
  const begun = journal.beginSettlement('01');
  if ('owing' in begun) throw new Error('nothing is owed');

  const differences = await differencesOf(counter, begun, ['home']);
  t.same(
    asked.map(({ of }) => (of as { place: { trace: string } }).place.trace),
    expected,
  );
  t.equal(most, 8);
  t.equal(new Set(asked.map(({ trace }) => trace)).size, 1);
  t.notOk(expected.includes(asked[0]?.trace ?? ''));
  t.match(asked[0], {
    batch: '000001',
    of: { place: { batch: '000001', trace: '000001' }, date: null, reference: null, authorisation: null },
  });
  if ('code' in differences) throw new Error('the bank wants no sign-in');
  t.match(
    differences.map(({ trace, here, there, unsent }) => ({ trace, here, there, unsent })),
    [
      { trace: '000003', here: 100, there: null, unsent: true },
      { trace: expected.at(-1), here: null, there: 100, unsent: undefined },
    ],
  );
  t.equal(opened, 1, 'of what counts here and differs alone');
});

t.test('a line that breaks at one of the questions is the end of all, once the others have ended', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  for (let number = 0; number < 3; number++) sold(journal, 100);
  let ended = 0;
  const host = {
    async inquire({ of }: { of: { place: { trace: string } } }): Promise<InquiryEnd> {
      if (of.place.trace === '000001') throw new Fault({ kind: 'line-down', tried: [] });
      await new Promise(setImmediate);
      ended++;
      return { end: 'none' };
    },
  };
  const begun = journal.beginSettlement('01');
  if ('owing' in begun) throw new Error('nothing is owed');
  await t.rejects(differencesOf({ journal, host } as unknown as Counter, begun, ['home']), {
    name: 'Fault',
    problem: { kind: 'line-down' },
  } as never);
  t.equal(ended, 2);
});
