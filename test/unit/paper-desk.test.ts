import { getEventListeners } from 'node:events';
import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import { paperDesk } from '../../src/paper/paper-desk.ts';
import type { Printer } from '../../src/receipt/printer.ts';
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
