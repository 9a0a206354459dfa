import { getEventListeners } from 'node:events';
import t from 'tap';
import type { Config } from '../../src/config/config.ts';
import { texts } from '../../src/config/texts.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { paperDesk } from '../../src/paper/paper-desk.ts';
import type { PrintEnd, Printer } from '../../src/receipt/printer.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch } from '../../src/values/trace.ts';
import { done, journalIn, saleOf, silence, testFolder } from '../journal-bench.ts';
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
  const printer = printerThat((table) => {
    tables.push(JSON.stringify(table));
    return ends.shift() ?? { printed: true };
  });
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
    ['ended', 'slip-begun', 'slip-printed'],
    'that it was begun is on record once, however often it is tried',
  );
  stop.abort();
  await running;
});

t.test('what is given up prints a note once, when the paper is there, and not again at the next start', async (t) => {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  const tables: string[] = [];
  let paperOut = true;
  const printer = {
    status: async () => ({ online: true, paperOut }),
    async print(table: ReceiptTable): Promise<PrintEnd> {
      if (paperOut) return { printed: false, problem: { kind: 'paper-out' }, begun: false };
      tables.push(JSON.stringify(table));
      return { printed: true };
    },
  } as unknown as Printer;
  const start = () => {
    const desk = paperDesk({
      ...{ journal, printer, clock, text: () => texts('en'), language: () => 'en' as const },
      config: () =>
        ({
          terminal: { merchant: { id: '1', name: 'Shop', terminal: '2' }, support: { machine: '3', accounts: '4' } },
        }) as unknown as Config,
    });
    const stop = new AbortController();
    return { stop, running: desk.run(stop.signal) };
  };
  const first = start();
  using entry = journal.begin(saleOf(12_850));
  entry.sent();
  entry.answered(silence);
  entry.handOver();
  entry.reversalBegun();
  entry.reversalUnanswered();
  await clock.advance(20_000);
  t.same(tables, [], 'it is tried still');
  entry.parked();
  await clock.advance(20_000);
  t.same(tables, [], 'there is no paper');
  paperOut = false;
  await clock.advance(20_000);
  t.equal(tables.length, 1);
  t.match(tables[0], /REVERSAL FAILED/);
  first.stop.abort();
  await first.running;
  const second = start();
  await clock.advance(20_000);
  second.stop.abort();
  await second.running;
  t.equal(tables.length, 1);
});

/** A printer whose every slip ends as the test says. */
function printerThat(ends: (table: ReceiptTable) => PrintEnd): Printer {
  const printer = {
    status: async () => ({ online: true }),
    async print(table: ReceiptTable, beforeFirstByte: () => void = () => undefined) {
      const end = ends(table);
      if (end.printed || end.begun) beforeFirstByte();
      return end;
    },
  };
  return printer as unknown as Printer;
}

/** A desk that prints in no hurry, on a printer that ends as the test says. */
function stalling(t: Parameters<typeof testFolder>[0], ends: () => PrintEnd) {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  const times: number[] = [];
  const printer = printerThat(() => {
    times.push(Math.round(clock.monotonic() / 1000));
    return ends();
  });
  const desk = paperDesk({
    ...{ journal, printer, clock, text: () => texts('en'), language: () => 'en' },
    config: () =>
      ({
        terminal: { merchant: { id: '1', name: 'Shop', terminal: '2' } },
        profile: { transactions: { tip: { offered: false } } },
      }) as unknown as Config,
  });
  return { clock, journal, desk, times };
}

const stalled: Extract<PrintEnd, { printed: false }> = {
  printed: false,
  problem: { kind: 'device-silent', device: 'printer', waited_ms: 1 },
  begun: true,
};

t.test(
  'a printer that stalls in mid-slip all night is left alone for longer and longer, and a new sale wakes it',
  async (t) => {
    let end: PrintEnd = stalled;
    const { clock, journal, desk, times } = stalling(t, () => end);
    done(journal, 100, { copies: ['merchant'] });
    const stop = new AbortController();
    const running = desk.run(stop.signal);
    for (let minutes = 0; minutes < 480; minutes++) await clock.advance(60_000);
    t.same(times.slice(0, 6), [0, 2, 10, 42, 170, 470]);
    t.ok(times.length <= 105, `in eight hours ${times.length} times`);
    const tried = times.length;
    desk.print(done(journal, 200, { copies: ['merchant'] }));
    await clock.advance(0);
    t.equal(times.length, tried + 1, 'a slip that somebody waits for is tried at once');
    end = { printed: true };
    await clock.advance(300_000);
    t.equal(desk.owed, 0);
    t.equal(desk.problem, null);
    stop.abort();
    await running;
  },
);

