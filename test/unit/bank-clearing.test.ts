import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { SEED } from '../../bank/bank.ts';
import { type Clock, systemClock } from '../../src/values/clock.ts';
import { Counter } from './bank-counter.ts';
import { countedAs } from './bank-settling.ts';
import {
  ask,
  books,
  CARDS,
  codeOf,
  type Keys,
  type Lab,
  lab,
  MERCHANT,
  readyTerminal,
  reversalRequest,
  type SaleChanges,
  saleRequest,
  sealed,
} from './bank-terminal.ts';

type Json = Record<string, unknown>;

const DAY_MS = 86_400_000;
/** Noon of the day after the certificates begin, in the bank's own time (UTC+8). */
const NOON = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS + 4 * 3_600_000;

function movableClock(): Clock & { set(ms: number): void } {
  let at = NOON;
  return {
    ...systemClock,
    now: () => at,
    set(ms) {
      at = ms;
    },
  };
}

const dateOf = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');

/** A bank whose merchant is cleared so, and a terminal that is signed in. */
async function openBank(t: Test, how: 'T+1' | 'real-time' = 'T+1') {
  const seed = mkdtempSync(join(tmpdir(), 'gt-seed-'));
  cpSync(SEED, seed, { recursive: true });
  const merchants = join(seed, 'merchants.json');
  writeFileSync(merchants, readFileSync(merchants, 'utf8').replace('"T+1"', `"${how}"`));
  const clock = movableClock();
  const here = await lab({ seed, clock });
  t.teardown(async () => {
    await here.close();
    rmSync(seed, { recursive: true });
  });
  return { here, clock, keys: await readyTerminal(here) };
}

const merchant = ({ bank }: Lab) => (bank.control({ do: 'merchants' }).merchants as Json[])[0] ?? {};
const payouts = ({ bank }: Lab) => bank.control({ do: 'payouts' }).payouts as Json[];
const dayOf = ({ bank }: Lab) => bank.control({ do: 'day' }).day;

async function sell(here: Lab, keys: Keys, sale: SaleChanges) {
  const answer = await ask(here, sealed(saleRequest(keys, sale), keys.mak));
  return answer?.message;
}

t.test(
  'a cut-over in mid-trade answers 90 for its time, posts nothing, and then trades carry the next day',
  async (t) => {
    const { here, clock, keys } = await openBank(t);
    const before = await sell(here, keys, { trace: '000002' });
    t.match(before, { code: '00', settlementDate: dateOf(NOON).slice(4) });

    const next = dateOf(NOON + DAY_MS);
    t.match(here.bank.control({ do: 'cut-over' }), { ok: true, closed: dateOf(NOON), day: next, cutting_over: true });
    const balance = books(here).balance('boc-debit');
    t.equal((await sell(here, keys, { trace: '000003' }))?.code, '90');
    clock.set(NOON + 1999);
    t.equal((await sell(here, keys, { trace: '000004' }))?.code, '90');
    t.equal(books(here).balance('boc-debit'), balance);
    t.match(books(here).transactions[0], { state: 'declined', code: '90', trace: '000004' });
    t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000003' })), '00', 'a reversal does not wait');
    t.equal((await sell(here, keys, { trace: '000003' }))?.code, '94', 'the same request, doubled on its way');
    t.equal(await countedAs(here, keys, { home: { debit: [12_850, 1] } }), '00 11', 'nor a settlement');

    clock.set(NOON + 2000);
    t.match(await sell(here, keys, { trace: '000005' }), { code: '00', settlementDate: next.slice(4) });
    t.equal(books(here).sum, 0);
  },
);

