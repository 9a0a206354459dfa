import t from 'tap';
import type { AdviceEnd } from '../../src/host/advice.ts';
import type { ReversalEnd } from '../../src/host/reversal.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openOutbox } from '../../src/outbox/outbox.ts';
import { requestOf } from '../../src/outbox/request.ts';
import { adviceOf, reversalOf } from '../../src/outbox/reversal.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch } from '../../src/values/trace.ts';
import { answerOf, approval, journalIn, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { acknowledged, bench, calm, signInFirst, taken, unanswered } from '../outbox-bench.ts';

const silent: AdviceEnd = { end: 'answer', answer: { ...silence, signInAgain: false } };
const ruling = { money: 'not charged', people: ['01', '00'], reference: 'R' } as const;

function accepted(journal: Journal, amount = 500): Entry {
  const entry = journal.begin(saleOf(amount, { type: 'offline', digest: 'd1' }));
  entry.accepted();
  return entry;
}

const kindsOf = (entry: Entry) => entry.story.map(({ event }) => event);

t.test('a reversal that two people ended while it waited for its turn is not sent', async (t) => {
  const { outbox, host, owing, clock } = bench(t);
  const [first, second] = [owing(1), owing(2)];
  second.reversalBegun();
  const answer = Promise.withResolvers<ReversalEnd>();
  host.says = () => answer.promise;
  const settling = [outbox.settle(first), outbox.settle(second)];
  await calm(clock);
  second.ruled(ruling);
  answer.resolve(acknowledged);
  t.same(await Promise.all(settling), ['reversed', 'reversed']);
  t.equal(host.asked.length, 1);
});

t.test('a round goes on after what was settled, of either kind, and ends at the first that was not', async (t) => {
  const { outbox, host, owing, journal } = bench(t);
  const advices = [accepted(journal), accepted(journal)];
  owing(1);
  t.match(await outbox.settleAll(), { clear: true, owed: 0 });
  t.equal(host.advised.length, 2);
  t.equal(host.asked.length, 1);
  t.same(
    advices.map(({ state }) => state),
    ['approved', 'approved'],
  );
  accepted(journal);
  accepted(journal);
  host.hears = () => silent;
  t.match(await outbox.settleAll(), { clear: false, owed: 2 });
  t.equal(host.advised.length, 3, 'a silent bank is silent to the next one too');
});

t.test(
  'an advice is told under new keys or not at all; without a sign-in it stays owed, and no try is counted',
  async (t) => {
    const { outbox, host, journal } = bench(t);
    const entry = accepted(journal);
    host.hears = () => ({ end: 'sign-in-first', code: 'A0' });
    host.signInWorks = false;
    t.equal(await outbox.settle(entry), 'pending');
    t.equal(entry.history.tries, 0);
    t.equal(entry.debt, 'advise');
    host.signInWorks = true;
    await outbox.settle(entry);
    t.match(kindsOf(entry).at(-1), { kind: 'told', answer: { money: 'unknown', why: 'bad-mac' } });
  },
);

t.test('two people may rule on an advice while the line is busy', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = accepted(journal);
  host.hears = () => {
    entry.ruled(ruling);
    return taken;
  };
  t.equal(await outbox.settle(entry), 'declined');
  t.equal(kindsOf(entry).at(-1)?.kind, 'ruled', 'what the bank says after that is not taken down as its answer');
});

t.test('the row keeps which code ended its reversal, and who confirmed it', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  await outbox.settle(entry);
  t.same(kindsOf(entry).at(-1), { kind: 'reversed', code: '00' });

  const other = owing(100, answerOf('unknown', '94'));
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  host.knows = () => ({ end: 'found', state: 'posted', amount: fen(999), ...known });
  await outbox.settle(other);
  t.same(kindsOf(other).slice(-2), [
    { kind: 'no-original', code: '94' },
    { kind: 'confirmed', by: 'inquiry' },
  ]);
  t.match(host.inquired.at(-1), { place: { batch: other.batch, trace: other.trace } }, 'of that trace it was asked');

  host.says = () => ({ end: 'no-original', code: '25' });
  // What has become of a hold since makes no difference: it was taken.
  for (const state of ['posted', 'held', 'completed', 'released'] as const) {
    const late = owing();
    host.knows = () => ({ end: 'found', state, amount: fen(100), ...known });
    await outbox.settle(late);
    t.same(kindsOf(late).slice(-2), [{ kind: 'found', by: 'inquiry' }, { kind: 'reversal-unanswered' }], state);
    host.knows = () => ({ end: 'found', state: 'reversed', amount: fen(100), ...known });
    await outbox.settle(late);
    t.same(kindsOf(late).at(-1), { kind: 'confirmed', by: 'inquiry' });
  }
});

t.test('a reversal carries the batch of its original, whichever is open by now', async (t) => {
  const { outbox, host, owing, journal } = bench(t);
  journal.openBatch(batch('000007'));
  const entry = owing();
  journal.openBatch(batch('000008'));
  await outbox.settle(entry);
  t.match(host.asked, [{ batch: '000007', trace: entry.trace }]);
});

