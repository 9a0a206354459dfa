import t from 'tap';
import { addToHold } from '../../src/preauth/add.ts';
import { complete, completeByAdvice } from '../../src/preauth/complete.ts';
import { preauthorise } from '../../src/preauth/preauth.ts';
import { releaseHold } from '../../src/preauth/release.ts';
import { voidCompletion } from '../../src/preauth/void-completion.ts';
import { sell } from '../../src/sale/sale.ts';
import { held, PIN, SUPERVISOR } from '../hold-bench.ts';
import { keysOf } from '../keys.ts';
import { no, nothing, saleBench, stateOf, yes } from '../sale-bench.ts';

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

t.test('more is held under the same authorisation, with the same card alone', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  const adding = addToHold(bench.counter);
  await bench.screen('preauth-add.trace');
  t.match(bench.texts().join(), /100\.00, trace 000001/, 'Enter takes the last one');
  bench.press('enter');
  await bench.screen('preauth-add.amount.of');
  bench.press('enter');
  await bench.says(/Enter an amount first/);
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
  await bench.says(/over the limit of ¥50,000\.00/);
  bench.press('cancel');
  t.equal((await adding).end, 'cancelled');
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