t.test('a cut-over by hand lasts as long as it is told to, through a restart, and says until when', async (t) => {
  const { here, clock, keys } = await openBank(t);
  const elevenAtNight = NOON + 11 * 3_600_000;
  t.match(here.bank.control({ do: 'day' }), {
    ...{ day: dateOf(NOON), next: dateOf(NOON + DAY_MS), cutting_over: false, quiet_until: null, lasts_s: 2 },
    ends: new Date(elevenAtNight).toISOString(),
  });
  for (const lasts_s of [-1, 601, 1.5, '30', null]) {
    const refused = here.bank.control({ do: 'cut-over', lasts_s });
    t.match(refused, { ok: false, error: /seconds/, problem: { kind: 'seconds', most: 600 } }, String(lasts_s));
  }
  t.equal(dayOf(here), dateOf(NOON), 'what is refused ends no day');
  t.match(here.bank.control({ do: 'cut-over', lasts_s: 30 }), {
    ...{ closed: dateOf(NOON), day: dateOf(NOON + DAY_MS), cutting_over: true },
    quiet_until: new Date(NOON + 30_000).toISOString(),
    ends: new Date(elevenAtNight + DAY_MS).toISOString(),
  });
  clock.set(NOON + 29_999);
  t.equal((await sell(here, keys, { trace: '000002' }))?.code, '90');
  await here.restart();
  t.match(here.bank.control({ do: 'day' }), { cutting_over: true });
  clock.set(NOON - 1);
  t.match(here.bank.control({ do: 'day' }), { cutting_over: false }, 'a clock that is put back does not make it last');
  clock.set(NOON + 30_000);
  t.match(here.bank.control({ do: 'day' }), { cutting_over: false, quiet_until: null });
  here.bank.control({ do: 'cut-over', lasts_s: 0 });
  t.match(here.bank.control({ do: 'day' }), { day: dateOf(NOON + 2 * DAY_MS), cutting_over: false });
});

t.test('an advice that meets the cut-over leaves nothing, and is taken when it is told again', async (t) => {
  const counter = new Counter(t);
  counter.office.books.atomically(() => counter.host.clearing.cutOver(counter.now));
  const asked = counter.message('offline', { trace: '000002' });
  t.equal(counter.answerTo(asked).code, '90');
  t.same(counter.rows(), []);
  t.same(counter.office.cases.list(9, true), [], 'it is not refused for good');
  counter.now += 2000;
  t.equal(counter.answerTo(asked).code, '00');
  t.match(counter.rows(), [{ state: 'posted', settlementDate: counter.office.days.date() }]);
});

t.test('the day ends at its configured time, in the bank’s own time, and once', async (t) => {
  const { here, clock, keys } = await openBank(t);
  const elevenAtNight = NOON + 11 * 3_600_000;
  clock.set(elevenAtNight - 1);
  t.match(await sell(here, keys, { trace: '000002' }), { code: '00', settlementDate: dateOf(NOON).slice(4) });
  clock.set(elevenAtNight);
  t.equal((await sell(here, keys, { trace: '000003' }))?.code, '90');
  clock.set(elevenAtNight + 2000);
  const next = dateOf(NOON + DAY_MS);
  t.match(await sell(here, keys, { trace: '000004' }), { code: '00', settlementDate: next.slice(4) });
  // A clock that is put back ends no day and opens none.
  clock.set(NOON);
  t.match(await sell(here, keys, { trace: '000005' }), { code: '00', settlementDate: next.slice(4) });
  // Nobody trades for three days: the first who comes does not meet a cut-over that is long over.
  clock.set(elevenAtNight + 3 * DAY_MS + 60_000);
  t.match(await sell(here, keys, { trace: '000006' }), {
    code: '00',
    settlementDate: dateOf(NOON + 4 * DAY_MS).slice(4),
  });
  t.same(
    payouts(here).map(({ day }) => day),
    [next, dateOf(NOON)],
  );
});

t.test('a day that was ended by hand is not ended again when its time comes', async (t) => {
  const { here, clock } = await openBank(t);
  here.bank.control({ do: 'cut-over' });
  clock.set(NOON + 12 * 3_600_000);
  await here.restart();
  t.equal(dayOf(here), dateOf(NOON + DAY_MS));
  clock.set(NOON + 12 * 3_600_000 + DAY_MS);
  await here.restart();
  t.equal(dayOf(here), dateOf(NOON + 2 * DAY_MS), 'the bank sees to it by itself when it starts');
});