t.test('94 and books that know nothing: it is ours, and turned back', async (t) => {
  const { outbox, host, owing } = bench(t);
  t.equal(await outbox.settle(owing(100, answerOf('unknown', '94'))), 'reversed');
  t.equal(host.asked.length, 1);
});

t.test('an unknown result with code 96 brings no inquiry before the reversal', async (t) => {
  const { outbox, host, owing } = bench(t);
  await outbox.settle(owing(100, answerOf('unknown', '96')));
  t.equal(host.inquired.length, 0);
});

t.test('what was ruled on while the books were asked stays as the two people said', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = () => ({ end: 'no-original', code: '25' });
  host.knows = () => {
    entry.ruled({ ...ruling, money: 'charged' });
    return {
      end: 'found',
      state: 'posted',
      code: '00',
      amount: fen(100),
      refunded: fen(0),
      reference: null,
      authorisation: null,
    };
  };
  t.equal(await outbox.settle(entry), 'approved');
});

t.test('a bank that answers no inquiries is asked none, and nothing waits for one', async (t) => {
  const { outbox, host, owing, clock } = bench(t, { inquires: false });
  host.says = () => ({ end: 'no-original', code: '25' });
  t.equal(await outbox.settle(owing()), 'reversed-unconfirmed');
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await clock.advance(100_000);
  t.equal(host.inquired.length, 0);
  t.equal(clock.sleeping, 0, 'the background rests');
  stop.abort();
  await running;
});

t.test(
  'of two that are parked the background tries the other one next, however silent the bank is to the first',
  async (t) => {
    const { outbox, host, owing, clock } = bench(t, { retries: 1 });
    host.says = () => unanswered;
    const [first, second] = [owing(1), owing(2)];
    await outbox.settle(first);
    await outbox.settle(second);
    host.says = ({ amount }) => (amount === 1 ? unanswered : acknowledged);
    const stop = new AbortController();
    const running = outbox.run(stop.signal);
    for (let seconds = 0; seconds < 60; seconds++) await clock.advance(1000);
    t.equal(first.state, 'parked');
    t.equal(second.state, 'reversed', 'money rule 13: what is parked is still tried');
    stop.abort();
    await running;
  },
);

/** When the background asks a bank that stays silent, by the virtual clock, in whole seconds; woken after 40. */
async function asksOf(t: Parameters<typeof bench>[0]): Promise<readonly number[]> {
  const { outbox, host, owing, clock } = bench(t, { retries: 99 });
  owing();
  host.says = () => unanswered;
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  const times: number[] = [];
  for (let tenth = 0; tenth < 450; tenth++) {
    const before = host.asked.length;
    if (tenth === 400) outbox.wake();
    await calm(clock);
    await clock.advance(100);
    if (host.asked.length > before) times.push(Math.floor(tenth / 10));
  }
  stop.abort();
  await running;
  return times;
}

t.test('the wait doubles from round to round, and begins anew where the line is known to be back', async (t) => {
  const times = await asksOf(t);
  // 1, 2, 4, 8, 16 s, and what a random byte of 128 adds: a thousandth.
  t.same(times.slice(0, 6), [0, 1, 3, 7, 15, 31], `${times}`);
  t.same(times.slice(6), [40, 41, 43], `woken, then from the first wait on: ${times}`);
});

t.test('a round that settled something begins the waits anew', async (t) => {
  const { outbox, host, owing, clock } = bench(t, { retries: 99 });
  const entries = [owing(1), owing(2)];
  host.says = () => unanswered;
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await clock.advance(20_000);
  host.asked.length = 0;
  host.says = ({ amount }) => (amount === 1 ? acknowledged : unanswered);
  await clock.advance(16_000);
  t.equal(entries[0]?.state, 'reversed');
  host.asked.length = 0;
  await clock.advance(2500);
  t.ok(host.asked.length > 0, 'within the first waits, not after twice the last one');
  stop.abort();
  await running;
});

t.test(
  'the background tidies the journal while nobody has a request in hand, and survives a disk that is full',
  async (t) => {
    const { journal, clock, host } = bench(t);
    let tidied = 0;
    let fault: Error | null = null;
    const watched = Object.create(journal, {
      busy: { get: () => journal.busy },
      tidy: {
        value: () => {
          tidied++;
          if (fault !== null) throw fault;
        },
      },
    });
    const outbox = openOutbox({
      ...{ journal: watched, clock, random: (bytes: number) => new Uint8Array(bytes), signIn: async () => true },
      host: { reverse: async () => acknowledged, advise: async () => taken, inquire: async () => ({ end: 'none' }) },
      openCard: () => ({ pan: null, expiry: null }),
      profile: { retries: 3, first_wait_ms: 1, most_wait_ms: 1, inquires: true },
    });
    t.equal(host.asked.length, 0);
    const stop = new AbortController();
    const running = outbox.run(stop.signal);
    await calm(clock);
    t.equal(tidied, 1);
    const sale = journal.begin(saleOf(1));
    outbox.wake();
    await calm(clock);
    t.equal(tidied, 1, 'a sale is in hand');
    fault = new Fault({ kind: 'disk-full', file: 'journal.db' });
    sale.handOver();
    await calm(clock);
    t.equal(tidied, 2);
    fault = null;
    journal.takeTrace();
    outbox.wake();
    await calm(clock);
    t.equal(tidied, 3, 'it works on');
    fault = new TypeError('a bug');
    const ended = t.rejects(running, TypeError);
    outbox.wake();
    await ended;
    const more = tidied;
    fault = null;
    journal.begin(saleOf(1)).handOver();
    await calm(clock);
    t.equal(tidied, more, 'and has let go of the journal');
  },
);

