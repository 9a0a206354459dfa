import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import type { Key } from '../../src/operator/keypad.ts';
import { addToHold } from '../../src/preauth/add.ts';
import { complete, completeByAdvice } from '../../src/preauth/complete.ts';
import { preauthorise } from '../../src/preauth/preauth.ts';
import { releaseHold } from '../../src/preauth/release.ts';
import { voidCompletion } from '../../src/preauth/void-completion.ts';
import { sell } from '../../src/sale/sale.ts';
import { lineDown, no, nothing, type SaleBench, saleBench, stateOf, yes } from '../sale-bench.ts';

const PIN: Key[] = ['1', '2', '3', '4', '5', '6', 'enter'];
const SUPERVISOR = PIN;
const keysOf = (digits: string) => [...digits] as Key[];

/** A pre-authorisation, held at the bank. */
async function held(bench: SaleBench, fen = '10000'): Promise<Entry> {
  const holding = preauthorise(bench.counter);
  await bench.screen('preauth.amount');
  bench.press(...keysOf(fen), 'enter');
  await bench.screen('preauth.card');
  bench.swipe();
  await bench.screen('preauth.number');
  bench.press('enter');
  await bench.screen('preauth.pin');
  bench.press(...PIN);
  await bench.screen('preauth.approved');
  bench.press('enter');
  const end = await holding;
  if (end.end !== 'approved') throw new Error(end.end);
  return end.entry;
}

t.test('a pre-authorisation holds: screen, display and journal say so, and nothing says charged', async (t) => {
  const bench = saleBench(t);
  const entry = await held(bench);
  t.match(entry.row, { type: 'preauth', amount: 10_000, state: 'approved' });
  t.ok(bench.said.some((rows) => rows.startsWith('hold display.held')));
  t.equal(bench.said.at(-1), 'display.welcome');
  t.equal(bench.wiped(), 1);
  t.equal(bench.watching(), 0);
  t.equal(bench.clock.sleeping, 0);
});

t.test('a pre-authorisation that is lost is reversed, and may be tried again', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  const holding = preauthorise(bench.counter);
  await bench.screen('preauth.amount');
  bench.press(...keysOf('10000'), 'enter');
  await bench.screen('preauth.card');
  bench.swipe();
  await bench.screen('preauth.number');
  bench.press('enter');
  await bench.screen('preauth.pin');
  bench.press(...PIN);
  await bench.screen('preauth.reversed');
  t.equal(stateOf(bench), 'reversed');
  t.match(bench.texts().join(), /Nothing is held on the card/);
  bench.press('cancel');
  t.equal((await holding).end, 'unsettled');
});

t.test('the same card and amount minutes later is asked about, a sale of it is not', async (t) => {
  const bench = saleBench(t);
  const first = await held(bench);
  const selling = sell(bench.counter, { amount: first.amount });
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.number');
  bench.press('cancel');
  await selling;
  const holding = preauthorise(bench.counter);
  await bench.screen('preauth.amount', 2);
  bench.press(...keysOf('10000'), 'enter');
  await bench.screen('preauth.card', 2);
  bench.swipe();
  await bench.screen('preauth.again');
  t.match(bench.texts().join(), /Same pre-auth just now.*000001.*Hold it once more/);
  bench.press('cancel');
  t.equal((await holding).end, 'cancelled');
});

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

t.test('more is held under the same authorisation, with the same card alone', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  const adding = addToHold(bench.counter);
  await bench.screen('preauth-add.trace');
  t.match(bench.texts().join(), /100\.00, trace 000001/, 'Enter takes the last one');
  bench.press('enter');
  await bench.screen('preauth-add.amount.of');
  bench.press('enter');
  t.match(await bench.says(/Enter an amount first/), /./);
  bench.press(...keysOf('5000'), 'enter');
  await bench.screen('preauth-add.card');
  bench.swipe();
  await bench.screen('preauth-add.pin');
  bench.press(...PIN);
  await bench.screen('preauth-add.approved');
  bench.press('enter');
  t.equal((await adding).end, 'approved');
  t.equal(hold.total, 15_000);
  t.match(bench.journal.last()?.row, { type: 'preauth-add', original: hold.trace, amount: 5000 });
});

