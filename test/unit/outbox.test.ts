import t from 'tap';
import type { ReversalEnd, ReversalRequest } from '../../src/host/reversal.ts';
import type { Answered, History } from '../../src/journal/events.ts';
import { openOutbox } from '../../src/outbox/outbox.ts';
import { reasonOf } from '../../src/outbox/reversal.ts';
import { Fault } from '../../src/values/problem.ts';
import { answerOf, approval, saleOf, silence } from '../journal-bench.ts';
import { acknowledged, bench, signInFirst, taken, unanswered } from '../outbox-bench.ts';
import { settled } from '../virtual-clock.ts';

t.test('a silent host leaves a reversal owed, and settling sends it at once', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = journal.begin(saleOf(12_850));
  entry.sent();
  entry.answered(silence);
  t.equal(await outbox.settle(entry), 'reversed');
  t.match(host.asked, [
    {
      transaction: 'sale',
      trace: '000001',
      batch: '000001',
      amount: 12_850,
      entry_mode: '021',
      reason: '98',
      expiry: '3012',
    },
  ]);
  t.equal(await outbox.settle(entry), 'reversed', 'settling twice is harmless');
  t.equal(host.asked.length, 1);
});

t.test('the bank is told nothing before its newest is known here, and is asked for it once', async (t) => {
  const { outbox, host, journal, owing } = bench(t);
  const entry = owing();
  host.compared = () => {
    throw new Fault({ kind: 'bank-ahead', batch: '000001', trace: '000009', found: '-' });
  };
  t.match(await outbox.settleAll(), { clear: false, problem: { kind: 'bank-ahead' } });
  t.equal(host.asked.length, 0);
  t.equal(entry.state, 'unknown', 'not even begun');
  host.compared = () => journal.foundBanksNewest();
  await outbox.settleAll();
  t.equal(entry.state, 'reversed');
  await outbox.settle(owing());
  t.equal(host.compares, 2);
});

t.test('nothing is sent for an entry that owes nothing', async (t) => {
  const { outbox, host, journal } = bench(t);
  const declined = journal.begin(saleOf(1));
  declined.sent();
  declined.answered(answerOf('not charged', '51'));
  const approved = journal.begin(saleOf(1));
  approved.sent();
  approved.answered(approval);
  approved.completed();
  const unsent = journal.begin(saleOf(1));
  t.equal(await outbox.settle(declined), 'declined');
  t.equal(await outbox.settle(approved), 'approved');
  t.equal(await outbox.settle(unsent), 'declined');
  t.same(await outbox.settleAll(), { clear: true, owed: 0, parked: 0, problem: null }, 'paper is not the bank’s');
  t.equal(host.asked.length, 0);
});

t.test('F39 of a reversal names why the answer was lost', async (t) => {
  const why = (answer: Answered | null, stage: History['stage'] = 'unknown') => reasonOf({ stage, answer } as History);
  t.equal(why(null, 'sent'), '98', 'a power cut');
  t.equal(why(approval, 'charged'), '96', 'approved and never finished');
  t.equal(why(answerOf('unknown', '96')), '98', 'a code that says nothing of the money');
  const table = {
    silent: '98',
    'line-lost': '98',
    mismatch: '98',
    'bad-mac': 'A0',
    'no-mac': 'A0',
    garbled: '96',
    unlisted: '06',
  };
  for (const [doubt, reason] of Object.entries(table)) {
    t.equal(why(answerOf('unknown', '00', doubt as Answered['why'])), reason, doubt);
  }
});

t.test("the reversal of an approval carries the bank's authorisation", async (t) => {
  const { outbox, host, owing } = bench(t);
  await outbox.settle(owing(100, approval));
  await outbox.settle(owing(100, silence));
  t.same(
    host.asked.map(({ authorisation }) => authorisation),
    ['A00001', null],
  );
});

t.test('each try of one debt is the same request', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing(100, answerOf('unknown', '00', 'bad-mac'));
  host.says = () => unanswered;
  await outbox.settle(entry);
  entry.late(approval);
  await outbox.settle(entry);
  t.equal(host.asked.length, 2);
  t.same(host.asked[0], host.asked[1]);
  t.equal(host.asked[0]?.reason, 'A0');
});

t.test('a card that cannot be opened any more does not keep the money from going back', async (t) => {
  const { journal, host, clock } = bench(t);
  const requests: ReversalRequest[] = [];
  const outbox = openOutbox({
    ...{ journal, clock, random: (bytes: number) => new Uint8Array(bytes), signIn: async () => true },
    host: {
      ...{ advise: async () => taken, inquire: async () => ({ end: 'none' }) as const },
      async reverse(request) {
        requests.push(request);
        return acknowledged;
      },
    },
    openCard: () => {
      throw Object.assign(new Error('sealed by another device'), { name: 'SealError' });
    },
    profile: { retries: 3, first_wait_ms: 1, most_wait_ms: 1, inquires: false },
  });
  const entry = journal.begin(saleOf(1));
  entry.sent();
  t.equal(await outbox.settle(entry), 'reversed');
  t.match(requests, [{ pan: null, expiry: null, trace: '000001' }]);
  t.equal(host.asked.length, 0);
});