t.test('a request that a flow hands over is reversed in the background at once, without a wake', async (t) => {
  const { outbox, host, clock, journal } = bench(t);
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  await calm(clock);
  const dropped = journal.begin(saleOf(6));
  dropped.sent();
  await calm(clock);
  t.equal(host.asked.length, 0, 'it is in hand');
  dropped.handOver();
  await calm(clock);
  t.equal(host.asked.length, 1, 'at once, without a wake');
  stop.abort();
  await running;
});

t.test(
  'a reversal of what holds no card says neither number nor expiry; an error that is no seal’s is a bug',
  async (t) => {
    using journal = scoped(journalIn(testFolder(t)));
    const entry = journal.begin({ ...saleOf(1), card: null });
    entry.sent();
    const never = () => {
      throw new Error('nothing to open');
    };
    t.match(reversalOf(entry, never), { pan: null, expiry: null });
    const carded = journal.begin(saleOf(1));
    carded.sent();
    t.throws(() => reversalOf(carded, never), /nothing to open/);
    const sealed = () => {
      throw Object.assign(new Error('sealed by another device'), { name: 'SealError' });
    };
    t.match(reversalOf(carded, sealed), { pan: null, expiry: null });
    const notAnError = () => {
      throw Object.assign(Object.create(null), { name: 'SealError' });
    };
    t.throws(() => reversalOf(carded, notAnError));
    const refund = journal.begin(saleOf(1, { type: 'refund', digest: 'd1' }));
    t.throws(() => reversalOf(refund, never), /has no reversal/);
    t.match(adviceOf(refund, sealed), { pan: null, expiry: null });
  },
);

t.test('an original whose answer had no day is of the terminal’s own', async (t) => {
  using journal = scoped(journalIn(testFolder(t), { clock: clockAt(new Date(2026, 2, 5, 12).getTime()) }));
  const sale = journal.begin(saleOf(100));
  sale.sent();
  sale.answered({ ...approval, host_time: null });
  sale.completed();
  const { original } = requestOf({ type: 'void', amount: fen(100), particulars: {} }, sale);
  t.equal(original?.date, '0305');
  t.same(requestOf({ type: 'sale', amount: fen(100), particulars: {} }, null), { amount: 100, original: null });
  t.same(requestOf({ type: 'sale', amount: fen(100), particulars: { plan: '01' } }, null), {
    amount: 100,
    original: null,
  });
  t.same(requestOf({ type: 'sale', amount: fen(100), particulars: { periods: 3 } }, null), {
    amount: 100,
    original: null,
  });
});

function clockAt(at_ms: number) {
  return {
    now: () => at_ms,
    monotonic: () => 0,
    sleep: () => new Promise<void>(() => undefined),
    after: () => () => undefined,
  };
}

t.test('a sign-in that throws is a bank that cannot be signed in to now', async (t) => {
  const { outbox, host, owing } = bench(t);
  const entry = owing();
  host.says = () => signInFirst;
  const cut = Promise.reject(new Fault({ kind: 'line-down', tried: [] }));
  cut.catch(() => undefined);
  host.signInTakes = cut;
  t.equal(await outbox.settle(entry), 'reversing');
  t.equal(entry.history.tries, 0);
  t.match(await outbox.clearBeforeSale(), { clear: false, owed: 1 });
});

t.test('what is about a parked sale waits until the bank has that one, and holds nothing up', async (t) => {
  const { outbox, host, journal } = bench(t);
  const sale = accepted(journal, 500);
  host.hears = () => silent;
  for (let turn = 0; turn < 3; turn++) await outbox.settle(sale);
  t.equal(sale.state, 'parked');
  const adjusted = journal.begin(
    saleOf(400, { type: 'adjust', digest: 'd1', original: sale, particulars: { before: fen(500) } }),
  );
  adjusted.accepted();
  const other = accepted(journal, 700);
  host.advised.splice(0);
  host.hears = ({ trace }) => (trace === sale.trace ? silent : taken);
  for (let turn = 0; turn < 4; turn++) await outbox.settleAll();
  t.equal(other.state, 'approved');
  t.equal(adjusted.state, 'pending', 'not refused as a change of nothing');
  t.notOk(host.advised.some(({ trace }) => trace === adjusted.trace));
  host.hears = () => taken;
  for (let turn = 0; turn < 2; turn++) await outbox.settleAll();
  t.same([sale.state, adjusted.state], ['approved', 'approved']);
});
