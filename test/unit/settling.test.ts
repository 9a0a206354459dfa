import t from 'tap';
import type { Settled, SettlementRequest } from '../../src/host/settlement.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Counter } from '../../src/payment/counter.ts';
import { settleBatch } from '../../src/settlement/settle.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { batch } from '../../src/values/trace.ts';
import { SealError } from '../../src/vault/seal.ts';
import { approval, owing, saleOf } from '../journal-bench.ts';
import { type SaleBench, saleBench } from '../sale-bench.ts';

const nothing = { amount: fen(0), count: 0 };
const none = { debit: nothing, credit: nothing };

function sold(journal: Journal, amount: number, seal = 1): void {
  const card = { masked: '622202******1234', sealed: Uint8Array.of(seal), fingerprint: new Uint8Array(32) };
  const entry = journal.begin(saleOf(amount, { copies: [], card }));
  entry.sent();
  entry.answered(approval);
  entry.completed();
}

/** A counter whose bank answers the steps of a settlement as the test says. */
function settling(bench: SaleBench, says: (request: SettlementRequest) => Partial<Settled>) {
  const steps: SettlementRequest[] = [];
  const { host, vault, config, paper } = bench.counter;
  const openCard = (sealed: Uint8Array) => {
    if (sealed[0] === 0) throw new SealError('this is nothing sealed');
    return { pan: Pan.from('6222020010011234'), expiry: '3012' };
  };
  const counter = {
    ...bench.counter,
    vault: { ...vault, openCard },
    config: { ...config, profile: { ...config.profile, transactions: { inquiry: { offered: false } } } },
    paper: { ...paper, wake: () => undefined },
    host: {
      ...host,
      async settle(request: SettlementRequest): Promise<Settled> {
        steps.push(request);
        return { code: '00', compared: null, reference: null, next: null, signInAgain: false, ...says(request) };
      },
    },
  } as unknown as Counter;
  return { steps, counter };
}

t.test(
  'a bank that wants a sign-in first gets it when the operator tries again, and the settlement goes on',
  async (t) => {
    const bench = saleBench(t);
    sold(bench.journal, 100);
    const { counter } = settling(bench, () => ({ code: '99', signInAgain: true }));
    const ending = settleBatch(counter);
    await bench.screen('settlement.confirm');
    bench.press('enter');
    await bench.screen('settlement.refused');
    bench.press('enter');
    t.same(await ending, { end: 'sign-in-first' });
    t.not(bench.journal.settling, null, 'it is open still');
  },
);

t.test('a number that this device cannot open any more keeps no batch from being closed', async (t) => {
  const bench = saleBench(t);
  sold(bench.journal, 100, 0);
  sold(bench.journal, 200);
  const compared = { flags: { home: 2, foreign: 1 }, bank: { home: none, foreign: none } } as const;
  const { steps, counter } = settling(bench, ({ step }) => {
    if (step === 'settle') return { compared };
    return step === 'upload' ? {} : { next: batch('000002') };
  });
  const ending = settleBatch(counter);
  await bench.screen('settlement.confirm');
  bench.press('enter');
  await bench.screen('settlement.done');
  bench.press('enter');
  t.match(await ending, { end: 'settled' });
  t.match(steps, [
    { step: 'settle' },
    { step: 'upload', rows: [{ trace: '000002', amount: 200 }] },
    { step: 'upload-end', count: 1 },
  ]);
  t.equal(bench.journal.batch, '000002');
});

t.test('a tip is one more that the bank is told first, though it counts 0 in every sum', async (t) => {
  const bench = saleBench(t);
  const sale = bench.journal.begin(saleOf(100, { type: 'offline', copies: [] }));
  sale.accepted();
  for (let tip = 0; tip < 3; tip++) {
    bench.journal.begin(saleOf(5, { type: 'tip', copies: [], original: sale })).accepted();
  }
  const { counter } = settling(bench, () => ({}));
  const ending = settleBatch(counter);
  await bench.screen('settlement.confirm');
  t.match(bench.texts().join(), /4 must be told to the bank first/);
  bench.press('cancel');
  t.same(await ending, { end: 'cancelled' });
});

