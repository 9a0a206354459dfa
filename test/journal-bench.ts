import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { journalDisk } from '../src/journal/disk.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { Answered } from '../src/journal/events.ts';
import { type Journal, type JournalParts, openJournal, type Request } from '../src/journal/journal.ts';
import { systemClock } from '../src/values/clock.ts';
import { fen } from '../src/values/fen.ts';
import { Fault, type Problem } from '../src/values/problem.ts';
import { following } from '../src/values/trace.ts';

/** A folder of a test's own, gone when the test ends. */
export function testFolder(t: { teardown(after: () => void): unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-journal-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The journal of a folder as the terminal opens it. */
export function journalIn(folder: string, parts: Partial<JournalParts> = {}): Journal {
  return openJournal({
    disk: journalDisk(filesIn(folder)),
    clock: systemClock,
    random: (bytes) => randomBytes(bytes),
    ...parts,
  });
}

export function filesIn(folder: string): { file: string; marker: string } {
  return { file: join(folder, 'journal', 'journal.db'), marker: join(folder, 'vault', 'journal.json') };
}

export function saleOf(amount: number, more: Partial<Request> = {}): Request {
  return {
    type: 'sale',
    amount: fen(amount),
    entryMode: '021',
    operator: '01',
    card: { masked: '622202******1234', sealed: new Uint8Array(290).fill(7), fingerprint: new Uint8Array(32).fill(9) },
    ...more,
  };
}

export function answerOf(money: Answered['money'], code: string | null, why: Answered['why'] = null): Answered {
  const charged = money === 'charged';
  return {
    money,
    code,
    why,
    authorisation: charged ? 'A00001' : null,
    reference: charged ? '000000000017' : null,
    issuer: null,
    acquirer: null,
    host_time: charged ? { hhmmss: '120000', mmdd: '1124' } : null,
  };
}

export const approval = answerOf('charged', '00');
export const refusal = answerOf('not charged', '51');
export const silence = answerOf('unknown', null, 'silent');

/** Makes a request and finishes it at the counter: by default a sale that the bank has approved. */
export function done(journal: Journal, amount: number, more: Partial<Request> = {}, answer = approval): Entry {
  const entry = journal.begin(saleOf(amount, { copies: [], ...more }));
  entry.sent();
  entry.answered(answer);
  entry.completed();
  return entry;
}

/** Makes a sale without an answer: its reversal is owed. */
export function owing(journal: Journal, amount: number): Entry {
  const lost = journal.begin(saleOf(amount));
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  return lost;
}

/** Settles the open batch, with nothing owed in it. */
export const close = (journal: Journal) => journal.closeBatch(following(journal.batch));

/** Gives the journal quiet moments, until nothing is left to move. */
export function quiet(journal: Journal, moments = 20): void {
  for (let turn = 0; turn < moments; turn++) journal.tidy();
}

/** The folder of a terminal whose first sale has moved to the archive, and whose second has not. */
export function archived(t: { teardown(after: () => void): unknown }): string {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  close(journal);
  done(journal, 2);
  close(journal);
  quiet(journal);
  journal.close();
  return folder;
}

export const archiveIn = (folder: string) => join(dirname(filesIn(folder).file), 'archive.db');

/** The problem of the Fault that `work` throws, or null. */
export function problemOf(work: () => unknown): Problem | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.problem;
  }
}

/** The journal, closed at the end of its block. */
export function scoped(journal: Journal): Journal & Disposable {
  return Object.create(journal, { [Symbol.dispose]: { value: () => journal.close() } });
}

/** Writes garbage over the page where SQLite keeps the root of this table or index. */
export function spoil(file: string, name: string): void {
  const database = new DatabaseSync(file);
  const page = Number(database.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get(name)?.rootpage);
  database.close();
  const bytes = readFileSync(file);
  bytes.fill(0x5a, (page - 1) * 4096, page * 4096);
  writeFileSync(file, bytes);
}