t.test('what is held together stays within the limit', async (t) => {
  const bench = saleBench(t);
  await held(bench, '4999900');
  const adding = addToHold(bench.counter);
  await bench.screen('preauth-add.trace');
  bench.press('enter');
  await bench.screen('preauth-add.amount.of');
  bench.press(...keysOf('101'));
  t.match(await bench.says(/over the limit of ¥50,000\.00/), /./);
  bench.press('cancel');
  t.equal((await adding).end, 'cancelled');
});

t.test('a completion charges up to 115 % of what is held, and more never leaves', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('enter');
  await bench.screen('completion.amount.of');
  bench.press(...keysOf('11501'));
  t.match(await bench.says(/¥115\.00 at most: 115% of what is held/), /./);
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
  t.match(await bench.says(/There is no such day/), /./);
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

t.test('a void releases the whole hold, after a supervisor; a lost one leaves it held', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  bench.answers = () => nothing;
  const releasing = releaseHold(bench.counter);
  await bench.screen('preauth-void.trace');
  bench.press('enter');
  await bench.screen('preauth-void.confirm');
  bench.press('enter');
  await bench.screen('preauth-void.supervisor');
  bench.press(...SUPERVISOR);
  await bench.screen('preauth-void.card');
  bench.swipe();
  await bench.screen('preauth-void.pin');
  bench.press(...PIN);
  await bench.screen('preauth-void.reversed');
  t.match(bench.texts().join(), /Still held.*The pre-auth stands: the amount is held on the card/);
  t.equal(hold.state, 'approved', 'money rule 7');
  bench.answers = () => yes;
  bench.press('enter');
  await bench.screen('preauth-void.card', 2);
  bench.swipe();
  await bench.screen('preauth-void.pin', 2);
  bench.press(...PIN);
  await bench.screen('preauth-void.approved');
  t.ok(bench.said.some((rows) => rows.startsWith('release display.released')));
  bench.press('enter');
  t.equal((await releasing).end, 'approved');
  t.equal(hold.state, 'voided');
});

t.test('a hold that is seen and kept is not released, and no supervisor is asked', async (t) => {
  const bench = saleBench(t);
  await held(bench);
  const releasing = releaseHold(bench.counter);
  await bench.screen('preauth-void.trace');
  bench.press('enter');
  await bench.screen('preauth-void.confirm');
  t.match(bench.texts().join(), /Release this hold.*100\.00/);
  bench.press('cancel');
  t.equal((await releasing).end, 'cancelled');
  t.notOk(bench.screens.includes('preauth-void.supervisor'));
  t.equal(bench.journal.rows({ limit: 9 }).length, 1);
});

t.test('without the supervisor’s password nothing is released', async (t) => {
  const bench = saleBench(t);
  await held(bench);
  const releasing = releaseHold(bench.counter);
  await bench.screen('preauth-void.trace');
  bench.press('enter');
  await bench.screen('preauth-void.confirm');
  bench.press('enter');
  await bench.screen('preauth-void.supervisor');
  bench.press('0', '0', '0', '0', 'enter');
  await bench.says(/Wrong password/);
  bench.press('cancel');
  t.equal((await releasing).end, 'cancelled');
  t.equal(bench.journal.rows({ limit: 9 }).length, 1);
});

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

t.test('a decline leaves the hold as it was, and a cancelled question begins nothing', async (t) => {
  const bench = saleBench(t);
  await held(bench);
  bench.answers = () => no;
  const adding = addToHold(bench.counter);
  await bench.screen('preauth-add.trace');
  bench.press('enter');
  await bench.screen('preauth-add.amount.of');
  bench.press('1', 'enter');
  await bench.screen('preauth-add.card');
  bench.swipe();
  await bench.screen('preauth-add.pin');
  bench.press(...PIN);
  await bench.screen('preauth-add.declined');
  t.match(bench.texts().join(), /Hold unchanged/);
  bench.press('cancel');
  await adding;
  const rows = bench.journal.rows({ limit: 9 }).length;
  for (const flow of [addToHold, complete, completeByAdvice, releaseHold, voidCompletion]) {
    const flowing = flow(bench.counter);
    await new Promise(setImmediate);
    bench.press('cancel');
    t.equal((await flowing).end, 'cancelled');
  }
  t.equal(bench.journal.rows({ limit: 9 }).length, rows);
});
