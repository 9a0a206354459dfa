import t from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { reversalOf } from '../../src/outbox/reversal.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import { answerOf, approval, done, problemOf, saleOf } from '../journal-bench.ts';
import { acknowledged, bench, signInFirst, unanswered } from '../outbox-bench.ts';

const thrown = (problem: Problem) => () => {
  throw new Fault(problem);
};

t.test(
  'a reversal that cannot be made any more is parked, and the younger ones go out in the same round',
  async (t) => {
    const { outbox, host, owing } = bench(t);
    const [old, young] = [owing(1, approval), owing(2)];
    host.says = ({ amount, trace }) => (amount === 1 ? thrown({ kind: 'request-changed', trace })() : acknowledged);
    t.match(await outbox.clearBeforeSale(), { clear: true, owed: 0, parked: 1 });
    t.same([old.state, young.state], ['parked', 'reversed']);
    t.equal(old.history.tries, 0);
    const third = owing(3);
    t.match(await outbox.settleAll(), { owed: 0, parked: 1 });
    t.equal(third.state, 'reversed', 'nor afterwards');
  },
);

t.test('nothing leaves while nobody can say what the disk has taken of it', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  const makeSure = thrown({ kind: 'disk-broken', file: 'journal.db', why: 'disk I/O error' });
  Object.defineProperty(entry, 'makeSure', { value: makeSure, configurable: true });
  t.not(await outbox.settle(entry), 'reversed');
  t.same(host.asked, []);
  Reflect.deleteProperty(entry, 'makeSure');
  t.equal(await outbox.settle(entry), 'reversed');
});

t.test('two people may rule on it before it is found that it cannot be made', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = ({ trace }) => {
    entry.ruled({ money: 'not charged', people: ['01', '00'], reference: 'R' });
    return thrown({ kind: 'request-changed', trace })();
  };
  t.equal(await outbox.settle(entry), 'reversed');
});

/** What a bank says that never tells what stands under a trace. */
const unheard: Record<string, () => InquiryEnd> = {
  'stays silent': thrown({ kind: 'host-silent', waited_ms: 60_000 }),
  'talks nonsense': thrown({ kind: 'host-garbled', field: 'F63', why: 'no state that is known here' }),
  refuses: () => ({ end: 'refused', code: '96', signInAgain: false }),
  'asks for a sign-in each time': () => ({ end: 'refused', code: 'A0', signInAgain: true }),
};

for (const [what, knows] of Object.entries(unheard)) {
  for (const code of ['94', '64', '30']) {
    t.test(`${code}, and a bank that ${what} when it is asked what it has: a try each time, then parked`, async (t) => {
      const { outbox, host, owing } = bench(t);
      const old = owing(1, answerOf('unknown', code === '94' ? '94' : '96'));
      const young = owing(2);
      host.knows = knows;
      host.says = ({ amount }) => (amount === 1 ? { end: 'no-answer', code, why: null } : acknowledged);
      for (let round = 1; round <= 3; round++) {
        await outbox.clearBeforeSale();
        t.equal(old.history.tries, round);
      }
      t.equal(old.state, 'parked');
      t.match(await outbox.clearBeforeSale(), { clear: true, owed: 0, parked: 1 });
      t.equal(young.state, 'reversed', 'it is reached');
    });
  }

  t.test(`94 to an advice, and a bank that ${what}: a try each time`, async (t) => {
    const { outbox, host, journal } = bench(t);
    const entry = journal.begin(saleOf(500, { type: 'offline', digest: 'd1' }));
    entry.accepted();
    host.hears = () => ({ end: 'answer', answer: { ...answerOf('unknown', '94'), signInAgain: false } });
    host.knows = knows;
    for (let turn = 0; turn < 3; turn++) await outbox.settle(entry);
    t.equal(entry.state, 'parked');
  });

  t.test(`parked, no original, and a bank that ${what}: it stays parked, and no row is written`, async (t) => {
    const { outbox, host, owing } = bench(t, { retries: 1 });
    host.says = () => unanswered;
    const entry = owing();
    await outbox.settle(entry);
    const { length } = entry.story;
    host.says = () => ({ end: 'no-original', code: '25' });
    host.knows = knows;
    t.equal(await outbox.settle(entry), 'parked');
    t.equal(entry.story.length, length);
  });
}

