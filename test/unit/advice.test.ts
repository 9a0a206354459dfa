import t from 'tap';
import { adjust, mostTotal, whyNotAdjust } from '../../src/advice/adjust.ts';
import { sellOffline } from '../../src/advice/offline.ts';
import { addTip, whyNoTip } from '../../src/advice/tip.ts';
import { sellByVoice } from '../../src/advice/voice.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Request } from '../../src/journal/journal.ts';
import { showRefusals } from '../../src/payment/accept.ts';
import { sellByInstalments } from '../../src/sale/instalment.ts';
import { sell } from '../../src/sale/sale.ts';
import { fen } from '../../src/values/fen.ts';
import { batch } from '../../src/values/trace.ts';
import { approval, journalIn, refusal, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { keysOf } from '../keys.ts';
import { full, lineDown, no, nothing, type SaleBench, saleBench, stateOf, toTheBank, yes } from '../sale-bench.ts';

/** Up to the question whether it is taken offline. */
async function offlineTo(bench: SaleBench, compared = 'offline.number'): Promise<void> {
  await bench.screen('offline.amount');
  bench.press(...keysOf('12850'), 'enter');
  await bench.screen('offline.card');
  bench.swipe();
  await bench.screen(compared);
  bench.press('enter');
}

/** Without a line from here on. */
function offline(bench: SaleBench): void {
  bench.echoes = () => lineDown();
  bench.advises = lineDown;
  bench.answers = lineDown;
}

t.test('an offline sale is pending until the bank took it, is signed, and is told once', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  let told = 0;
  const over = new AbortController();
  const background = bench.counter.outbox.run(over.signal);
  const selling = sellOffline(bench.counter);
  await offlineTo(bench);
  await bench.screen('offline.confirm');
  bench.press('enter');
  await bench.screen('offline.accepted');
  t.match(bench.texts().join(), /Pending: do not do it again.*Offline sale taken/);
  t.equal(stateOf(bench), 'pending');
  t.match(bench.said.at(-1), /display\.pending display\.sign/);
  bench.press('enter');
  const end = await selling;
  t.equal(end.end, 'accepted');
  t.same(bench.journal.last()?.history.signedOff, { operator: '01', matches: true });
  bench.advises = () => {
    told++;
    return { end: 'answer', answer: yes };
  };
  bench.counter.outbox.wake();
  for (let turn = 0; turn < 50 && stateOf(bench) !== 'approved'; turn++) await new Promise(setImmediate);
  t.equal(stateOf(bench), 'approved');
  bench.counter.outbox.wake();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  t.equal(told, 1);
  over.abort();
  await background;
  t.equal(bench.wiped(), 1);
  t.equal(bench.watching(), 0);
  t.same(bench.sent, [], 'nothing was sent as a sale');
});

t.test('with a line nobody goes offline', async (t) => {
  const bench = saleBench(t);
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.impossible');
  t.match(bench.texts().join(), /The line works/);
  bench.press('enter');
  t.equal((await selling).end, 'line-up');
  t.equal(bench.journal.last(), null);
});

t.test('the clerk can give up while the line is tried', async (t) => {
  const bench = saleBench(t);
  bench.echoes = () => new Promise(() => undefined);
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.trying');
  bench.press('cancel');
  t.equal((await selling).end, 'cancelled');
});

t.test('over the floor limit nothing is typed, and nothing is taken of nothing', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.amount');
  bench.press('enter');
  await bench.says(/Enter an amount first/);
  bench.press(...keysOf('20001'));
  t.match(await bench.says(/Over the offline limit of ¥200\.00/), /200\.00|2,000\.00/);
  bench.press('cancel');
  t.equal((await selling).end, 'cancelled');
});

t.test('a card whose service code wants a PIN or the issuer is not taken offline', async (t) => {
  for (const how of ['pin', 'online'] as const) {
    const bench = saleBench(t);
    offline(bench);
    const selling = sellOffline(bench.counter);
    await bench.screen('offline.amount');
    bench.press('1', 'enter');
    await bench.screen('offline.card');
    bench.swipe(how);
    await bench.screen('offline.number');
    bench.press('enter');
    await bench.screen('offline.impossible');
    t.match(bench.texts().join(), /This card must be online/);
    bench.press('enter');
    t.equal((await selling).end, 'online-only');
    t.equal(bench.journal.last(), null);
    t.equal(bench.wiped(), 1);
  }
});

t.test('after an online try that is open, an offline sale has its own trace and names the first', async (t) => {
  for (const [reverses, screen, state, debt] of [
    [() => lineDown(), 'sale.unknown', 'reversing', 'reverse'],
    // The bank knows of no such sale, which may come still.
    [
      () => ({ end: 'no-original', code: '25' }) as const,
      'sale.reversed-unconfirmed',
      'reversed-unconfirmed',
      'confirm',
    ],
  ] as const) {
    const bench = saleBench(t);
    bench.answers = () => nothing;
    bench.reverses = reverses;
    const online = sell(bench.counter, { amount: fen(12_850) });
    await toTheBank(bench);
    await bench.screen(screen);
    bench.press('cancel');
    await online;
    const first = bench.journal.last();
    t.equal(first?.state, state);
    offline(bench);
    const selling = sellOffline(bench.counter);
    await offlineTo(bench, 'offline.again');
    await bench.screen('offline.confirm');
    t.match(bench.texts().join(), new RegExp(`${first?.trace}.*being reversed: it is not charged twice`));
    bench.press('enter');
    await bench.screen('offline.accepted');
    bench.press('enter');
    await selling;
    const second = bench.journal.last();
    t.match(second?.row, { type: 'offline', state: 'pending', particulars: { after: first?.trace } });
    t.not(second?.trace, first?.trace);
    t.equal(first?.debt, debt, 'the first is still owed');
  }
});

