import t from 'tap';
import type { Config } from '../../src/config/config.ts';
import { texts } from '../../src/config/texts.ts';
import type { Difference, Settlement, SettlementStep } from '../../src/journal/settlements.ts';
import { settlementTables } from '../../src/paper/reports.ts';
import { done, journalIn, scoped, testFolder } from '../journal-bench.ts';
import { printed } from '../paper/printed.ts';

const config = {
  terminal: {
    merchant: { id: '898110248990001', name: '便民小超市', terminal: '50461160' },
    support: { machine: '-', accounts: '010-0000-0002' },
  },
} as unknown as Config;

const font = (character: string) => ({ width: character < '\u0080' ? 12 : 24, rows: new Uint32Array(24) }) as const;
const none = { debit: { amount: 0, count: 0 }, credit: { amount: 0, count: 0 } };
const ended: SettlementStep = { kind: 'ended', next: '000002' };

type Totals = Settlement['totals'];

/** What is printed of a settlement of these steps: line after line, a line each. */
function slipOf(
  t: { teardown(after: () => void): unknown },
  steps: readonly SettlementStep[],
  totals?: Totals,
): string {
  using journal = scoped(journalIn(testFolder(t)));
  done(journal, 10_000);
  const begun = journal.beginSettlement('01');
  if ('owing' in begun) throw new Error('nothing is owed');
  const settlement = steps.reduce((settlement, step) => journal.settled(settlement, step), begun);
  const table = settlementTables({ ...settlement, totals: totals ?? settlement.totals }, config, texts('en'), false);
  return printed(table, 48, font).lines.join('\n');
}

const compared = (home: 1 | 2, bank: Totals['home'], more: object = {}): SettlementStep => ({
  ...{ kind: 'compared', flags: { home, foreign: 1 }, bank: { home: bank, foreign: none } as Totals },
  ...more,
});
const differs = (...differences: Partial<Difference>[]): SettlementStep => ({
  kind: 'differs',
  differences: differences.map((one) => ({
    ...{ trace: '000001', type: 'sale', card: '622202******1234', here: 10_000, there: null },
    ...('there' in one ? {} : { why: 'none' }),
    ...one,
  })),
});
const bankHas = (amount: number, count: number) => ({ ...none, debit: { amount, count } }) as Totals['home'];
const uploaded: SettlementStep = { kind: 'uploaded', last: 1, rows: 1 };

t.test('what differed in a comparison before the last is on no slip', async (t) => {
  const before = [compared(2, bankHas(0, 0)), uploaded, differs({})];
  const slip = slipOf(t, [...before, compared(1, bankHas(10_000, 1)), ended]);
  t.match(slip, /Home +BALANCED/);
  t.notMatch(slip, /discrepanc/i);
  t.match(slipOf(t, [...before, ended]), /1 discrepancies: see their slip[\s\S]*DISCREPANCIES/);
});

t.test('a count of the bank’s has its thousands again', async (t) => {
  const totals = { home: bankHas(150_000, 1500), foreign: none } as Totals;
  const slip = slipOf(t, [compared(2, bankHas(149_900, 499)), { ...uploaded, rows: 1500 }, ended], totals);
  t.match(slip, /debit +1500 +1,500\.00\n bank +1499 +1,499\.00/);
  const few = { home: bankHas(100, 2), foreign: none } as Totals;
  t.match(slipOf(t, [compared(2, bankHas(99_800, 998)), ended], few), / bank +998 /, 'never fewer than none');
});

t.test('what the bank has closed unbalanced says by how much, and what to do, with nothing named too', async (t) => {
  const steps = [compared(2, bankHas(12_850, 2), { reference: 'S00000000017' }), uploaded];
  const slip = slipOf(t, [...steps, ended]);
  t.match(slip, /BANK'S NUMBER +S00000000017/);
  t.match(slip, /Home: 28\.50 more at the bank/);
  t.match(slip, /opened cases[\s\S]*call\s+010-0000-0002/);
  t.match(slipOf(t, [compared(2, bankHas(9000, 1)), uploaded, ended]), /Home: 10\.00 more here/);
  t.match(slipOf(t, [compared(2, bankHas(10_000, 2)), uploaded, ended]), /Home: the same net/);
  t.notMatch(slipOf(t, steps), /opened cases|more at the bank/, 'not before the bank has closed it');
  t.notMatch(slipOf(t, [compared(1, bankHas(10_000, 1)), ended]), /opened cases|more here/, 'nor of what balances');
  const ruled = { kind: 'ruled', people: ['00', '99'], reference: '17', code: '77', next: '000005' } as const;
  t.notMatch(slipOf(t, [...steps, ruled]), /opened cases/, 'two people have closed it: that slip says what to do');
});

t.test('where the groups differ and their sums agree the money does', async (t) => {
  const off = { flags: { home: 2, foreign: 2 }, bank: { home: none, foreign: bankHas(10_000, 1) } as Totals } as const;
  const steps = (bank: Totals): SettlementStep[] => [{ kind: 'compared', ...off, bank }, uploaded, ended];
  t.match(slipOf(t, steps(off.bank)), /The money agrees in all/);
  const slip = slipOf(t, steps({ home: none, foreign: bankHas(10_001, 1) } as Totals));
  t.match(slip, /Home: 100\.00 more here\nForeign: 100\.01 more at the bank/);
  t.notMatch(slip, /agrees in all/);
});

t.test('the slip counts the rows that were not uploaded', async (t) => {
  const slip = slipOf(t, [compared(2, bankHas(0, 0)), ended]);
  t.match(slip, /card numbers unreadable here: 1\./);
  t.notMatch(slipOf(t, [compared(2, bankHas(0, 0)), uploaded, ended]), /unreadable/);
});

t.test('each row says why the bank does not have it, and what is done about it', async (t) => {
  const after = (...rows: Partial<Difference>[]) =>
    slipOf(t, [compared(2, bankHas(0, 0)), uploaded, differs(...rows), ended]).replace(/\s+/g, ' ');
  const all = [
    [{ why: 'none' }, /BANK none The bank does not have it\. Its details have been sent/],
    [{ why: 'none', unsent: true }, /BANK none The bank does not have it, and its details could not be sent/],
    [{ why: 'declined', code: '51' }, /BANK declined, 51 The bank has not taken it/],
    [{ why: 'reversed', code: '00' }, /BANK reversed The bank has not taken it/],
    [{ why: 'tombstone', code: '25' }, /BANK reversed before it came The bank has not taken it/],
    [{ why: 'none', type: 'void' }, /BANK none The bank has not given it back/],
    [{ why: 'reversed', type: 'refund' }, /BANK reversed The bank has not given it back/],
    [{ here: null, there: 10_000 }, /HERE none BANK 100\.00 The bank has booked it.* Do not charge again/],
    [{ there: 9000 }, /BANK 90\.00 The amounts differ/],
    [{ there: 10_000 }, /BANK 100\.00 The bank has it on another card/],
    [
      { there: 9000, bankCard: '622848****5511' },
      /BANK'S CARD 622848\*{4}5511 HERE 100\.00 BANK 90\.00 .*another card/,
    ],
  ] as const;
  for (const [row, words] of all) t.match(after(row), words, JSON.stringify(row));
  const slip = after({ why: 'declined', code: '51' }, { trace: '000002', why: 'unsaid', code: '96' });
  t.match(slip, /1 discrepancies: see their slip Not said by the bank: 1, see their slip/);
  t.match(slip, /1 transactions that the terminal/);
  t.match(slip, /compared by telephone: 1 -+ 000002 sale not said, 96 100\.00/);
});
