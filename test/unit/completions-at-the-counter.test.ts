import t from 'tap';
import { complete, completeByAdvice } from '../../src/preauth/complete.ts';
import { voidCompletion } from '../../src/preauth/void-completion.ts';
import { Fault } from '../../src/values/problem.ts';
import { held, PIN, SUPERVISOR } from '../hold-bench.ts';
import { answerOf, approval, done, saleOf } from '../journal-bench.ts';
import { keysOf } from '../keys.ts';
import { lineDown, nothing, type SaleBench, saleBench, stateOf, yes } from '../sale-bench.ts';

t.test('where the acquirer wants completions told, the menu’s completion is an advice', async (t) => {
  const bench = saleBench(t);
  await held(bench);
  const { completion } = bench.counter.config.profile.transactions;
  Object.assign(completion, { by: 'advice' });
  const completing = complete(bench.counter);
  await bench.screen('completion-advice.trace');
  Object.assign(completion, { by: 'request' });
  bench.press('cancel');
  t.equal((await completing).end, 'cancelled');
});

t.test('a completion charges up to 115 % of what is held, and more never leaves', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('enter');
  await bench.screen('completion.amount.of');
  bench.press(...keysOf('11501'));
  await bench.says(/¥115\.00 at most: 115% of what is held/);
  bench.press('clear', 'clear', 'clear', 'clear', 'enter');
  await bench.says(/Enter an amount first/);
  bench.press(...keysOf('11500'), 'enter');
  await bench.screen('completion.card');
  bench.swipe();
  await bench.screen('completion.pin');
  bench.press(...PIN);
  await bench.screen('completion.approved');
  bench.press('enter');
  t.equal((await completing).end, 'approved');
  t.match(bench.journal.last()?.row, { type: 'completion', amount: 11_500, original: hold.trace });

  const again = complete(bench.counter);
  await bench.screen('completion.trace', 2);
  bench.press('1', 'enter');
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /It is completed already/);
  bench.press('cancel');
  t.equal((await again).end, 'cancelled');
});

t.test('after 13 or 61 another amount is charged, not the same once more', async (t) => {
  for (const code of ['13', '61']) {
    const bench = saleBench(t);
    await held(bench);
    bench.answers = () => ({ ...answerOf('not charged', code), signInAgain: false });
    const completing = complete(bench.counter);
    await bench.screen('completion.trace');
    bench.press('enter');
    for (const [time, digits, screen] of [
      [1, '11000', 'completion.declined'],
      [2, '9000', 'completion.approved'],
    ] as const) {
      await bench.screen('completion.amount.of', time);
      bench.press(...keysOf(digits), 'enter');
      await bench.screen('completion.card', time);
      bench.swipe();
      await bench.screen('completion.pin', time);
      bench.press(...PIN);
      await bench.screen(screen);
      if (time === 1) t.equal(bench.foot().enter, 'Other amount');
      bench.answers = () => yes;
      bench.press('enter');
    }
    t.equal((await completing).end, 'approved');
    t.match(bench.journal.rows({ limit: 2 }), [{ amount: 9000 }, { amount: 11_000, state: 'declined' }]);
  }
});

t.test('a completion without an answer is reversed: not charged, and the hold is there again', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  bench.answers = () => nothing;
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('enter');
  await bench.screen('completion.amount.of');
  bench.press('enter');
  await bench.screen('completion.card');
  bench.swipe();
  await bench.screen('completion.pin');
  bench.press(...PIN);
  await bench.screen('completion.reversed');
  t.match(bench.texts().join(), /Not charged, still held/);
  t.equal(hold.state, 'approved');
  bench.press('cancel');
  await completing;
});

t.test('a completion of a slip that the journal does not hold names code and date', async (t) => {
  const bench = saleBench(t);
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('menu');
  await bench.screen('completion.authorisation');
  bench.press(...keysOf('482913'), 'enter');
  await bench.screen('completion.date');
  bench.press(...keysOf('0230'), 'enter');
  await bench.says(/There is no such day/);
  const today = new Date(bench.clock.now());
  const mmdd = [today.getMonth() + 1, today.getDate()].map((each) => String(each).padStart(2, '0')).join('');
  bench.press(...keysOf(mmdd), 'enter');
  await bench.screen('completion.amount.of');
  bench.press(...keysOf('8000'), 'enter');
  await bench.screen('completion.card');
  bench.swipe();
  await bench.screen('completion.number');
  bench.press('enter');
  await bench.screen('completion.pin');
  bench.press(...PIN);
  await bench.screen('completion.approved');
  bench.press('enter');
  await completing;
  t.match(bench.journal.last()?.row, {
    type: 'completion',
    amount: 8000,
    original: null,
    particulars: { authorisation: '482913', date: mmdd },
  });
});