t.test('PIN tries are counted anew each day', async (t) => {
  const { here, clock, keys } = await openBank(t);
  for (const [trace, code] of [
    ['000002', '55'],
    ['000003', '55'],
    ['000004', '75'],
    ['000005', '75'],
  ] as const) {
    t.equal((await sell(here, keys, { trace, pin: trace === '000005' ? CARDS.boc.pin : '000000' }))?.code, code);
  }
  here.bank.control({ do: 'cut-over' });
  clock.set(NOON + 2000);
  t.equal((await sell(here, keys, { trace: '000006' }))?.code, '00');
  t.match(books(here).transactions[0], { day: dateOf(NOON + DAY_MS) });
});

t.test('T+1: what was sold, less what went back, less the fees, is paid as the day ends', async (t) => {
  const { here, clock, keys } = await openBank(t);
  t.equal((await sell(here, keys, { trace: '000002', amount: 12_850 }))?.code, '00');
  const { reference } = (await sell(here, keys, { trace: '000003', amount: 500_000 })) ?? {};
  t.equal((await sell(here, keys, { trace: '000004', amount: 10_000, card: CARDS.cmb, pin: null }))?.code, '00');
  const undo = { processing: '200000', batch: `23${keys.batch}000500`, reference, original: `${keys.batch}000003` };
  t.equal((await sell(here, keys, { trace: '000005', amount: 500_000, fields: undo }))?.code, '00');
  t.match(merchant(here), { pending: 22_850, fees: 124, paid: 0, clearing: 'T+1' });

  here.bank.control({ do: 'cut-over' });
  t.match(merchant(here), { pending: 0, fees: 0, paid: 22_726 });
  t.match(payouts(here), [
    {
      ...{ merchant: MERCHANT, day: dateOf(NOON), clearing: 'T+1' },
      ...{ debit: 522_850, debits: 3, credit: 500_000, credits: 1, fee: 124, brought: 0, paid: 22_726, carried: 0 },
    },
  ]);
  const { entries, sum } = books(here);
  t.equal(sum, 0);
  t.same(
    entries.slice(0, 2).map(({ kind }) => kind),
    ['payout', 'clearing'],
  );
  clock.set(NOON + 5000);
  here.bank.control({ do: 'cut-over' });
  t.equal(payouts(here).length, 1, 'a day without trade pays nobody');
});

t.test('what a merchant owes is carried until its sales cover it', async (t) => {
  const { here, clock, keys } = await openBank(t);
  t.equal((await sell(here, keys, { trace: '000002', amount: 20_000 }))?.code, '00');
  here.bank.control({ do: 'cut-over' });
  clock.set(NOON + 3000);
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002', amount: 20_000 })), '00');
  t.equal((await sell(here, keys, { trace: '000003', amount: 5000 }))?.code, '00');
  here.bank.control({ do: 'cut-over' });
  t.match(payouts(here)[0], { debit: 5000, credit: 20_000, fee: -75, paid: 0, carried: -14_925 });
  t.match(merchant(here), { pending: -15_000, paid: 19_900 });
  clock.set(NOON + 6000);
  t.equal((await sell(here, keys, { trace: '000004', amount: 30_000 }))?.code, '00');
  here.bank.control({ do: 'cut-over' });
  t.match(payouts(here)[0], { debit: 30_000, credit: 0, fee: 150, brought: -14_925, paid: 14_925, carried: 0 });
  t.match(merchant(here), { pending: 0, fees: 0, paid: 19_900 + 14_925 });
});