t.test('a disk that refuses begins nothing, and nothing is held up by it', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const selling = sellOffline(bench.counter);
  await offlineTo(bench);
  await bench.screen('offline.confirm');
  bench.prepares = full;
  bench.press('enter');
  await bench.screen('offline.refused');
  bench.press('enter');
  t.equal((await selling).end, 'refused');
  t.equal(bench.journal.busy, false);
  t.equal(bench.journal.last(), null);
});

t.test('a row that was begun and could not be accepted is one that the terminal declined', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const { journal } = bench.counter;
  const { begin } = journal;
  Object.assign(journal, { begin: (request: Request) => Object.assign(begin(request), { accepted: full }) });
  const selling = sellOffline(bench.counter);
  await offlineTo(bench);
  await bench.screen('offline.confirm');
  bench.press('enter');
  await bench.screen('offline.refused');
  bench.press('enter');
  t.equal((await selling).end, 'refused');
  t.equal(stateOf(bench), 'declined');
  t.equal(journal.busy, false, 'nothing is held up by it');
  t.same(journal.debts(), []);
});

t.test('an advice that the bank refuses says so on the screen that stands, before any key', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const over = new AbortController();
  const background = bench.counter.outbox.run(over.signal);
  const selling = sellOffline(bench.counter);
  await offlineTo(bench);
  await bench.screen('offline.confirm');
  bench.press('enter');
  await bench.screen('offline.accepted');
  bench.advises = () => ({ end: 'answer', answer: no });
  bench.counter.outbox.wake();
  await bench.screen('offline.accepted.refused');
  t.match(bench.texts().join(), /Not charged.*The bank refuses it.*Keep the slip and call/);
  t.match(bench.said.at(-1), /display\.declined/);
  bench.press('enter');
  await selling;
  t.equal(stateOf(bench), 'declined');
  t.equal(bench.journal.last()?.history.signedOff, null, 'nobody signs for what is not taken');
  over.abort();
  await background;
});

t.test('a refusal that came while nobody looked is shown until somebody has seen it, once', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const selling = sellOffline(bench.counter);
  await offlineTo(bench);
  await bench.screen('offline.confirm');
  bench.press('enter');
  await bench.screen('offline.accepted');
  bench.press('enter');
  await selling;
  bench.advises = () => ({ end: 'answer', answer: no });
  await bench.counter.outbox.settleAll();
  t.equal(stateOf(bench), 'declined');
  t.match(
    bench.journal.debts().map(({ debt }) => debt),
    ['tell'],
  );
  const showing = showRefusals(bench.counter);
  await bench.screen('offline.accepted.refused');
  bench.press('cancel', 'enter');
  await showing;
  t.same(bench.journal.debts(), []);
  await showRefusals(bench.counter);
});

t.test('an authorisation by telephone takes the six digits that the desk says, and no fewer', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const selling = sellByVoice(bench.counter);
  await bench.screen('voice.amount');
  bench.press(...keysOf('30000'), 'enter');
  await bench.screen('voice.card');
  bench.swipe('pin');
  await bench.screen('voice.number');
  bench.press('enter');
  await bench.screen('voice.call');
  t.match(bench.texts().join(), /898110248990001.*50461160.*6222 02\*\*/);
  bench.press(...keysOf('48291'), 'enter');
  await bench.says(/4 8 2 9 1 –/);
  t.equal(bench.journal.last(), null, 'five digits are no code');
  bench.press('3', 'enter');
  await bench.screen('voice.accepted');
  t.match(bench.texts().join(), /Auth\. code 482913/);
  bench.press('enter');
  t.equal((await selling).end, 'accepted');
  t.match(bench.journal.last()?.row, {
    ...{ type: 'voice', amount: 30_000, state: 'pending', particulars: { authorisation: '482913' } },
  });
});

