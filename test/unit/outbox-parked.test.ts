import t from 'tap';
import type { AdviceEnd } from '../../src/host/advice.ts';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import { fen } from '../../src/values/fen.ts';
import { batch } from '../../src/values/trace.ts';
import { saleOf, silence } from '../journal-bench.ts';
import { acknowledged, bench, calm, taken, unanswered } from '../outbox-bench.ts';

const has = (state: 'posted' | 'reversed'): InquiryEnd => ({
  end: 'found',
  ...{ state, code: '00', amount: fen(100), refunded: fen(0), reference: null, authorisation: null },
});
const silent: AdviceEnd = { end: 'answer', answer: { ...silence, signInAgain: false } };

t.test('a bank that has it and turns nothing back writes no row for ever', async (t) => {
  const { outbox, host, owing, clock } = bench(t);
  host.says = () => ({ end: 'no-original', code: '12' });
  host.knows = () => has('posted');
  const entry = owing();
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  for (let seconds = 0; seconds < 60; seconds++) await clock.advance(1000);
  t.equal(entry.state, 'parked');
  const { length } = entry.story;
  const asked = host.asked.length;
  for (let minutes = 0; minutes < 24 * 60; minutes++) await clock.advance(60_000);
  t.equal(entry.story.length, length, 'a day has passed and nothing was learned');
  const times = host.asked.length - asked;
  t.ok(times >= 23 && times <= 40, `still tried, about once an hour: ${times}`);
  host.knows = () => has('reversed');
  for (let minutes = 0; minutes < 80; minutes++) await clock.advance(60_000);
  t.equal(entry.state, 'reversed', 'what is new is taken down');
  t.same(
    entry.story.slice(length).map(({ event }) => event),
    [
      { kind: 'no-original', code: '12' },
      { kind: 'confirmed', by: 'inquiry' },
    ],
  );
  stop.abort();
  await running;
});

t.test('parked, and the books agree that there is none, or cannot be asked', async (t) => {
  const { outbox, host, owing } = bench(t, { retries: 1 });
  host.says = () => unanswered;
  const entry = owing();
  t.equal(await outbox.settle(entry), 'parked');
  host.says = () => ({ end: 'no-original', code: '25' });
  host.signInWorks = false;
  host.knows = () => ({ end: 'refused', code: 'A0', signInAgain: true });
  t.equal(await outbox.settle(entry), 'parked', 'nobody could say');
  host.knows = () => ({ end: 'none' });
  t.equal(await outbox.settle(entry), 'reversed-unconfirmed');
});

t.test('two people may rule on what is parked while the books are asked', async (t) => {
  const { outbox, host, owing } = bench(t, { retries: 1 });
  host.says = () => unanswered;
  const entry = owing();
  await outbox.settle(entry);
  host.says = () => ({ end: 'no-original', code: '12' });
  host.knows = () => {
    entry.ruled({ money: 'charged', people: ['01', '00'], reference: 'R' });
    return has('reversed');
  };
  t.equal(await outbox.settle(entry), 'approved');
});

t.test('a parked advice that the bank leaves without a word is told still, and taken down no more', async (t) => {
  const { outbox, host, journal } = bench(t);
  const entry = journal.begin(saleOf(500, { type: 'offline', digest: 'd1' }));
  entry.accepted();
  host.hears = () => silent;
  for (let turn = 0; turn < 3; turn++) await outbox.settle(entry);
  t.equal(entry.state, 'parked');
  const { length } = entry.story;
  for (let turn = 0; turn < 5; turn++) await outbox.settleAll();
  t.equal(entry.story.length, length);
  t.equal(host.advised.length, 8);
});

t.test('what is newly due does not wait for the back-off of what is parked', async (t) => {
  const { outbox, host, owing, clock } = bench(t, { retries: 1 });
  host.says = () => unanswered;
  const parked = owing(1);
  await outbox.settle(parked);
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  for (let minutes = 0; minutes < 300; minutes++) await clock.advance(60_000);
  host.says = ({ amount }) => (amount === 1 ? unanswered : acknowledged);
  const fresh = owing(2);
  await calm(clock);
  t.equal(fresh.state, 'reversed', 'at once');
  t.equal(parked.state, 'parked');
  stop.abort();
  await running;
  t.equal(clock.sleeping, 0);
});

t.test('77 after a sign-in that named another batch: the bank’s books say whether it was taken', async (t) => {
  const of = (inquires: boolean) => {
    const { outbox, host, journal } = bench(t, { inquires });
    host.hears = () => ({ end: 'sign-in-first', code: '77' });
    const entry = journal.begin(saleOf(5000, { type: 'offline' }));
    entry.accepted();
    const told = async () => {
      await outbox.settle(entry);
      return entry.history.stage;
    };
    return { journal, host, told };
  };
  const known = {
    end: 'found',
    state: 'posted',
    code: '00',
    refunded: fen(0),
    reference: null,
    authorisation: null,
  } as const;
  for (const [knows, stage] of [
    [{ end: 'none' }, 'refused'],
    [{ ...known, amount: fen(5000) }, 'completed'],
    [{ ...known, amount: fen(4999) }, 'refused'],
    [{ end: 'refused', code: '96', signInAgain: false }, 'accepted'],
  ] as const) {
    const { journal, host, told } = of(true);
    host.knows = () => knows;
    t.equal(await told(), 'accepted', 'the bank has this batch open still');
    journal.openBatch(batch('000777'));
    t.equal(await told(), stage, JSON.stringify(knows));
  }
  const { journal, told } = of(false);
  journal.openBatch(batch('000777'));
  t.equal(await told(), 'accepted', 'nobody can say');
});

t.test('changes of one sale are told in their order, also where the first is parked', async (t) => {
  const { outbox, host, journal } = bench(t);
  const sale = journal.begin(saleOf(500, { type: 'offline', digest: 'd1' }));
  sale.accepted();
  await outbox.settle(sale);
  const changed = (total: number, before: number) => {
    const adjusted = journal.begin(
      saleOf(total, { type: 'adjust', digest: 'd1', original: sale, particulars: { before: fen(before) } }),
    );
    adjusted.accepted();
    return adjusted;
  };
  const [first, second] = [changed(900, 500), changed(700, 900)];
  host.hears = () => silent;
  for (let turn = 0; turn < 3; turn++) await outbox.settle(first);
  t.equal(first.state, 'parked');
  host.advised.splice(0);
  for (let turn = 0; turn < 4; turn++) await outbox.settleAll();
  t.ok(host.advised.length > 0);
  t.notOk(
    host.advised.some(({ trace }) => trace === second.trace),
    'the bank would hear of a total that it does not have',
  );
  host.hears = () => taken;
  for (let turn = 0; turn < 2; turn++) await outbox.settleAll();
  t.same([first.state, second.state], ['approved', 'approved']);
  t.equal(sale.total, 700);
});

t.test('a void of a sale is turned back whatever change of that sale the bank has not heard of', async (t) => {
  const { outbox, host, journal } = bench(t);
  const sale = journal.begin(saleOf(500, { type: 'offline', digest: 'd1' }));
  sale.accepted();
  await outbox.settle(sale);
  host.hears = () => silent;
  const tip = journal.begin(
    saleOf(50, { type: 'tip', digest: 'd1', original: sale, particulars: { before: fen(500) } }),
  );
  tip.accepted();
  await outbox.settle(tip);
  const undo = journal.begin(saleOf(500, { type: 'void', original: sale }));
  undo.sent();
  undo.answered(silence);
  t.equal(await outbox.settle(undo), 'reversed');
});
