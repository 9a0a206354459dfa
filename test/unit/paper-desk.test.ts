import { getEventListeners } from 'node:events';
import t from 'tap';
import type { Config } from '../../src/config/config.ts';
import { texts } from '../../src/config/texts.ts';
import { paperDesk } from '../../src/paper/paper-desk.ts';
import type { PrintEnd, Printer } from '../../src/receipt/printer.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import { batch } from '../../src/values/trace.ts';
import { journalIn, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

t.test('paper that is taken out between two sales is missed before the next one, and found again', async (t) => {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  let paperOut = false;
  const printer = { status: async () => ({ online: true, paperOut }) } as unknown as Printer;
  const desk = paperDesk({
    ...{ journal, printer, clock, text: () => texts('en'), language: () => 'en' },
    config: () => {
      throw new Error('nothing is printed');
    },
  });
  let told = 0;
  desk.watch(() => told++);
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(60_000);
  t.equal(told, 0, 'a printer that stays well is no news');
  paperOut = true;
  await clock.advance(11_000);
  t.match(desk.problem, { kind: 'paper-out' });
  paperOut = false;
  await clock.advance(3000);
  t.equal(desk.problem, null);
  t.equal(told, 2);
  stop.abort();
  await running;
  t.equal(clock.sleeping, 0);
});

t.test('a night without paper leaves nothing behind in memory', async (t) => {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  let asked = 0;
  const printer = {
    status: async () => {
      asked++;
      return { paperOut: true };
    },
  } as unknown as Printer;
  const desk = paperDesk({
    ...{ journal, printer, clock, text: () => texts('en'), language: () => 'en' },
    config: () => {
      throw new Error('nothing is printed');
    },
  });
  desk.found({ kind: 'paper-out' });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(200_000);
  t.ok(asked >= 50, 'the printer was asked again and again');
  t.ok(getEventListeners(stop.signal, 'abort').length <= 2, 'one wait is left');
  stop.abort();
  await running;
  t.equal(clock.sleeping, 0);
});

t.test("a settlement's slip comes out by itself, and says DUPLICATE where it was begun before", async (t) => {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  const tables: string[] = [];
  const ends: PrintEnd[] = [
    { printed: false, problem: { kind: 'paper-out' }, begun: false },
    { printed: false, problem: { kind: 'paper-out' }, begun: true },
    { printed: true },
  ];
  const printer = {
    status: async () => ({ online: true }),
    async print(table: ReceiptTable, beforeFirstByte: () => void) {
      const end = ends.shift() ?? { printed: true };
      tables.push(JSON.stringify(table));
      if (end.printed || end.begun) beforeFirstByte();
      return end;
    },
  } as unknown as Printer;
  const desk = paperDesk({
    ...{ journal, printer, clock, text: () => texts('en'), language: () => 'en' },
    config: () =>
      ({
        terminal: { merchant: { id: '1', name: 'Shop', terminal: '2' }, support: { machine: '3', accounts: '4' } },
      }) as unknown as Config,
  });
  const settlement = journal.beginSettlement('01');
  if ('owing' in settlement) return t.fail('nothing is owed');
  const { totals } = settlement;
  const compared = journal.settled(settlement, { kind: 'compared', flags: { home: 1, foreign: 1 }, bank: totals });
  journal.settled(compared, { kind: 'ended', next: '000002' });
  t.equal(desk.owed, 0, 'while its batch is open nothing is owed');
  journal.closeBatch(batch('000002'));
  t.equal(desk.owed, 1);
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(30_000);
  t.equal(desk.owed, 0);
  t.equal(tables.length, 3, 'and not once more');
  t.notMatch(tables[1], /DUPLICATE/, 'what never began is no duplicate');
  t.match(tables[2], /DUPLICATE/);
  t.match(
    journal
      .lastSettlement()
      ?.steps.map(({ kind }) => kind)
      .slice(-3),
    ['slip-begun', 'slip-begun', 'slip-printed'],
  );
  stop.abort();
  await running;
});