t.test('a tip is a part of the sale at most, and a sale takes one', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(12_850) });
  await toTheBank(bench);
  await bench.screen('sale.approved');
  bench.press('enter');
  await selling;
  const sale = bench.journal.last();
  const tipping = addTip(bench.counter);
  await bench.screen('tip.trace');
  bench.press('enter');
  await bench.screen('tip.amount.of');
  bench.press('enter');
  await bench.says(/Enter an amount first/);
  bench.press(...keysOf('2571'));
  await bench.says(/Tip at most ¥25\.70: 20% of the sale/);
  bench.press('0', 'enter');
  await bench.screen('tip.accepted');
  bench.press('enter');
  t.equal((await tipping).end, 'accepted');
  t.match(bench.journal.last()?.row, {
    ...{ type: 'tip', amount: 2570, original: sale?.trace, particulars: { before: 12_850 } },
  });
  t.equal(sale?.total, 15_420);
  t.equal(bench.wiped(), 1, 'the tip took no card');

  const again = addTip(bench.counter);
  await bench.screen('tip.trace', 2);
  bench.press('1', 'enter');
  await bench.screen('tip.impossible');
  t.match(bench.texts().join(), /It has a tip already/);
  bench.press('cancel');
  t.equal((await again).end, 'cancelled');
});

t.test('the amount of an offline sale is adjusted after a supervisor, and again from there', async (t) => {
  const bench = saleBench(t);
  offline(bench);
  const selling = sellOffline(bench.counter);
  await offlineTo(bench);
  await bench.screen('offline.confirm');
  bench.press('enter');
  await bench.screen('offline.accepted');
  bench.press('enter');
  await selling;
  for (const [time, digits, before] of [
    [1, '9900', 12_850],
    [2, '15000', 9900],
  ] as const) {
    const adjusting = adjust(bench.counter);
    await bench.screen('adjust.trace', time);
    bench.press('1', 'enter');
    await bench.screen('adjust.amount.of', time);
    bench.press(...keysOf(String(before)), 'enter');
    await bench.says(/the same amount: nothing to adjust/);
    bench.press(...keysOf('20001'));
    await bench.says(/¥200\.00 at most offline/);
    bench.press('clear', 'clear', 'clear', 'clear', 'clear', ...keysOf(digits), 'enter');
    await bench.screen('adjust.supervisor', time);
    bench.press(...keysOf('123456'), 'enter');
    await bench.screen('adjust.accepted', time);
    bench.press('enter');
    await adjusting;
    t.match(bench.journal.last()?.row, { type: 'adjust', amount: Number(digits), particulars: { before } });
  }
});

t.test('a sale by instalments carries its periods; another digit chooses nothing', async (t) => {
  const bench = saleBench(t);
  const selling = sellByInstalments(bench.counter);
  await bench.screen('instalment.amount');
  bench.press(...keysOf('120000'), 'enter');
  await bench.screen('instalment.card');
  bench.swipe();
  await bench.screen('instalment.number');
  bench.press('enter');
  await bench.screen('instalment.periods');
  t.match(bench.texts().join(), /3 × ¥400\.00.*24 × ¥50\.00/);
  bench.press('9', '0', 'enter', '3');
  await bench.screen('instalment.pin');
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('instalment.approved');
  bench.press('enter');
  t.equal((await selling).end, 'approved');
  t.match(bench.journal.last()?.row, { type: 'instalment', particulars: { periods: 12, plan: '01' } });
});

t.test('why there is no tip, and no adjustment', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const made = (type: 'sale' | 'void' | 'refund' | 'tip', original: Entry | null = null, answer = approval) => {
    const entry = journal.begin(saleOf(10_000, { type, ...(original === null ? {} : { original }) }));
    if (type === 'tip') {
      entry.accepted();
      entry.told(answer);
      return entry;
    }
    entry.sent();
    entry.answered(answer);
    if (answer.money === 'charged') entry.completed();
    else entry.handOver();
    return entry;
  };
  t.equal(whyNoTip(journal, null), 'unknown');
  t.equal(whyNoTip(journal, made('sale', null, refusal)), 'not-charged');
  t.equal(whyNoTip(journal, made('sale', null, silence)), 'unsettled');
  const sale = made('sale');
  t.equal(whyNoTip(journal, sale), null);
  made('tip', sale, refusal);
  t.equal(whyNoTip(journal, sale), null, 'a tip that the bank refused is none');
  made('refund', sale, silence);
  t.equal(whyNoTip(journal, sale), 'undone', 'nobody knows what is left of it');
  const tipped = made('sale');
  made('tip', tipped);
  t.equal(whyNoTip(journal, tipped), 'tipped');
  const voided = made('sale');
  const undo = made('void', voided);
  t.equal(whyNoTip(journal, voided), 'undone');
  t.equal(whyNoTip(journal, undo), 'not-sale');
  t.equal(whyNotAdjust(journal, sale), 'not-offline');

  const taken = journal.begin(saleOf(10_000, { type: 'offline' }));
  taken.accepted();
  t.equal(whyNotAdjust(journal, taken), null, 'the bank need not have heard of it');
  const refused = journal.begin(saleOf(10_000, { type: 'voice' }));
  refused.accepted();
  refused.told(refusal);
  t.equal(whyNotAdjust(journal, refused), 'refused');
  const limits = { floor_fen: 20_000, limit_fen: 5_000_000 };
  t.equal(mostTotal(refused, limits).limit, 10_000, 'no more than the desk has authorised');
  t.equal(mostTotal(taken, limits).limit, 20_000);
  const later = made('sale');
  journal.openBatch(batch('000002'));
  t.equal(whyNoTip(journal, later), 'settled');
  t.equal(whyNotAdjust(journal, taken), 'settled');
});
