import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { SEED } from '../../bank/bank.ts';
import { clearingCommands } from '../../bank/clearing-commands.ts';
import { merchantPaid } from '../../bank/office.ts';
import { fileClosedDays } from '../../bank/reconciliation.ts';
import { readSeed, type Seed } from '../../bank/seed.ts';
import { Counter, TERMINAL_2, withTwoMerchants } from './bank-counter.ts';
import { MERCHANT, TERMINAL } from './bank-terminal.ts';

const DAY = 86_400_000;
/** Local midnight (UTC+8) at the end of 2026-06-01. */
const MIDNIGHT = Date.UTC(2026, 5, 1, 16);

/** The seed with another time of the cut-over. */
function endingAt(t: Test, time: string): Seed {
  const seed = mkdtempSync(join(tmpdir(), 'gt-seed-'));
  t.teardown(() => rmSync(seed, { recursive: true }));
  cpSync(SEED, seed, { recursive: true });
  const file = join(seed, 'acquirer.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"cut_over": "23:00:00"', `"cut_over": "${time}"`));
  return readSeed(seed);
}

const day = ({ office, host }: Counter) => clearingCommands.day?.({ office, clearing: host.clearing }, { do: 'day' });
const byHand = ({ office, host, now }: Counter) => office.books.atomically(() => host.clearing.cutOver(now, 0));
const paid = ({ office }: Counter) => office.ledger.balance(merchantPaid(MERCHANT));

/** F39, the day of the clock (F13) and the bank's (F15). */
function sell(counter: Counter, trace: string): string {
  const { code, date, settlementDate } = counter.ask('sale', { trace, amount: 100 });
  return `${code} ${date} ${settlementDate}`;
}

t.test('a day that ends at midnight is the calendar’s', (t) => {
  const counter = new Counter(t, endingAt(t, '00:00:00'));
  t.match(day(counter), { day: '20260601', next: '20260602', ahead_days: 0, ends: new Date(MIDNIGHT).toISOString() });
  for (const [after, trace, heard, date] of [
    [-DAY / 2, '000002', '00 0601 0601', '20260601'],
    [-1000, '000003', '00 0601 0601', '20260601'],
    [-100, '000004', '00 0601 0601', '20260601'],
    [0, '000005', '90 0602 0602', '20260602'],
    [1999, '000006', '90 0602 0602', '20260602'],
    [2000, '000007', '00 0602 0602', '20260602'],
    [DAY - 1, '000008', '00 0602 0602', '20260602'],
    [DAY + 2000, '000009', '00 0603 0603', '20260603'],
  ] as const) {
    counter.now = MIDNIGHT + after;
    t.equal(sell(counter, trace), heard);
    counter.restart();
    t.equal(counter.office.days.date(), date);
  }
  t.end();
});

t.test('a day that ends a second after midnight, or before it, is the next one from there on', (t) => {
  for (const [time, at] of [
    ['00:00:01', MIDNIGHT + 1000],
    ['23:59:59', MIDNIGHT - 1000],
  ] as const) {
    const counter = new Counter(t, endingAt(t, time));
    counter.now = at - 1;
    const before = counter.office.days.date();
    t.match(sell(counter, '000002'), `00 ${time < '12' ? '0602' : '0601'} ${before.slice(4)}`);
    counter.now = at + 2000;
    t.ok(sell(counter, '000003').endsWith(time < '12' ? '0603' : '0602'), time);
  }
  t.end();
});

t.test('an advice that is told again on another day is answered with the day that it is in', (t) => {
  const counter = new Counter(t);
  const asked = counter.message('offline', { trace: '000002' });
  const first = counter.answerTo(asked);
  counter.now += 1000;
  byHand(counter);
  const again = counter.answerTo(asked);
  t.match(again, { code: '00', settlementDate: '0601', reference: first.reference, date: first.date });
  t.equal(counter.office.days.date(), '20260602');
  t.equal(sell(counter, '000003'), '00 0601 0602');
  t.end();
});

