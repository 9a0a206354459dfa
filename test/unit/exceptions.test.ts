import t from 'tap';
import { exceptionsOf, lookAtExceptions } from '../../src/exceptions/exceptions.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { refusal, saleOf, silence } from '../journal-bench.ts';
import { full, no, type SaleBench, saleBench, yes } from '../sale-bench.ts';

const PASSWORD = ['1', '2', '3', '4', '5', '6', 'enter'] as const;
const unanswered = { end: 'no-answer', code: null, why: 'silent' } as const;

/** Sales that nobody answered for, as many as `count`, each tried until it is parked. */
async function parked(bench: SaleBench, count = 1): Promise<Entry[]> {
  bench.reverses = () => unanswered;
  const entries = Array.from({ length: count }, (_, place) => {
    const entry = bench.journal.begin(saleOf(100 * (place + 1)));
    entry.sent();
    entry.answered(silence);
    entry.handOver();
    return entry;
  });
  for (const entry of entries) for (let turn = 0; turn < 3; turn++) await bench.counter.outbox.settle(entry);
  return entries;
}

/** From the list to the question what the bank says of one. */
async function toTheRuling(bench: SaleBench, place: '1' | '2' = '1'): Promise<void> {
  await bench.screen('exceptions.list');
  bench.press(place);
  await bench.screen('exceptions.chosen');
  bench.press('menu');
  await bench.screen('exceptions.ruling');
}

/** From that question to the second person's Enter. */
async function ruledByTwo(bench: SaleBench, choice: '1' | '2'): Promise<void> {
  bench.press(choice);
  await bench.screen('exceptions.reference');
  bench.press('4', '7', 'enter');
  await bench.screen('sale.supervisor');
  bench.press(...PASSWORD);
  await bench.screen('sale.supervisor', 1);
  bench.press(...PASSWORD);
}

t.test('what the bank has not acknowledged is listed, tried again, and gone once it has', async (t) => {
  const bench = saleBench(t);
  const [entry] = await parked(bench);
  t.equal(entry?.state, 'parked');
  const looking = lookAtExceptions(bench.counter);
  await bench.screen('exceptions.list');
  t.match(bench.texts().join(), /1 not acknowledged.*000001.*¥1\.00.*not settled/);
  bench.press('enter');
  await bench.screen('exceptions.list', 2);
  t.equal(entry?.state, 'parked', 'the bank is still silent');
  bench.reverses = () => ({ end: 'acknowledged', code: '00' });
  bench.press('enter');
  await bench.screen('exceptions.none');
  t.equal(entry?.state, 'reversed');
  bench.press('enter');
  await looking;
});

t.test(
  'a broken archive stands before the list, with the name of its file, until a supervisor has seen it',
  async (t) => {
    const bench = saleBench(t);
    const file = '/state/journal/archive-broken-20261201T041259.db';
    let problem: object | null = {
      kind: 'archive-broken',
      file: '/state/journal/archive.db',
      why: '-',
      set_aside: file,
    };
    const seen: string[] = [];
    Object.defineProperty(bench.journal, 'archiveProblem', { get: () => problem });
    Object.defineProperty(bench.journal, 'archiveSeen', {
      value: (by: string) => {
        seen.push(by);
        problem = null;
      },
    });
    for (const keys of [['cancel'], ['enter', 'cancel']] as const) {
      const looking = lookAtExceptions(bench.counter);
      await bench.screen('exceptions.archive');
      t.match(bench.texts().join(), /archive-broken-20261201T041259\.db/);
      bench.press(...keys);
      await bench.screen('exceptions.none');
      bench.press('enter');
      await looking;
      t.same(seen, [], 'nobody has said so');
    }
    const looking = lookAtExceptions(bench.counter);
    await bench.screen('exceptions.archive');
    bench.press('enter');
    await bench.screen('sale.supervisor');
    bench.press(...PASSWORD);
    await bench.screen('exceptions.none');
    bench.press('enter');
    await looking;
    t.same(seen, ['00']);
  },
);