t.test('real time: each sale is paid at once, and what goes back is taken off the next one', async (t) => {
  const { here, keys } = await openBank(t, 'real-time');
  t.equal((await sell(here, keys, { trace: '000002', amount: 12_850 }))?.code, '00');
  t.match(merchant(here), { pending: 0, fees: 0, paid: 12_786 });
  t.match(payouts(here), [{ clearing: 'real-time', debit: 12_850, fee: 64, paid: 12_786 }]);
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00');
  t.match(merchant(here), { pending: -12_850, paid: 12_786 }, 'nothing is collected from its account');
  t.equal((await sell(here, keys, { trace: '000003', amount: 20_000 }))?.code, '00');
  t.match(merchant(here), { pending: 0, fees: 0, paid: 19_900 });
  here.bank.control({ do: 'cut-over' });
  t.equal(payouts(here).length, 3, 'the end of the day finds nothing to pay');
  t.equal(books(here).sum, 0);
});

t.test('the reconciliation file says line by line what the day was paid with, and shows no number', async (t) => {
  const { here, clock, keys } = await openBank(t);
  const answer = await sell(here, keys, { trace: '000002', amount: 12_850 });
  t.equal((await sell(here, keys, { trace: '000003', amount: 700 }))?.code, '00');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000003', amount: 700 })), '00');
  const open = here.bank.control({ do: 'reconciliation' });
  t.match(open, { merchant: MERCHANT, date: dateOf(NOON), closed: false });
  here.bank.control({ do: 'cut-over' });
  clock.set(NOON + 3000);
  t.equal((await sell(here, keys, { trace: '000004' }))?.code, '00');

  const file = join(here.dir, 'bank', 'reconciliation', `${MERCHANT}-${dateOf(NOON)}.csv`);
  const lines = readFileSync(file, 'utf8').split('\r\n');
  t.equal(
    lines[0],
    'entry,kind,date,time,terminal,batch,trace,reference,authorisation,type,card_group,pan,amount,fee,net',
  );
  t.match(
    lines[1],
    `,sale,${dateOf(NOON)},120000,50461160,000001,000002,${answer?.reference},${answer?.authorisation},sale,home,622202******1234,12850,64,12786`,
  );
  t.match(lines[2], ',sale,home,622202******1234,700,4,696');
  t.match(lines[3], ',reversal,');
  t.match(lines[3], ',-700,-4,-696');
  t.equal(lines[4], 'total,2,13550,1,700,64,12786');
  t.same(lines.slice(5), [''], 'the sale of the next day is not in it');
  t.notMatch(lines.join('\n'), /622202001/);

  const closed = here.bank.control({ do: 'reconciliation', merchant: MERCHANT, date: dateOf(NOON) });
  t.match(closed, {
    closed: true,
    totals: { debits: 2, debit: 13_550, credits: 1, credit: 700, fee: 64, net: 12_786 },
  });
  t.same(closed.rows, open.rows);
  t.same(here.bank.control({ do: 'reconciliation', date: dateOf(NOON), csv: true }), {
    ...{ ok: true, name: `${MERCHANT}-${dateOf(NOON)}.csv`, csv: readFileSync(file, 'utf8') },
  });
  t.equal(payouts(here)[0]?.paid, (closed.totals as Json).net);
});

t.test('files that a crash has kept from being written are written at the next start', async (t) => {
  const { here, clock, keys } = await openBank(t);
  t.equal((await sell(here, keys, { trace: '000002' }))?.code, '00');
  clock.set(NOON + 11 * 3_600_000);
  // The request ends the day; nothing has looked after the files yet.
  await sell(here, keys, { trace: '000003' });
  await here.restart();
  t.same(readdirSync(join(here.dir, 'bank', 'reconciliation')), [`${MERCHANT}-${dateOf(NOON)}.csv`]);
});

t.test('a merchant or a day that is not there is named with its remedy', async (t) => {
  const { here } = await openBank(t);
  const asked = (command: object) => here.bank.control({ do: 'reconciliation', ...command });
  t.match(asked({ merchant: '898110248990009' }), { ok: false, error: /no merchant/, remedy: /merchants/ });
  for (const date of ['20200101', '2020', 20200101]) {
    t.match(asked({ date }), { ok: false, error: /no business day/, remedy: /YYYYMMDD/ });
  }
});