t.test('after a clock that was far ahead days are ended by hand, and go on by the calendar', (t) => {
  const counter = new Counter(t);
  const noon = counter.now;
  t.equal(sell(counter, '000002'), '00 0601 0601');
  counter.now = noon + 40 * DAY;
  t.equal(sell(counter, '000003'), '00 0711 0711');
  counter.now = noon;
  t.match(day(counter), { day: '20260711', ahead_days: 40, next: '20260602' });
  t.equal(sell(counter, '000004'), '00 0601 0711');
  const before = paid(counter);
  byHand(counter);
  t.equal(paid(counter), before + 198, 'two sales, less their fee');
  t.match(day(counter), { day: '20260602', ahead_days: 1, next: '20260603', cutting_over: false });
  t.equal(sell(counter, '000005'), '00 0601 0602');
  t.match(
    counter.office.days.unfiled().map(({ date, firstEntry, lastEntry }) => [date, (lastEntry ?? 0) >= firstEntry]),
    [
      ['20260601', true],
      ['20260711', true],
    ],
  );
  for (const [days, trace, heard] of [
    [1, '000006', '00 0602 0602'],
    [2, '000007', '00 0603 0603'],
    [39, '000008', '00 0710 0710'],
    [40, '000009', '00 0711 0712'],
    [41, '000010', '00 0712 0712'],
    [42, '000011', '00 0713 0713'],
  ] as const) {
    counter.now = noon + days * DAY;
    t.equal(sell(counter, trace), heard, 'of the day that was used up there is no second one');
  }
  t.end();
});

t.test('a day whose time is over is ended by hand like any other: the next one is the clock’s', (t) => {
  const counter = new Counter(t);
  counter.now = MIDNIGHT - DAY / 24 + 30_000;
  t.match(day(counter), { day: '20260601', next: '20260602', ahead_days: 0 }, 'nobody has asked anything since 23:00');
  byHand(counter);
  t.match(day(counter), { day: '20260602', next: '20260603', ahead_days: 0 });
  t.equal(sell(counter, '000002'), '00 0601 0602');
  t.end();
});

t.test('days that are ended by hand one after the other are each another', (t) => {
  const counter = new Counter(t);
  for (const [date, ahead_days] of [
    ['20260602', 1],
    ['20260603', 2],
    ['20260604', 3],
  ]) {
    byHand(counter);
    t.match(day(counter), { day: date, ahead_days });
  }
  t.end();
});

t.test('a merchant that is taken out of the seed is paid what it has sold, with its file, and then forgotten', (t) => {
  const both = withTwoMerchants();
  const gone = both.terminals.get(TERMINAL_2)?.merchant ?? '';
  const counter = new Counter(t, both);
  t.equal(counter.code('sale', { trace: '000002', amount: 20_000, terminal: TERMINAL_2 }), '00');
  const less = <Row>(rows: ReadonlyMap<string, Row>, kept: string) =>
    new Map([...rows].filter(([name]) => name === kept));
  const seed = { ...both, merchants: less(both.merchants, MERCHANT), terminals: less(both.terminals, TERMINAL) };
  Object.assign(counter, { seed });
  counter.restart();
  const { office, host } = counter;
  byHand(counter);
  t.match(host.clearing.payouts(9), [{ merchant: gone, day: '20260601', clearing: 'T+1', paid: 19_900, carried: 0 }]);
  t.equal(office.ledger.balance(merchantPaid(gone)), 19_900);
  const dir = join(counter.dir, 'reconciliation');
  t.same(fileClosedDays(office, host.clearing, dir), [`${MERCHANT}-20260601.csv`, `${gone}-20260601.csv`]);
  t.match(readFileSync(join(dir, `${gone}-20260601.csv`), 'utf8'), /total,1,20000,0,0,100,19900/);
  const asked = { do: 'reconciliation', merchant: gone, date: '20260601' };
  t.match(clearingCommands.reconciliation?.({ office, clearing: host.clearing }, asked), { totals: { net: 19_900 } });
  byHand(counter);
  t.same(fileClosedDays(office, host.clearing, dir), [`${MERCHANT}-20260602.csv`], 'no empty file of it');
  t.end();
});
