/**
 * What a journal of many rows costs: its boot, its totals, and any receipt. The rows stand in batches of 2,000, as
 * settlements leave them, with the newest batch open. `node bench/journal-size.ts [rows]` prints one line of JSON.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalDisk } from '../src/journal/disk.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import { fen } from '../src/values/fen.ts';
import { batch, following } from '../src/values/trace.ts';

const BATCH_ROWS = 2000;
const rows = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'guitai-bench-'));
const disk = journalDisk({ file: join(folder, 'journal.db'), marker: join(folder, 'mark', 'journal.json') });
const open = () => openJournal({ disk, random: (bytes) => randomBytes(bytes) });

try {
  const journal = open();
  fill(journal);
  for (let turn = 0; turn < rows / 100; turn++) journal.tidy();
  journal.close();
  const { took_ms: boot_ms, made: again } = timed(open);
  const { took_ms: totals_ms } = timed(() => again.totals());
  const receipts = Array.from({ length: 50 }, (_, place) => {
    const id = 1 + Math.floor((place * (rows - 1)) / 49);
    return timed(() => again.entry(id)?.row).took_ms;
  });
  again.close();
  console.log(
    JSON.stringify({
      rows,
      boot_ms,
      totals_ms,
      receipt_ms: Math.max(...receipts),
      journal_mb: megabytes('journal.db'),
      archive_mb: megabytes('archive.db'),
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function fill(journal: Journal): void {
  const card = { masked: '622202******1234', sealed: randomBytes(290), fingerprint: randomBytes(32) };
  const answer = {
    ...({ money: 'charged', code: '00', why: null, authorisation: '482913', reference: '094107000045' } as const),
    ...{ issuer: '01040000', acquirer: '48020000', host_time: { hhmmss: '120000', mmdd: '1130' } },
  };
  for (let row = 0; row < rows; row++) {
    if (row > 0 && row % BATCH_ROWS === 0) journal.closeBatch(batch(following(journal.batch)));
    const entry = journal.begin({ type: 'sale', amount: fen(100 + row), entryMode: '021', operator: '01', card });
    entry.sent();
    entry.answered(answer);
    entry.completed();
    for (const { copy } of entry.copiesOwed) {
      entry.copyBegun(copy);
      entry.copyPrinted(copy);
    }
    journal.tidy();
  }
}

function timed<T>(work: () => T): { took_ms: number; made: T } {
  const started = performance.now();
  const made = work();
  return { took_ms: Math.round((performance.now() - started) * 100) / 100, made };
}

function megabytes(name: string): number {
  return Math.round(statSync(join(folder, name)).size / 2 ** 20);
}