t.test(
  'money found owed before the end says that payments wait for it; before the beginning work goes on',
  async (t) => {
    const bench = saleBench(t);
    sold(bench.journal, 100);
    const lost: Entry[] = [];
    const { counter } = settling(bench, ({ step }) => {
      if (step === 'settle')
        return { compared: { flags: { home: 1, foreign: 1 }, bank: { home: none, foreign: none } } };
      lost.push(owing(bench.journal, 300));
      return { next: batch('000002') };
    });
    const ending = settleBatch(counter);
    await bench.screen('settlement.confirm');
    bench.press('enter');
    await bench.screen('settlement.owing');
    t.match(bench.texts().join(), /no payments until it is done/);
    bench.press('cancel');
    t.same(await ending, { end: 'put-off' });

    const other = saleBench(t);
    owing(other.journal, 300);
    const unsettled = settling(other, () => ({})).counter;
    const outbox = { ...unsettled.outbox, settleAll: async () => ({ clear: false }) };
    const refused = settleBatch({ ...unsettled, outbox } as unknown as Counter);
    await other.screen('settlement.confirm');
    other.press('enter');
    await other.screen('settlement.owing');
    t.match(other.texts().join(), /work goes on/);
    other.press('cancel');
    t.same(await refused, { end: 'put-off' });
  },
);

t.test(
  'a next batch that was closed here before is asked for again by a sign-in, and the settlement goes on',
  async (t) => {
    const bench = saleBench(t);
    const { journal } = bench;
    sold(journal, 100);
    journal.closeBatch(batch('000002'));
    sold(journal, 200);
    const { steps, counter } = settling(bench, ({ step }) =>
      step === 'settle'
        ? { compared: { flags: { home: 1, foreign: 1 }, bank: { home: none, foreign: none } } }
        : { next: batch('000001') },
    );
    const first = settleBatch(counter);
    await bench.screen('settlement.confirm');
    bench.press('enter');
    await bench.screen('settlement.stuck');
    t.match(bench.texts().join(), /a batch that was settled here.*No payments until it is/);
    bench.press('enter');
    t.same(await first, { end: 'sign-in-first' });
    journal.openBatch(batch('000007'));
    const second = settleBatch(counter);
    await bench.screen('settlement.done');
    bench.press('enter');
    t.match(await second, { end: 'settled' });
    t.same([journal.batch, steps.length], ['000007', 2], 'nothing is asked twice');
  },
);

t.test('what differed before the books moved is told nobody once the new comparison balances', async (t) => {
  const bench = saleBench(t);
  sold(bench.journal, 100);
  let ends = 0;
  const { counter } = settling(bench, ({ step }) => {
    const home = ends === 0 ? 2 : 1;
    if (step === 'settle') return { compared: { flags: { home, foreign: 1 }, bank: { home: none, foreign: none } } };
    if (step === 'upload') return {};
    return ++ends === 1 ? { code: '95' } : { next: batch('000002') };
  });
  const inquire = async () => ({ end: 'none' });
  const profile = { ...counter.config.profile, transactions: { inquiry: { offered: true } } };
  const asking = { ...counter, host: { ...counter.host, inquire }, config: { ...counter.config, profile } };
  const ending = settleBatch(asking as unknown as Counter);
  await bench.screen('settlement.confirm');
  bench.press('enter');
  await bench.screen('settlement.done');
  t.same(bench.foot(), { enter: 'Done' });
  bench.press('enter');
  t.match(await ending, { end: 'settled' });
  const settlement = bench.journal.lastSettlement();
  t.same(
    settlement?.steps.map(({ kind }) => kind),
    ['compared', 'uploaded', 'differs', 'compared', 'ended'],
  );
});
