import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import { sell } from '../../src/sale/sale.ts';
import { fen } from '../../src/values/fen.ts';
import { full, lineDown, no, nothing, type SaleBench, saleBench, stateOf, toTheBank } from '../sale-bench.ts';

t.test('an approved sale says so on screen, display and journal, and wipes the card', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(12_850) });
  await toTheBank(bench);
  await bench.screen('sale.approved');
  t.equal(stateOf(bench), 'approved', 'the row says it before the screen does');
  bench.press('enter');
  t.equal((await selling).end, 'approved');
  t.same(bench.journal.last()?.history.signedOff, { operator: '01', matches: true });
  t.equal(bench.wiped(), 1);
  t.equal(bench.watching(), 0);
  t.equal(bench.clock.sleeping, 0, 'no timer is left');
  t.equal(bench.said.at(-1), 'display.welcome');
});

t.test('a decline says so on screen, display and journal', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => no;
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.declined');
  t.equal(stateOf(bench), 'declined');
  t.match(bench.said.at(-1), 'display.not-charged');
  bench.press('cancel');
  const end = await selling;
  t.equal(end.end, 'declined');
  t.equal(bench.reversals, 0);
});

t.test('no answer is unknown, is reversed at once, and never says that nothing was charged', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  const reversal = Promise.withResolvers<void>();
  bench.reverses = async () => {
    await reversal.promise;
    return { end: 'acknowledged', code: '00' };
  };
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.reversing');
  t.equal(stateOf(bench), 'reversing');
  t.notOk(bench.said.some((rows) => rows.includes('not-charged')));
  reversal.resolve();
  await bench.clock.advance(1000);
  await bench.screen('sale.reversed');
  t.equal(stateOf(bench), 'reversed');
  bench.press('cancel');
  t.match(await selling, { end: 'unsettled', again: null });
  t.equal(bench.clock.sleeping, 0, 'no timer is left');
});

t.test('a reversal without an original is never offered as a sale to charge again', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  bench.reverses = () => ({ end: 'no-original', code: '25' });
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.clock.advance(1000);
  await bench.screen('sale.reversed-unconfirmed');
  t.equal(stateOf(bench), 'reversed-unconfirmed');
  bench.press('enter');
  t.match(await selling, { end: 'unsettled', again: null });
});

t.test('whoever puts an unknown result off leaves it owed, and to the background', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.clock.advance(1000);
  await bench.screen('sale.unknown');
  bench.press('cancel');
  await selling;
  t.equal(bench.journal.last()?.debt, 'reverse');
  t.notOk(bench.journal.busy);
  t.equal(bench.clock.sleeping, 0, 'no timer is left');
});

t.test('a line that is down charges nothing, and holds no debt up while its screen stands', async (t) => {
  const bench = saleBench(t);
  bench.answers = lineDown;
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.refused');
  t.equal(bench.sent.length, 0);
  t.equal(stateOf(bench), 'declined', 'the journal says what the screen says (money rule 17)');
  t.notOk(bench.journal.busy, 'what is owed is told to the bank meanwhile');
  bench.press('enter');
  t.match(await selling, { end: 'refused', again: { amount: 100 } });
});

for (const call of ['answered', 'completed'] as const) {
  t.test(`a disk that fails at "${call}" makes the result unknown, never a failure that was charged`, async (t) => {
    const bench = saleBench(t);
    broken(bench, call);
    const selling = sell(bench.counter, { amount: fen(100) });
    await toTheBank(bench);
    await bench.clock.advance(1000);
    await bench.screen('sale.reversed');
    t.notOk(bench.screens.includes('sale.approved'));
    t.notOk(bench.screens.includes('sale.refused'));
    t.equal(bench.reversals, 1);
    bench.press('cancel');
    t.equal((await selling).end, 'unsettled');
  });
}

t.test('a disk that fails at "sent" refuses the sale before a byte left', async (t) => {
  const bench = saleBench(t);
  broken(bench, 'sent');
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.refused');
  t.equal(bench.sent.length, 0);
  t.equal(bench.reversals, 0);
  bench.press('cancel');
  await selling;
});

