import t, { type Test } from 'tap';
import type { Config } from '../../src/config/config.ts';
import { texts } from '../../src/config/texts.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { paperDesk } from '../../src/paper/paper-desk.ts';
import type { PrintEnd, Printer } from '../../src/receipt/printer.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import { approval, journalIn, saleOf, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const config = {
  terminal: { merchant: { id: '898110248990001', name: 'Shop', terminal: '50461160' } },
  profile: { transactions: { tip: { offered: false } } },
} as unknown as Config;

/** A desk whose printer does what `print` says, and what came to it, each with what the journal then had of the copies. */
function deskOf(t: Test, print: (beforeFirstByte: () => void, nth: number) => PrintEnd) {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  const tables: string[] = [];
  const begun: string[][] = [];
  let entry: Entry | null = null;
  const printer = {
    status: async () => ({ online: true }),
    async print(table: ReceiptTable, beforeFirstByte: () => void) {
      tables.push(JSON.stringify(table));
      const end = print(beforeFirstByte, tables.length);
      begun.push([...(entry?.history.copies.values() ?? [])]);
      return end;
    },
  } as unknown as Printer;
  const desk = paperDesk({
    ...{ journal, printer, clock, text: () => texts('en'), language: () => 'en' },
    config: () => config,
  });
  entry = journal.begin(saleOf(100));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return { clock, desk, entry, tables, begun };
}

t.test(
  'each copy is begun in the journal before its first byte, printed on the printer’s word, and comes once',
  async (t) => {
    const { clock, desk, entry, tables, begun } = deskOf(t, (beforeFirstByte) => {
      beforeFirstByte();
      return { printed: true };
    });
    const stop = new AbortController();
    const running = desk.run(stop.signal);
    desk.print(entry);
    await clock.advance(60_000);
    t.equal(tables.length, 2, 'the merchant’s and the cardholder’s, once each');
    t.same(begun, [
      ['begun', 'owed'],
      ['done', 'begun'],
    ]);
    t.notMatch(tables.join(), /DUPLICATE/);
    t.equal(desk.stateOf(entry), 'printed');
    t.equal(entry.debt, 'nothing');
    stop.abort();
    await running;
  },
);

t.test('a copy that was begun comes again with the word DUPLICATE, one that was not without it', async (t) => {
  const { clock, desk, entry, tables } = deskOf(t, (beforeFirstByte, nth) => {
    if (nth === 1) return { printed: false, problem: { kind: 'paper-out' }, begun: false };
    beforeFirstByte();
    return nth === 2 ? { printed: false, problem: { kind: 'paper-out' }, begun: true } : { printed: true };
  });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  desk.print(entry);
  await clock.advance(60_000);
  t.same(
    tables.map((table) => /DUPLICATE/.test(table)),
    [false, false, true, false],
  );
  t.equal(desk.problem, null);
  t.equal(entry.debt, 'nothing');
  stop.abort();
  await running;
});