/** Up to the answer to code and date. */
async function byCode(bench: SaleBench, code: string, date: string, time = 1): Promise<void> {
  await bench.screen('completion.trace', time);
  bench.press('menu');
  await bench.screen('completion.authorisation', time);
  bench.press(...keysOf(code), 'enter');
  await bench.screen('completion.date', time);
  bench.press(...keysOf(date), 'enter');
}

t.test('a code that the journal holds after all is judged by what has been done about it', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => ({ ...yes, authorisation: '482913', host_time: null });
  const hold = await held(bench);
  const completing = complete(bench.counter);
  await byCode(bench, '482913', '0101');
  await bench.screen('completion.amount.of');
  t.match(bench.texts().join(), /Held ¥100\.00 · trace 000001/);
  bench.press('enter');
  await bench.screen('completion.card');
  bench.swipe();
  await bench.screen('completion.pin');
  bench.press(...PIN);
  await bench.screen('completion.approved');
  bench.press('enter');
  await completing;
  t.equal(bench.journal.last()?.original?.id, hold.id);

  const again = complete(bench.counter);
  await byCode(bench, '482913', '0101', 2);
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /It is completed already/);
  bench.press('cancel');
  await again;
});

t.test('what was begun by a code and is open is not begun a second time', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  bench.reverses = () => lineDown();
  const completing = complete(bench.counter);
  await byCode(bench, '771203', '0101');
  await bench.screen('completion.amount.of');
  bench.press('5', 'enter');
  await bench.screen('completion.card');
  bench.swipe();
  await bench.screen('completion.number');
  bench.press('enter');
  await bench.screen('completion.pin');
  bench.press(...PIN);
  await bench.screen('completion.unknown');
  bench.press('cancel');
  await completing;
  const again = complete(bench.counter);
  await byCode(bench, '771203', '0101', 2);
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /It is being worked on/);
  bench.press('cancel');
  t.equal((await again).end, 'cancelled');
});

t.test('a completion advice takes no card, is pending without a line and approved once the bank took it', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  bench.advises = lineDown;
  const over = new AbortController();
  const background = bench.counter.outbox.run(over.signal);
  const completing = completeByAdvice(bench.counter);
  await bench.screen('completion-advice.trace');
  bench.press('enter');
  await bench.screen('completion-advice.amount.of');
  bench.press(...keysOf('9000'), 'enter');
  await bench.screen('completion-advice.confirm');
  t.match(bench.texts().join(), /Charge this pre-auth\?.*"90\.00".*6222 02\*\* \*\*\*\* 1234/);
  bench.press('enter');
  await bench.screen('completion-advice.accepted');
  t.match(bench.texts().join(), /Pending: do not do it again/);
  t.equal(stateOf(bench), 'pending');
  bench.advises = () => ({ end: 'answer', answer: yes });
  bench.counter.outbox.wake();
  await bench.says(/"Charged"/);
  t.equal(stateOf(bench), 'approved');
  bench.press('enter');
  t.equal((await completing).end, 'accepted');
  t.match(bench.journal.last()?.row, { type: 'completion-advice', original: hold.trace, amount: 9000 });
  over.abort();
  await background;
  t.equal(bench.watching(), 0);
});

t.test('Enter upon Enter ends at the card of the hold, and who keeps it there begins nothing', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  const completing = completeByAdvice(bench.counter);
  bench.press('enter', 'enter', 'enter', 'enter');
  await bench.screen('completion-advice.confirm');
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  t.equal(bench.screens.at(-1), 'completion-advice.confirm');
  bench.press('cancel');
  t.equal((await completing).end, 'cancelled');
  t.equal(bench.journal.last()?.id, hold.id);
});

t.test(
  'told of a slip that the journal does not hold, a completion takes the card’s number and no track',
  async (t) => {
    const bench = saleBench(t);
    const completing = completeByAdvice(bench.counter);
    await bench.screen('completion-advice.trace');
    bench.press('menu');
    await bench.screen('completion-advice.authorisation');
    bench.press(...keysOf('771203'), 'enter');
    await bench.screen('completion-advice.date');
    bench.press(...keysOf('0101'), 'enter');
    await bench.screen('completion-advice.amount.of');
    bench.press(...keysOf('5000'), 'enter');
    await bench.screen('completion-advice.card');
    bench.swipe();
    await bench.screen('completion-advice.number');
    bench.press('enter');
    await bench.screen('completion-advice.accepted');
    t.equal(bench.wiped(), 1);
    bench.press('enter');
    t.equal((await completing).end, 'accepted');
    t.match(bench.journal.last()?.row, {
      ...{ type: 'completion-advice', amount: 5000, original: null },
      particulars: { authorisation: '771203', date: '0101' },
    });
  },
);

