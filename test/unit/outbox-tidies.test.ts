import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { done, filesIn, saleOf, testFolder } from '../journal-bench.ts';
import { bench, calm, unanswered } from '../outbox-bench.ts';

/** What a boot would go by: how far the index of what is unfinished reaches, and what the mark beside the file says. */
function keptIn(t: Test, folder: string) {
  const { file, marker } = filesIn(folder);
  const copy = join(testFolder(t), 'journal.db');
  cpSync(file, copy);
  const database = new DatabaseSync(copy);
  const lookedTo = Number(database.prepare(`SELECT value FROM facts WHERE name = 'looked_to'`).get()?.value);
  database.close();
  return { lookedTo, mark: readFileSync(marker, 'utf8') };
}

t.test('a debt parked for months does not keep the journal from its quiet moments', async (t) => {
  const { outbox, host, owing, clock, journal, folder } = bench(t, { retries: 1 });
  host.says = () => unanswered;
  const parked = owing(1);
  await outbox.settle(parked);
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  // Tried in vain for hours: its next turn is an hour away.
  for (let minutes = 0; minutes < 300; minutes++) await clock.advance(60_000);
  let before = keptIn(t, folder);
  for (let day = 1; day <= 2; day++) {
    for (let sale = 0; sale < 15; sale++) done(journal, 100);
    await calm(clock);
    const after = keptIn(t, folder);
    t.ok(after.lookedTo > before.lookedTo, `${before.lookedTo} → ${after.lookedTo}`);
    t.not(after.mark, before.mark);
    before = after;
  }
  t.equal(parked.state, 'parked');
  stop.abort();
  await running;
});

t.test('a bank silent for hours keeps no journal from its quiet moments; a request in hand does', async (t) => {
  const { outbox, host, owing, clock, journal, folder } = bench(t, { retries: 1_000_000 });
  host.says = () => unanswered;
  owing(1);
  const stop = new AbortController();
  const running = outbox.run(stop.signal);
  for (let seconds = 0; seconds < 600; seconds++) await clock.advance(1000);
  const before = keptIn(t, folder);
  for (let sale = 0; sale < 15; sale++) done(journal, 100);
  const inHand = journal.begin(saleOf(5));
  for (let seconds = 0; seconds < 200; seconds++) await clock.advance(1000);
  t.same(keptIn(t, folder), before, 'a sale is in hand');
  inHand.handOver();
  for (let seconds = 0; seconds < 200; seconds++) await clock.advance(1000);
  t.ok(keptIn(t, folder).lookedTo > before.lookedTo);
  stop.abort();
  await running;
});