t.test('what the bank has refused of the counter’s own is seen from the list, and is gone then', async (t) => {
  const bench = saleBench(t);
  const entry = bench.journal.begin(saleOf(100, { type: 'offline' }));
  entry.accepted();
  entry.told(refusal);
  const looking = lookAtExceptions(bench.counter);
  await bench.screen('exceptions.list');
  bench.press('1');
  await bench.screen('offline.accepted.refused');
  bench.press('enter');
  await bench.screen('exceptions.none');
  t.same(entry.debts, []);
  bench.press('enter');
  await looking;
});

t.test('two people end one with the bank’s reference, and the record says who', async (t) => {
  for (const [key, state] of [
    ['1', 'approved'],
    ['2', 'reversed'],
  ] as const) {
    const bench = saleBench(t);
    const [entry] = await parked(bench);
    const looking = lookAtExceptions(bench.counter);
    await toTheRuling(bench);
    await ruledByTwo(bench, key);
    await bench.screen('exceptions.ended');
    t.equal(entry?.state, state);
    t.match(entry?.story.map(({ event }) => event).at(-1), {
      kind: 'ruled',
      ruling: { people: ['00', '99'], reference: '47' },
    });
    bench.press('enter');
    await bench.screen('exceptions.none');
    bench.press('enter');
    await looking;
  }
});

t.test('two people end a reversal too that has not been begun, because it waits for another', async (t) => {
  const bench = saleBench(t);
  const [sale] = await parked(bench);
  if (sale === undefined) return t.fail('nothing is parked');
  const undo = bench.journal.begin(saleOf(100, { type: 'void', original: sale }));
  undo.sent();
  undo.handOver();
  await bench.counter.outbox.settle(undo);
  t.equal(undo.history.undone, 'no');
  const looking = lookAtExceptions(bench.counter);
  await toTheRuling(bench, '2');
  await ruledByTwo(bench, '2');
  await bench.screen('exceptions.ended');
  t.equal(undo.state, 'reversed');
  t.same(
    undo.story.slice(-2).map(({ event }) => event.kind),
    ['reversal-begun', 'ruled'],
  );
  bench.press('enter');
  await bench.screen('exceptions.list', 2);
  bench.press('cancel');
  await looking;
});

t.test('one person alone ends nothing, nor does one who goes back', async (t) => {
  const bench = saleBench(t);
  const [entry] = await parked(bench);
  const looking = lookAtExceptions(bench.counter);
  await toTheRuling(bench);
  bench.press('2');
  await bench.screen('exceptions.reference');
  bench.press('4', 'enter');
  await bench.screen('sale.supervisor');
  bench.press(...PASSWORD, 'cancel');
  await bench.screen('exceptions.chosen', 2);
  t.equal(entry?.state, 'parked');
  bench.press('menu');
  await bench.screen('exceptions.ruling', 2);
  bench.press('cancel');
  await bench.screen('exceptions.chosen', 3);
  bench.press('cancel');
  await bench.screen('exceptions.list', 2);
  bench.press('5');
  bench.press('cancel');
  await looking;
  t.equal(entry?.state, 'parked');
  t.ok(bench.beeps.includes('refused'), 'there is no fifth');
});

t.test('a disk without room for their word says so, and nothing is ruled', async (t) => {
  const bench = saleBench(t);
  const [entry] = await parked(bench);
  const looking = lookAtExceptions(bench.counter);
  await toTheRuling(bench);
  t.capture(Object.getPrototypeOf(entry), 'ruled', full);
  await ruledByTwo(bench, '2');
  await bench.screen('problem');
  bench.press('enter');
  await bench.screen('exceptions.chosen', 2);
  t.equal(entry?.state, 'parked');
  bench.press('cancel', 'cancel');
  await looking;
});

