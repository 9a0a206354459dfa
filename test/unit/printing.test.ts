import t, { type Test } from 'tap';
import type { Config } from '../../src/config/config.ts';
import { type Text, texts } from '../../src/config/texts.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Key } from '../../src/operator/keypad.ts';
import type { Draw } from '../../src/operator/operator.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import type { Counter } from '../../src/payment/counter.ts';
import { type Print, prints } from '../../src/printing/printing.ts';
import { layOut } from '../../src/receipt/layout.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import type { Problem } from '../../src/values/problem.ts';
import { batch } from '../../src/values/trace.ts';
import { approval, journalIn, refusal, saleOf, silence, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const config = {
  terminal: {
    merchant: { id: '898110248990001', name: '便民小超市', terminal: '50461160' },
    support: { machine: '1', accounts: '010-0000-0002' },
  },
  profile: { transactions: { tip: { offered: false } } },
} as unknown as Config;

const bar: BarFacts = {
  ...{ operator: '02', batch: null, line: null, paper: null, time: null, lab: true },
  support: { machine: '1', accounts: '010-0000-0002' },
};

/** A counter whose printer does as it is told, and whose clerk presses what the test has laid ready. */
function desk(t: Test) {
  const clock = virtualClock(Date.UTC(2026, 10, 23, 4));
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  const text: Text = texts('en');
  const keys: Key[] = [];
  const shown: string[] = [];
  const paper: string[] = [];
  const reprinted: Entry[] = [];
  const troubles: (Problem | null)[] = [];
  let waiting: ((key: Key) => void) | null = null;
  /** Called at every report, with its number. */
  let printing: (slip: number) => void = () => undefined;
  const press = (signal?: AbortSignal): Promise<Key> => {
    const key = keys.shift();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve, reject) => {
      waiting = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  };
  const counter = {
    ...{ journal, clock, config, signedIn: '02', text: () => text },
    operator: {
      show: (draw: Draw) => {
        const { id } = draw(text, { ...bar, batch: journal.batch });
        if (shown.at(-1) !== id) shown.push(id);
      },
      press,
      pressWithin: (_: number, __?: unknown, signal?: AbortSignal) => press(signal),
      flush: () => undefined,
      beep: () => undefined,
    },
    paper: {
      async reprint(entry: Entry) {
        reprinted.push(entry);
        return troubles.shift() ?? null;
      },
      async report(table: ReceiptTable) {
        printing(paper.length + 1);
        await new Promise(setImmediate);
        const trouble = troubles.shift() ?? null;
        if (trouble === null) paper.push(linesOf(table));
        return trouble;
      },
    },
  } as unknown as Counter;
  return {
    ...{ journal, counter, shown, paper, reprinted, troubles, clock },
    whenPrinting(act: (slip: number) => void) {
      printing = act;
    },
    pressNow(key: Key) {
      waiting?.(key);
    },
    print(choice: Print, ...typed: Key[]) {
      keys.push(...typed);
      return prints[choice](counter);
    },
  };
}

function linesOf(table: ReceiptTable): string {
  return layOut(table, 32)
    .flatMap((row) => (row.kind === 'line' ? [row.text.trim()] : []))
    .join('\n');
}

function sold(journal: Journal, amount: number): Entry {
  using entry = journal.begin(saleOf(amount));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

function declined(journal: Journal): Entry {
  using entry = journal.begin(saleOf(700));
  entry.sent();
  entry.answered(refusal);
  return entry;
}

function unknown(journal: Journal): Entry {
  using entry = journal.begin(saleOf(900));
  entry.sent();
  entry.answered(silence);
  return entry;
}

t.test('the last slip is the newest that there is one of, whatever failed since', async (t) => {
  const at = desk(t);
  const last = sold(at.journal, 100);
  declined(at.journal);
  unknown(at.journal);
  await at.print('print-last');
  t.same(
    at.reprinted.map(({ id }) => id),
    [last.id],
  );
  t.same(at.shown, ['paper.printing']);
});

t.test('an advice that the bank has yet to be told of has its slip', async (t) => {
  const at = desk(t);
  using entry = at.journal.begin(saleOf(100, { type: 'offline' }));
  entry.accepted();
  await at.print('print-last');
  t.equal(at.reprinted[0]?.id, entry.id);
});

t.test('where there is nothing to print the screen says so', async (t) => {
  const at = desk(t);
  await at.print('print-last', 'enter');
  t.same(at.shown, ['paper.nothing']);
  await at.print('print-settlement', 'enter');
  t.same(at.shown.slice(1), ['print.no-settlement']);
});

t.test('any slip is found by its trace, seen, and printed', async (t) => {
  const at = desk(t);
  const first = sold(at.journal, 100);
  sold(at.journal, 200);
  await at.print('print-any', '1', 'enter', 'enter');
  t.same(
    at.reprinted.map(({ id }) => id),
    [first.id],
  );
  t.same(at.shown, ['print.trace', 'print.confirm', 'paper.printing']);
});

t.test('a trace that nobody has, and one without a slip, say so; another one may be typed', async (t) => {
  const at = desk(t);
  const sale = sold(at.journal, 100);
  const no = declined(at.journal);
  const open = unknown(at.journal);
  const asked = (trace: string): Key[] => [...(trace.replace(/^0+/, '') as Iterable<Key>), 'enter'];
  await at.print(
    'print-any',
    ...asked('000999'),
    'enter',
    ...(['0', 'enter', 'enter'] as const),
    ...asked(no.trace),
    'enter',
    ...asked(open.trace),
    'enter',
    ...asked(sale.trace),
    'enter',
  );
  t.same(at.shown.slice(0, 8), [
    ...['print.trace', 'print.impossible', 'print.trace', 'print.impossible'],
    ...['print.trace', 'print.impossible', 'print.trace', 'print.impossible'],
  ]);
  t.equal(at.reprinted.length, 1);
});

t.test('what is on the exceptions list prints as what it is: not known, do not charge again', async (t) => {
  const at = desk(t);
  const entry = unknown(at.journal);
  entry.reversalBegun();
  entry.reversalUnanswered();
  entry.parked();
  await at.print('print-any', '1', 'enter', 'enter');
  t.same(at.reprinted, []);
  t.match(at.paper[0], /REVERSAL FAILED[\s\S]*000001[\s\S]*ATTEMPTS +1[\s\S]*Do\s+not charge again/);
});

t.test('without paper the clerk is told, and the same report prints when it is there', async (t) => {
  const at = desk(t);
  sold(at.journal, 12_850);
  at.troubles.push({ kind: 'paper-out' }, { kind: 'cover-open' });
  await at.print('print-totals', 'enter', 'enter');
  t.same(at.shown, ['print.report', 'paper.out', 'print.report', 'paper.cover', 'print.report']);
  t.equal(at.paper.length, 1);
  t.match(at.paper[0], /TOTALS[\s\S]*OPERATOR +02[\s\S]*sale +1 +128\.50/);
});

t.test('a report may be left unprinted', async (t) => {
  const at = desk(t);
  at.troubles.push({ kind: 'paper-out' });
  await at.print('print-totals', 'cancel');
  t.same(at.paper, []);
});

t.test('a batch of sixty is three slips, each transaction on one of them', async (t) => {
  const at = desk(t);
  for (let sale = 1; sale <= 60; sale++) sold(at.journal, sale * 100);
  await at.print('print-details');
  t.equal(at.paper.length, 3);
  t.match(at.paper[2], /Page 3 of 3[\s\S]*end of the list/);
  const traces = at.paper.flatMap((slip) => slip.match(/^\d{6}(?= sale)/gm) ?? []);
  t.same(
    traces,
    Array.from({ length: 60 }, (_, index) => String(index + 1).padStart(6, '0')),
  );
});

t.test('Cancel ends a list after the slip that is running', async (t) => {
  const at = desk(t);
  for (let sale = 1; sale <= 60; sale++) sold(at.journal, 100);
  at.whenPrinting((slip) => {
    if (slip === 2) at.pressNow('cancel');
  });
  await at.print('print-details');
  t.equal(at.paper.length, 2, 'the third is not begun');
});

t.test('a list that broke off goes on with the slip that is missing', async (t) => {
  const at = desk(t);
  for (let sale = 1; sale <= 30; sale++) sold(at.journal, 100);
  at.troubles.push(null, { kind: 'paper-out' });
  const printing = at.print('print-details');
  while (at.shown.at(-1) !== 'paper.out') await new Promise(setImmediate);
  at.pressNow('enter');
  await printing;
  t.equal(at.paper.length, 2);
  t.match(at.paper[1], /Page 2 of 2/);
});

t.test('the last settlement prints once more as a duplicate, with what differed', async (t) => {
  const at = desk(t);
  sold(at.journal, 12_850);
  const settlement = at.journal.beginSettlement('01');
  if ('owing' in settlement) return t.fail('it can be settled');
  const { totals } = settlement;
  const bank = { ...totals, home: { ...totals.home, debit: { amount: totals.home.credit.amount, count: 0 } } };
  const compared = at.journal.settled(settlement, { kind: 'compared', flags: { home: 2, foreign: 1 }, bank });
  const differences = [
    { trace: '000001', type: 'sale', card: '622202******1234', here: 12_850, there: null, why: 'none' as const },
  ];
  const differs = at.journal.settled(compared, { kind: 'differs', differences });
  at.journal.settled(differs, { kind: 'ended', next: '000002' });
  at.journal.closeBatch(batch('000002'));
  await at.print('print-settlement');
  t.match(at.paper[0], /SETTLEMENT[\s\S]*OPERATOR +01[\s\S]*DUPLICATE[\s\S]*UNBALANCED[\s\S]*NEXT BATCH +000002/);
  t.match(at.paper[0], /DISCREPANCIES[\s\S]*HERE +128\.50\nBANK +none/);
});

t.test('a settlement that two people have closed says so, on each copy of its slip', async (t) => {
  const at = desk(t);
  sold(at.journal, 12_850);
  at.journal.beginSettlement('01');
  at.journal.openBatch(batch('000005'));
  at.journal.ruleSettlement({ people: ['00', '99'], reference: '17', code: '77' });
  await at.print('print-settlement');
  const [slip = ''] = at.paper;
  t.match(slip, /BATCH +000001[\s\S]*CLOSED BY TWO PEOPLE\nPEOPLE +00 99\nBANK'S CASE +17\nCODE +77\nNOT AGREED/);
  t.match(slip, /NOT COMPARED[\s\S]*debit +1 +128\.50[\s\S]*NEXT BATCH +000005[\s\S]*SIGNED/);
});