t.test('12 and 25 end the sending of a reversal and leave it unconfirmed', async (t) => {
  for (const code of ['12', '25']) {
    const { outbox, host, owing } = bench(t);
    host.says = () => ({ end: 'no-original', code });
    t.equal(await outbox.settle(owing()), 'reversed-unconfirmed');
    t.same(await outbox.settleAll(), { clear: true, owed: 0, parked: 0, problem: null });
    t.equal(host.asked.length, 1);
  }
});

t.test('A0 signs in first and then sends again, once', async (t) => {
  const { outbox, host, owing } = bench(t);
  host.says = () => (host.signIns === 0 ? signInFirst : acknowledged);
  t.equal(await outbox.settle(owing()), 'reversed');
  t.equal(host.signIns, 1);
  t.equal(host.asked.length, 2);

  const entry = owing();
  host.says = () => signInFirst;
  t.equal(await outbox.settle(entry), 'reversing');
  t.equal(host.signIns, 2, 'no loop');
  t.equal(entry.history.tries, 1, 'a bank that never takes the keys is counted');

  host.signInWorks = false;
  t.equal(await outbox.settle(entry), 'reversing');
  t.equal(entry.history.tries, 1, 'a sign-in that cannot be had is not');
});

t.test('a try for which no line could be reached is not counted', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = () => {
    throw new Fault({ kind: 'line-down', tried: ['primary', 'backup'] });
  };
  for (let round = 0; round < 5; round++) t.equal(await outbox.settle(entry), 'reversing');
  t.equal(entry.history.tries, 0);
  t.match(await outbox.clearBeforeSale(), { clear: false, owed: 1, problem: { kind: 'line-down' } });
});

t.test('a bug stops the program', async (t) => {
  const { outbox, host, owing } = bench(t);
  host.says = () => {
    throw new TypeError('a bug');
  };
  await t.rejects(outbox.settle(owing()), TypeError);
});

t.test('after the retry limit a reversal is parked, seen, and still tried', async (t) => {
  const { outbox, host, owing, journal } = bench(t);
  const entry = owing();
  host.says = () => unanswered;
  t.equal(await outbox.settle(entry), 'reversing');
  t.equal(await outbox.settle(entry), 'reversing');
  t.equal(await outbox.settle(entry), 'parked');
  t.same(await outbox.clearBeforeSale(), { clear: true, owed: 0, parked: 1, problem: null }, 'trade goes on');
  t.equal(host.asked.length, 3, 'a sale does not wait for what is parked');
  t.equal(journal.debts()[0]?.state, 'parked');
  host.says = () => acknowledged;
  await outbox.settleAll();
  t.equal(entry.state, 'reversed');
});

t.test('debts go out in the order in which they began, and a silent bank is asked once a round', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entries = [owing(1), owing(2), owing(3)];
  host.says = () => unanswered;
  t.match(await outbox.clearBeforeSale(), { clear: false, owed: 3 });
  t.same(
    host.asked.map(({ trace }) => trace),
    ['000001'],
  );
  host.says = () => acknowledged;
  t.match(await outbox.clearBeforeSale(), { clear: true, owed: 0 });
  t.same(
    host.asked.slice(1).map(({ trace }) => trace),
    ['000001', '000002', '000003'],
  );
  t.same(
    entries.map(({ state }) => state),
    ['reversed', 'reversed', 'reversed'],
  );
});

t.test('what is parked holds nothing up', async (t) => {
  const { outbox, host, owing } = bench(t, { retries: 1 });
  host.says = ({ amount }) => (amount === 1 || amount === 2 ? unanswered : acknowledged);
  await outbox.settle(owing(1));
  await outbox.settle(owing(2));
  const later = owing(3);
  host.asked.length = 0;
  await outbox.settleAll();
  t.equal(later.state, 'reversed');
  await outbox.settleAll();
  t.same(
    host.asked.map(({ amount }) => amount),
    [3, 1, 2],
    'each parked one has its turn',
  );
});

t.test('never two exchanges of one debt, nor two at once', async (t) => {
  const { outbox, host, owing } = bench(t);
  const answer = Promise.withResolvers<ReversalEnd>();
  host.says = () => answer.promise;
  const [one, two] = [owing(1), owing(2)];
  const all = [
    outbox.settle(one),
    outbox.settle(one),
    outbox.clearBeforeSale(),
    outbox.settleAll(),
    outbox.settle(two),
  ];
  await settled();
  t.equal(host.asked.length, 1);
  answer.resolve(unanswered);
  await Promise.all(all);
  t.equal(host.most, 1);
  t.same(
    host.asked.map(({ trace }) => trace),
    ['000001', '000002'],
    'those who came later joined the one that was on the line',
  );
  t.equal(one.history.tries, 1);
});