t.test('the void of a completion brings the hold back, and it can be completed again', async (t) => {
  const bench = saleBench(t);
  await held(bench);
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('enter');
  await bench.screen('completion.amount.of');
  bench.press('enter');
  await bench.screen('completion.card');
  bench.swipe();
  await bench.screen('completion.pin');
  bench.press(...PIN);
  await bench.screen('completion.approved');
  bench.press('enter');
  await completing;

  const voiding = voidCompletion(bench.counter);
  await bench.screen('completion-void.trace');
  bench.press('enter');
  await bench.screen('completion-void.confirm');
  bench.press('enter');
  await bench.screen('completion-void.supervisor');
  bench.press(...SUPERVISOR);
  await bench.screen('completion-void.card');
  bench.swipe();
  await bench.screen('completion-void.pin');
  bench.press(...PIN);
  await bench.screen('completion-void.approved');
  t.match(bench.texts().join(), /No longer charged, held again/);
  bench.press('enter');
  t.equal((await voiding).end, 'approved');

  const again = complete(bench.counter);
  await bench.screen('completion.trace', 2);
  t.match(bench.texts().join(), /trace 000001/, 'it is offered again');
  bench.press('cancel');
  await again;
});

t.test('a slip that was completed or released here by its code is not gone on with a second time', async (t) => {
  const bench = saleBench(t);
  const today = new Date(bench.clock.now());
  const mmdd = [today.getMonth() + 1, today.getDate()].map((each) => String(each).padStart(2, '0')).join('');
  const particulars = { authorisation: '771203', date: mmdd };
  const advice = bench.journal.begin(saleOf(38_000, { type: 'completion-advice', particulars }));
  advice.accepted();
  advice.told(approval);
  const released = { authorisation: '771204', date: mmdd };
  done(bench.journal, 5000, { type: 'preauth-void', particulars: released });
  done(bench.journal, 5000, { type: 'preauth-add', particulars: { authorisation: '771205', date: mmdd } });
  done(bench.journal, 5000, { type: 'completion', particulars: { authorisation: '771205', date: '1231' } });

  const completing = complete(bench.counter);
  await byCode(bench, '771203', mmdd);
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /It is completed already.*¥380\.00 · Trace 000001/);
  bench.press('enter');
  await byCode(bench, '771204', mmdd, 2);
  await bench.screen('completion.impossible', 2);
  t.match(bench.texts().join(), /It is voided already/);
  bench.press('enter');
  await byCode(bench, '771205', mmdd, 3);
  await bench.screen('completion.amount.of');
  t.match(bench.texts().join(), /771205/, 'what is added to it ends it no more than another day’s');
  bench.press('cancel');
  await completing;

  done(bench.journal, 38_000, { type: 'refund', original: advice });
  t.equal(advice.state, 'refunded');
  const refunded = complete(bench.counter);
  await byCode(bench, '771203', mmdd, 4);
  await bench.screen('completion.impossible', 3);
  t.match(bench.texts().join(), /It is completed already/);
  bench.press('cancel');
  await refunded;
});

t.test('what a code was good for a year ago is no end of what it holds now; its void opens it again', async (t) => {
  const bench = saleBench(t);
  const particulars = { authorisation: '771203', date: '0101' };
  const first = done(bench.journal, 5000, { type: 'completion', particulars });
  const chosen = async (screen: string, time: number) => {
    const completing = complete(bench.counter);
    await byCode(bench, '771203', '0101', time);
    await bench.screen(screen);
    bench.press('cancel');
    await completing;
  };
  await chosen('completion.impossible', 1);
  done(bench.journal, 5000, { type: 'completion-void', original: first });
  await chosen('completion.amount.of', 2);
  done(bench.journal, 5000, { type: 'completion', particulars });
  await chosen('completion.impossible', 3);
  await bench.clock.advance(365 * 86_400_000);
  await chosen('completion.amount.of', 4);
});

t.test('a hold that was completed by its slip is completed, though the journal finds it by its trace', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  const { authorisation, host_time } = hold.history.answer ?? {};
  const particulars = { authorisation: String(authorisation), date: String(host_time?.mmdd) };
  done(bench.journal, 5000, { type: 'completion', particulars });
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('1', 'enter');
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /It is completed already/);
  bench.press('cancel');
  await completing;
});

t.test('an archive that is not read may hold its end: it is said, and nothing is completed', async (t) => {
  for (const unread of ['findHold', 'begunBy']) {
    const bench = saleBench(t);
    Object.defineProperty(bench.journal, unread, {
      value: () => {
        throw new Fault({ kind: 'archive-broken', file: 'archive.db', why: '-', set_aside: null, in_place: true });
      },
    });
    const completing = complete(bench.counter);
    await byCode(bench, '771203', '0101');
    await bench.screen('completion.refused');
    t.match(bench.texts().join(), /archive of closed batches cannot be read/);
    bench.press('enter');
    t.match(await completing, { end: 'cancelled' });
    t.equal(bench.journal.last(), null);
  }
});