t.test('a line that is down, and keys that cannot be had, stop a round and cost no try', async (t) => {
  for (const problem of [
    { kind: 'line-down', tried: [] },
    { kind: 'keys-missing', slot: 'TMK' },
    { kind: 'disk-full', file: 'journal.db' },
  ] as const) {
    const { outbox, host, owing } = bench(t);
    const old = owing(1, answerOf('unknown', '94'));
    owing(2);
    host.knows = thrown(problem);
    for (let round = 0; round < 5; round++) t.match(await outbox.clearBeforeSale(), { owed: 2, problem });
    t.equal(old.history.tries, 0);
    t.equal(host.asked.length, 0, 'the next has no chance now either');
  }
  const { outbox, host, owing } = bench(t);
  const entry = owing(1, answerOf('unknown', '94'));
  host.knows = () => ({ end: 'refused', code: 'A0', signInAgain: true });
  host.signInWorks = false;
  for (let round = 0; round < 5; round++) await outbox.clearBeforeSale();
  t.equal(entry.history.tries, 0);
  host.says = () => signInFirst;
  t.equal(host.asked.length, 0);
});

t.test('nobody can say what the bank’s newest is: nothing is told, and nothing is counted', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entries = [owing(1), owing(2)];
  host.compared = thrown({ kind: 'host-silent', waited_ms: 60_000 });
  for (let round = 0; round < 5; round++)
    t.match(await outbox.settleAll(), { owed: 2, problem: { kind: 'host-silent' } });
  t.same(
    entries.map(({ history }) => history.tries),
    [0, 0],
  );
  t.equal(host.asked.length, 0);
});

t.test('no original, and an inquiry that nobody answers: a round waits for one of them, not for each', async (t) => {
  for (const [what, knows] of Object.entries(unheard)) {
    const { outbox, host, owing } = bench(t);
    const entries = [owing(1), owing(2), owing(3)];
    host.says = () => ({ end: 'no-original', code: '25' });
    host.knows = knows;
    const isSilent = what === 'stays silent';
    t.match(await outbox.clearBeforeSale(), { clear: !isSilent, owed: isSilent ? 2 : 0 }, what);
    t.equal(host.asked.length, isSilent ? 1 : 3, what);
    t.equal(entries[0]?.state, 'reversed-unconfirmed');
    await outbox.clearBeforeSale();
    await outbox.clearBeforeSale();
    t.ok(entries.every(({ state }) => state === 'reversed-unconfirmed'));
  }
});

t.test('a reversal whose original cannot be read leaves with no other bytes than before', async (t) => {
  const { outbox, host, journal } = bench(t);
  const sale = done(journal, 500);
  const undo = journal.begin(saleOf(500, { type: 'void', original: sale }));
  undo.sent();
  undo.answered(answerOf('unknown', null, 'silent'));
  const { facts, history } = undo;
  const openCard = () => ({ pan: null, expiry: null });
  const unread = problemOf(() => reversalOf({ facts, history, original: null } as Entry, openCard));
  t.same(unread, { kind: 'request-changed', trace: undo.trace });
  t.match(reversalOf(undo, openCard), { original: { place: { trace: sale.trace } } });
  await outbox.settle(undo);
  t.match(host.asked, [{ original: { place: { trace: sale.trace } } }]);
});

t.test('what waits for an original that was just parked passes its turn to the next', async (t) => {
  const { outbox, host, owing, journal } = bench(t);
  const sale = owing(1, approval);
  const undo = journal.begin(saleOf(1, { type: 'void', original: sale }));
  undo.sent();
  undo.handOver();
  const young = owing(2);
  host.says = ({ amount, trace }) => (amount === 1 ? thrown({ kind: 'request-changed', trace })() : acknowledged);
  await outbox.settleAll();
  t.same([sale.state, undo.state, young.state], ['parked', 'unknown', 'reversed']);
  host.says = () => acknowledged;
  await outbox.settleAll();
  await outbox.settleAll();
  t.same([sale.state, undo.state], ['reversed', 'reversed']);
});