t.test('a disk on which no try of a password can be counted says nothing of the money', async (t) => {
  const bench = saleBench(t);
  const [entry] = await parked(bench);
  Object.assign(bench.counter.vault.operators, { check: async () => full() });
  const looking = lookAtExceptions(bench.counter);
  await toTheRuling(bench);
  bench.press('1');
  await bench.screen('exceptions.reference');
  bench.press('4', 'enter');
  await bench.screen('sale.supervisor');
  bench.press(...PASSWORD);
  await bench.screen('problem');
  t.notMatch(bench.texts().join(), /not charged/i);
  bench.press('enter');
  await bench.screen('exceptions.chosen', 2);
  t.equal(entry?.state, 'parked');
  bench.press('cancel', 'cancel');
  await looking;
});

t.test('what is ruled about a void is said in a void’s words: it is not "charged"', async (t) => {
  const bench = saleBench(t);
  bench.reverses = () => unanswered;
  const sale = bench.journal.begin(saleOf(100, { copies: [] }));
  sale.sent();
  sale.answered(yes);
  sale.completed();
  const lost = bench.journal.begin(saleOf(100, { type: 'void', original: sale }));
  lost.sent();
  for (let turn = 0; turn < 3; turn++) await bench.counter.outbox.settle(lost);
  const looking = lookAtExceptions(bench.counter);
  await toTheRuling(bench);
  t.match(bench.texts().join(), /"digit":"1","text":"No longer charged.*"digit":"2","text":"Still charged/);
  bench.press('cancel');
  await bench.screen('exceptions.chosen', 2);
  bench.press('cancel', 'cancel');
  await looking;
});

t.test('the list turns its pages', async (t) => {
  const bench = saleBench(t);
  await parked(bench, 7);
  t.equal(exceptionsOf(bench.journal).length, 7);
  const looking = lookAtExceptions(bench.counter);
  await bench.screen('exceptions.list');
  t.match(bench.texts().join(), /000001.*000005/);
  t.notMatch(bench.texts().join(), /000006/);
  bench.press('*');
  await bench.screen('exceptions.list', 1);
  await new Promise(setImmediate);
  t.match(bench.texts().join(), /000006.*000007/);
  bench.press('*', '1');
  await bench.screen('exceptions.chosen');
  t.match(bench.texts().join(), /000001/, 'round again');
  bench.press('cancel', 'cancel');
  await looking;
});

t.test(
  'what the bank says to a try on the line is heard before two people rule, and not overruled by them',
  async (t) => {
    for (const said of [{ end: 'acknowledged', code: '00' } as const, unanswered]) {
      const bench = saleBench(t);
      const [entry] = await parked(bench);
      if (entry === undefined) throw new Error('nothing is parked');
      const looking = lookAtExceptions(bench.counter);
      await toTheRuling(bench);
      const answer = Promise.withResolvers<typeof said>();
      bench.reverses = () => answer.promise;
      const trying = bench.counter.outbox.settle(entry);
      await ruledByTwo(bench, '1');
      await bench.screen('exceptions.trying');
      t.equal(entry.state, 'parked', 'nothing is said of the money while the bank may say it');
      answer.resolve(said);
      await trying;
      await bench.screen('exceptions.ended');
      t.equal(entry.state, said.end === 'acknowledged' ? 'reversed' : 'approved');
      bench.press('enter');
      await bench.screen('exceptions.none');
      bench.press('enter');
      await looking;
    }
  },
);

t.test('a refusal that comes while it is looked at is told as one, and needs no key that does nothing', async (t) => {
  const bench = saleBench(t);
  const entry = bench.journal.begin(saleOf(100, { type: 'offline' }));
  entry.accepted();
  bench.advises = () => ({ end: 'answer', answer: no });
  const looking = lookAtExceptions(bench.counter);
  await bench.screen('exceptions.list');
  bench.press('1');
  await bench.screen('exceptions.chosen');
  bench.press('enter');
  await bench.screen('offline.accepted.refused');
  t.equal(bench.screens.filter((id) => id === 'exceptions.chosen').length, 1);
  bench.press('enter');
  await bench.screen('exceptions.none');
  t.same(entry.debts, []);
  bench.press('enter');
  await looking;
});