t.test('whatever ends a slip that has begun, it is tried more and more rarely, and is on record once', async (t) => {
  for (const problem of [
    { kind: 'device-lost', device: 'printer' },
    { kind: 'printer-error', why: 'cutter' },
    { kind: 'paper-out' },
  ] as const) {
    const { clock, journal, desk, times } = stalling(t, () => ({ ...stalled, problem }));
    const sale = done(journal, 100, { copies: ['merchant'] });
    const stop = new AbortController();
    const running = desk.run(stop.signal);
    await clock.advance(400_000);
    t.same(times, [0, 2, 10, 42, 170], problem.kind);
    const begun = sale.story.filter(({ event }) => event.kind === 'copy-begun');
    t.equal(begun.length, 1, problem.kind);
    t.same(sale.copiesOwed, [{ copy: 'merchant', duplicate: true }]);
    stop.abort();
    await running;
  }
});

t.test('a desk that cannot read what is owed looks again, and prints it then', async (t) => {
  const clock = virtualClock();
  const journal = journalIn(testFolder(t), { clock });
  t.teardown(() => journal.close());
  let unread = 2;
  const gap: Journal = Object.create(journal, {
    settlementUnprinted: {
      value: () => {
        if (unread-- > 0) throw new Fault({ kind: 'disk-broken', file: 'journal.db', why: 'disk I/O error' });
        return journal.settlementUnprinted();
      },
    },
  });
  let looked = 0;
  const printer = {
    status: async () => {
      looked++;
      return { online: true };
    },
  } as unknown as Printer;
  const desk = paperDesk({
    ...{ journal: gap, printer, clock, text: () => texts('en'), language: () => 'en' },
    config: () => {
      throw new Error('nothing is printed');
    },
  });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(3500);
  t.equal(unread, 0);
  t.equal(looked, 0);
  await clock.advance(30_000);
  t.ok(looked > 0, 'the printer is looked at as before');
  stop.abort();
  await running;
  t.equal(clock.sleeping, 0);
});

t.test('a try that never began takes nothing back from the wait after those that stalled', async (t) => {
  const ends: PrintEnd[] = [stalled, stalled, { ...stalled, begun: false }, stalled, { ...stalled, begun: false }];
  const { clock, journal, desk, times } = stalling(t, () => ends.shift() ?? stalled);
  done(journal, 100, { copies: ['merchant'] });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(400_000);
  t.same(times, [0, 2, 10, 12, 44, 46, 174], 'what never began is tried again after two seconds');
  stop.abort();
  await running;
});

t.test('a reprint that comes out brings what has waited for the printer at once', async (t) => {
  let end: PrintEnd = stalled;
  const { clock, journal, desk, times } = stalling(t, () => end);
  const known = done(journal, 100, { copies: ['merchant'] });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(200_000);
  t.equal(times.length, 5, 'the next try is far');
  end = { printed: true };
  t.equal(await desk.reprint(known), null);
  await clock.advance(0);
  t.equal(desk.owed, 0);
  t.equal(times.length, 7);
  stop.abort();
  await running;
});

t.test('a desk that cannot read what was parked before it began looks again', async (t) => {
  const { clock, journal, times } = stalling(t, () => ({ printed: true }));
  let unread = 2;
  const gap: Journal = Object.create(journal, {
    debts: {
      value: () => {
        if (unread-- > 0) throw new Fault({ kind: 'disk-broken', file: 'journal.db', why: 'disk I/O error' });
        return journal.debts();
      },
    },
  });
  const desk = paperDesk({
    ...{ journal: gap, clock, text: () => texts('en'), language: () => 'en' },
    printer: { status: async () => ({ online: true }) } as unknown as Printer,
    config: () => {
      throw new Error('nothing is printed');
    },
  });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(10_000);
  t.ok(unread < 0);
  t.same(times, []);
  stop.abort();
  await running;
  t.equal(clock.sleeping, 0);
});
