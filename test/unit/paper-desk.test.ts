import { getEventListeners } from 'node:events';
import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import type { Printer } from '../../src/receipt/printer.ts';
import { paperDesk } from '../../src/sale/paper-desk.ts';
import { journalIn, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

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