t.test('a disk that fails at the sign-off leaves the sale approved and the terminal standing', async (t) => {
  const bench = saleBench(t);
  broken(bench, 'signedOff');
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.approved');
  bench.press('enter');
  t.equal((await selling).end, 'approved');
  t.equal(stateOf(bench), 'approved');
});

t.test('a row that cannot be written leaves no request in memory', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.journal, { begin: full });
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.refused');
  t.equal(bench.unsent(), 1);
  t.equal(bench.sent.length, 0);
  bench.press('cancel');
  t.match(await selling, { end: 'refused', problem: { kind: 'disk-full' } });
});

t.test('what is no Fault stops the program, with the row as it is for the next boot', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => {
    throw new TypeError('a bug');
  };
  const selling = sell(bench.counter, { amount: fen(100) });
  const ended = t.rejects(selling, new TypeError('a bug'));
  await toTheBank(bench);
  await ended;
  t.equal(bench.journal.last()?.debt, 'reverse');
  t.equal(bench.wiped(), 1);
  t.equal(bench.clock.sleeping, 0, 'no timer is left');
});

t.test('a PIN under keys that the bank has replaced is asked for anew, never sent', async (t) => {
  const bench = saleBench(t);
  const owed = owing(bench);
  let refusals = 1;
  bench.reverses = () => (refusals-- > 0 ? { end: 'sign-in-first', code: 'A0' } : { end: 'acknowledged', code: '00' });
  bench.signsIn = () => {
    bench.newKeys();
    return true;
  };
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.pin', 2);
  t.equal(owed.state, 'reversed');
  t.equal(bench.sent.length, 0);
  bench.press('1', '2', '3', '4', '5', '6', 'enter');
  await bench.screen('sale.approved');
  bench.press('enter');
  await selling;
  t.equal(bench.sent.length, 1);
});

t.test('digits of a PIN that come after its time is up are no amount', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.number');
  bench.press('enter');
  await bench.screen('sale.pin');
  bench.press('1', '2');
  await bench.clock.advance(60_000);
  bench.press('3', '4');
  await bench.clock.advance(1000);
  let over = false;
  void selling.then(() => {
    over = true;
  });
  bench.press('5', '6');
  await bench.clock.advance(0);
  t.notOk(over, 'somebody is still typing');
  await bench.clock.advance(2000);
  t.equal((await selling).end, 'cancelled');
  t.equal(bench.sent.length, 0);
});

t.test('the same card and amount minutes ago is shown where Enter would charge it again', async (t) => {
  const bench = saleBench(t);
  for (const screen of ['sale.number', 'sale.again']) {
    const selling = sell(bench.counter, { amount: fen(100) });
    await bench.screen('sale.card');
    bench.swipe();
    await bench.screen(screen);
    bench.press('enter');
    await bench.screen('sale.pin');
    bench.press('1', '2', '3', '4', '5', '6', 'enter');
    await bench.screen('sale.approved');
    bench.press('enter');
    await selling;
  }
});

t.test('a swiped chip card is wiped and its stripe not used', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  bench.swipe('chip');
  await bench.screen('sale.chip');
  t.equal(bench.wiped(), 1);
  bench.press('cancel');
  t.equal((await selling).end, 'cancelled');
});

t.test('no sale begins on a full disk', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.journal, { checkWritable: full });
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.refused');
  bench.press('cancel');
  t.match(await selling, { end: 'refused', problem: { kind: 'disk-full' }, again: null });
});

/** A sale of before that the bank has yet to undo. */
function owing({ journal }: SaleBench): Entry {
  const entry = journal.begin({ type: 'sale', amount: fen(500), entryMode: '021', operator: '01', card: null });
  entry.sent();
  entry.handOver();
  return entry;
}

/** The next entry's disk fails once, at this call. */
function broken({ journal }: SaleBench, call: 'sent' | 'answered' | 'completed' | 'signedOff'): void {
  const { begin } = journal;
  Object.assign(journal, {
    begin(request: Parameters<typeof begin>[0]) {
      return Object.assign(begin(request), { [call]: full });
    },
  });
}
