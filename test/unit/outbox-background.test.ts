import t from 'tap';
import type { ReversalEnd } from '../../src/host/reversal.ts';
import { Fault } from '../../src/values/problem.ts';
import { approval, saleOf } from '../journal-bench.ts';
import { acknowledged, bench, calm, signInFirst, unanswered } from '../outbox-bench.ts';

t.test('the background tries with a growing wait until it is settled, and tidies up after', async (t) => {
  const { outbox, host, clock, owing, journal } = bench(t, { retries: 99 });
  const entry = owing();
  host.says = () => unanswered;
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await calm(clock);
  t.equal(host.asked.length, 1, 'at boot, at once');
  const times: number[] = [];
  for (let passed = 0; passed < 200; passed++) {
    const before = host.asked.length;
    await clock.advance(1000);
    if (host.asked.length > before) times.push(passed + 1);
  }
  t.equal(times[0], 2, 'about a second');
  const waits = times.slice(1).map((time, place) => time - (times[place] ?? 0));
  t.same(
    waits,
    [...waits].sort((a, b) => a - b),
    `the waits grow: ${waits}`,
  );
  t.ok(Math.max(...waits) <= 75, 'to a bound');
  host.says = () => acknowledged;
  outbox.wake();
  await calm(clock);
  t.equal(entry.state, 'reversed', 'the line is back: at once');
  t.equal(clock.sleeping, 0, 'no timer while nothing is owed');
  stop.abort();
  await running;
  t.same(journal.debts(), []);
});

t.test('the background leaves the line to a flow, and hears of a new debt by itself', async (t) => {
  const { outbox, host, clock, owing, journal } = bench(t);
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await calm(clock);
  const sale = journal.begin(saleOf(5));
  const entry = owing(1);
  outbox.wake();
  await clock.advance(100_000);
  t.equal(host.asked.length, 0, 'a sale is in hand');
  sale.sent();
  sale.answered(approval);
  sale.completed();
  await calm(clock);
  t.equal(entry.state, 'reversed');
  const dropped = journal.begin(saleOf(6));
  dropped.sent();
  dropped.handOver();
  await calm(clock);
  t.equal(dropped.state, 'reversed', 'a flow that ended without a word');
  stop.abort();
  await running;
  t.equal(clock.sleeping, 0);
});

t.test('a round of the background ends where a flow takes a request in hand', async (t) => {
  const { outbox, host, clock, owing, journal } = bench(t);
  owing(1);
  const second = owing(2);
  const answer = Promise.withResolvers<ReversalEnd>();
  host.says = () => answer.promise;
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await calm(clock);
  const sale = journal.begin(saleOf(3));
  answer.resolve(acknowledged);
  await calm(clock);
  t.equal(host.asked.length, 1);
  t.equal(second.debt, 'reverse');
  sale.handOver();
  outbox.wake();
  await calm(clock);
  t.equal(second.state, 'reversed', 'and goes on after it');
  stop.abort();
  await running;
});

t.test('nobody signs in while a flow has a request in hand', async (t) => {
  const { outbox, host, clock, owing, journal } = bench(t);
  const entry = owing();
  const answer = Promise.withResolvers<ReversalEnd>();
  host.says = () => answer.promise;
  const settling = outbox.settle(entry);
  await calm(clock);
  const sale = journal.begin(saleOf(3));
  answer.resolve(signInFirst);
  t.equal(await settling, 'reversing');
  t.equal(host.signIns, 0, 'its MAC and its PIN are under the keys that are there');
  t.equal(entry.history.tries, 0, 'and it is not counted against the debt');
  sale.handOver();
});

t.test('a sale waits for a sign-in that is under way', async (t) => {
  const { outbox, host, clock, owing } = bench(t, { retries: 1 });
  const entry = owing();
  host.says = () => unanswered;
  t.equal(await outbox.settle(entry), 'parked');
  host.says = () => (host.signIns === 0 ? signInFirst : acknowledged);
  const taken = Promise.withResolvers<void>();
  host.signInTakes = taken.promise;
  const settling = outbox.settleAll();
  await calm(clock);
  t.equal(host.signIns, 1);
  let clear = false;
  const clearing = outbox.clearBeforeSale().then(() => {
    clear = true;
  });
  await calm(clock);
  t.notOk(clear, 'else the keys would change in the middle of the sale');
  taken.resolve();
  await clearing;
  await settling;
  t.equal(entry.state, 'reversed');
});

t.test('the background stops in the middle of a wait and of an exchange', async (t) => {
  const { outbox, host, clock, owing } = bench(t);
  owing();
  host.says = () => unanswered;
  const waiting = new AbortController();
  const first = outbox.run(waiting.signal);
  await calm(clock);
  t.equal(clock.sleeping, 1);
  waiting.abort();
  await first;
  t.equal(clock.sleeping, 0);

  const answer = Promise.withResolvers<ReversalEnd>();
  host.says = () => answer.promise;
  const exchanging = new AbortController();
  const second = outbox.run(exchanging.signal);
  await calm(clock);
  exchanging.abort();
  answer.resolve(acknowledged);
  await second;
  t.equal(clock.sleeping, 0);
  const never = AbortSignal.abort();
  await outbox.run(never);
});

t.test('two people may rule while the line is busy', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = () => {
    entry.ruled({ money: 'not charged', people: ['01', '00'], reference: 'R' });
    return acknowledged;
  };
  t.equal(await outbox.settle(entry), 'reversed');
});

t.test('a line that could not be reached is tried again within seconds, however long it was away', async (t) => {
  const { outbox, host, clock, owing } = bench(t, { retries: 99 });
  const entry = owing();
  host.says = () => {
    throw new Fault({ kind: 'line-down', tried: [] });
  };
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await clock.advance(3_600_000);
  t.equal(entry.history.tries, 0, 'it is not counted against the debt');
  host.says = () => acknowledged;
  await clock.advance(2500);
  t.equal(entry.state, 'reversed');
  stop.abort();
  await running;
});

t.test('a round that broke off for a flow says nothing of the bank, and doubles no wait', async (t) => {
  const { outbox, host, clock, owing, journal } = bench(t, { retries: 99 });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) await clock.advance(100);
  };
  owing();
  host.says = () => unanswered;
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await pass(4000);
  t.equal(host.asked.length, 3, 'after none, one and two seconds; the next wait is of four');
  const answer = Promise.withResolvers<ReversalEnd>();
  host.says = () => answer.promise;
  await pass(4000);
  t.equal(host.asked.length, 4);
  const sale = journal.begin(saleOf(5));
  answer.resolve(signInFirst);
  await calm(clock);
  sale.handOver();
  host.says = () => unanswered;
  await pass(4100);
  t.equal(host.asked.length, 5, 'four seconds again, and not eight');
  stop.abort();
  await running;
});
