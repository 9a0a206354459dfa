/**
 * What a journal row costs, beside its floor: a 400-byte write with fdatasync into a file that is long enough already,
 * the cheapest durable write that the disk has. Rows, events and floor take turns, so that what slows one slows all.
 * The first rounds, in which the engine still compiles, are not counted.
 * `node bench/journal.ts [folder] [rounds]` prints one line of JSON; the folder must be on the disk that is meant.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalDisk } from '../src/journal/disk.ts';
import type { Entry } from '../src/journal/entry.ts';
import { type Journal, openJournal, type Request } from '../src/journal/journal.ts';
import { fen } from '../src/values/fen.ts';

const ROW_BYTES = 400;
const WARM_UP = 200;
const [under = tmpdir(), rounds = '2000'] = process.argv.slice(2);

const folder = mkdtempSync(join(under, 'guitai-bench-'));
try {
  const journal = openJournal({
    disk: journalDisk({ file: join(folder, 'journal.db'), marker: join(folder, 'mark', 'journal.json') }),
    random: (bytes) => randomBytes(bytes),
  });
  console.log(JSON.stringify(measure(journal, Number(rounds) + WARM_UP)));
  journal.close();
} finally {
  rmSync(folder, { recursive: true });
}

function measure(journal: Journal, count: number): object {
  const floor = openSync(join(folder, 'floor'), 'w+');
  const appended = openSync(join(folder, 'appended'), 'a');
  writeSync(floor, new Uint8Array(ROW_BYTES * count));
  fsyncSync(floor);
  const bytes = randomBytes(ROW_BYTES);
  const times = { row: [], event: [], floor: [], append: [] } satisfies Record<string, number[]> as Times;

  for (let round = 0; round < count; round++) {
    const asked = request();
    let entry: Entry | null = null;
    const turns = [
      () => {
        timed(times.row, () => {
          entry = journal.begin(asked);
        });
        timed(times.event, () => entry?.sent());
      },
      () =>
        timed(times.floor, () => {
          writeSync(floor, bytes, 0, ROW_BYTES, round * ROW_BYTES);
          fdatasyncSync(floor);
        }),
      () =>
        timed(times.append, () => {
          writeSync(appended, bytes);
          fdatasyncSync(appended);
        }),
    ];
    // Each goes first, second and last in turn, so that the effects of one on the next are spread evenly.
    turns.forEach((_, place) => {
      turns[(round + place) % turns.length]?.();
    });
    journal.last()?.handOver();
    journal.tidy();
  }
  closeSync(floor);
  closeSync(appended);

  const floor_ms = median(times.floor);
  const row_ms = median(times.row);
  return {
    rounds: count - WARM_UP,
    row_ms,
    floor_ms,
    ratio: round(row_ms / floor_ms),
    event_ms: median(times.event),
    append_ms: median(times.append),
    ratio_to_append: round(row_ms / median(times.append)),
    row_p99_ms: quantile(times.row, 0.99),
    floor_p99_ms: quantile(times.floor, 0.99),
  };
}

/** Takes about `ROW_BYTES` on the disk: the columns beside the sealed card take some 110 bytes. */
function request(): Request {
  return {
    type: 'sale',
    amount: fen(12_850),
    entryMode: '021',
    operator: '01',
    card: { masked: '622202******1234', sealed: randomBytes(ROW_BYTES - 110), fingerprint: randomBytes(16) },
  };
}

type Times = Record<'row' | 'event' | 'floor' | 'append', number[]>;

function timed(into: number[], work: () => void): void {
  const start = performance.now();
  work();
  into.push(performance.now() - start);
}

function median(times: readonly number[]): number {
  return quantile(times, 0.5);
}

function quantile(times: readonly number[], part: number): number {
  const sorted = times.slice(WARM_UP).sort((one, other) => one - other);
  return round(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
