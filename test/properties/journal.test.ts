import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import { after, beginning, type EntryEvent, eventOf, type History, progressOf } from '../../src/journal/events.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { debtsOf, stateOf } from '../../src/journal/progress.ts';
import { following } from '../../src/values/trace.ts';
import { answerOf, approval, filesIn, journalIn, refusal, saleOf, silence, testFolder } from '../journal-bench.ts';
import { runs } from '../share.ts';

const copies = ['merchant', 'cardholder'] as const;

/** What a flow or the outbox may ask of an entry, in any order; what cannot follow is refused and changes nothing. */
const acts: readonly ((entry: Entry) => void)[] = [
  (entry) => entry.sent(),
  (entry) => entry.answered(approval),
  (entry) => entry.answered(refusal),
  (entry) => entry.answered(silence),
  (entry) => entry.answered(answerOf('unknown', '00', 'bad-mac')),
  (entry) => entry.late(approval),
  (entry) => entry.completed(),
  (entry) => entry.accepted(),
  (entry) => entry.told(approval),
  (entry) => entry.told(refusal),
  (entry) => entry.told(silence),
  (entry) => entry.reversalBegun(),
  (entry) => entry.reversalUnanswered(),
  (entry) => entry.reversed('00'),
  (entry) => entry.noOriginal('25'),
  (entry) => entry.confirmed('inquiry'),
  (entry) => entry.found('inquiry'),
  (entry) => entry.parked(),
  (entry) => entry.copyBegun('merchant'),
  (entry) => entry.copyPrinted('merchant'),
  (entry) => entry.copyPrinted('cardholder'),
  (entry) => entry.signedOff('01', true),
  (entry) => entry.handOver(),
];

const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('begin' as const), type: fc.constantFrom('sale', 'refund', 'offline') }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      entry: fc.nat(),
      act: fc.nat({ max: acts.length - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('tidy', 'trace', 'batch', 'restart') }) },
);

t.test('after any operations and a restart, the books say what was acknowledged', async (t) => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 60 }), (operations) => {
      const folder = testFolder(t);
      let journal = journalIn(folder);
      const books = new Map<number, History>();
      try {
        for (const step of operations) {
          if (step.do === 'begin') {
            const { id, history } = journal.begin(saleOf(books.size + 1, { type: step.type as 'sale' }));
            books.set(id, history);
          } else if (step.do === 'act') act(journal, books, step);
          else if (step.do === 'tidy') journal.tidy();
          else if (step.do === 'trace') journal.takeTrace();
          else if (step.do === 'batch') journal.closeBatch(following(journal.batch));
          else {
            journal.close();
            journal = journalIn(folder);
          }
        }
        journal.close();
        journal = journalIn(folder);
        agree(journal, books);
      } finally {
        journal.close();
      }
    }),
    { numRuns: runs(60) },
  );
  t.pass('60 runs');
});

function act(journal: Journal, books: Map<number, History>, step: { entry: number; act: number }): void {
  const entry = journal.entry((step.entry % Math.max(books.size, 1)) + 1);
  if (entry === null) return;
  const before = entry.history;
  try {
    acts[step.act]?.(entry);
  } catch (error) {
    if (!(error instanceof Error) || !/cannot happen|cannot be sent/.test(error.message)) throw error;
    if (entry.history !== before) throw new Error('a refused act changed the entry');
  }
  books.set(entry.id, entry.history);
}

/** The journal, opened again, and what is known of it: every row, every event, and exactly the debts that follow. */
function agree(journal: Journal, books: Map<number, History>): void {
  const found = new Map(journal.rows({ limit: books.size + 10 }).map(({ id }) => [id, journal.entry(id)?.history]));
  const wanted = [...books].map(([id, history]) => [id, plain(history)]);
  const read = [...books.keys()].map((id) => [id, plain(found.get(id))]);
  if (JSON.stringify(read) !== JSON.stringify(wanted)) throw new Error('an entry differs from what was acknowledged');
  if (found.size !== books.size) throw new Error(`${books.size} entries were begun and ${found.size} found`);
  const owing = [...books].flatMap(([id, history]) => {
    const progress = progressOf(history);
    return debtsOf(progress).map((debt) => [id, debt, stateOf(progress, false)]);
  });
  const debts = journal.debts().map(({ entry, debt, state }) => [entry.id, debt, state]);
  if (JSON.stringify(debts) !== JSON.stringify(owing))
    throw new Error(`owed ${JSON.stringify(owing)}, found ${JSON.stringify(debts)}`);
  const rows = journal.rows({ limit: books.size + 10 });
  const places = new Set(rows.map(({ batch, trace }) => `${batch} ${trace}`));
  if (places.size !== rows.length) throw new Error('a trace was taken twice in one batch');
}

function plain(history: History | undefined): unknown {
  return history === undefined ? null : { ...history, copies: [...history.copies] };
}

t.test('a log cut or torn at any byte loses nothing but what was not acknowledged', async (t) => {
  const folder = testFolder(t);
  const { file, marker } = filesIn(folder);
  const journal = journalIn(folder);
  const base = readFileSync(file);
  const used: number[] = [];
  for (let sale = 1; sale <= 6; sale++) {
    const entry = journal.begin(saleOf(sale));
    entry.sent();
    entry.answered(silence);
    entry.handOver();
    used.push(sale);
  }
  const wal = readFileSync(`${file}-wal`);
  const mark = readFileSync(marker);
  journal.close();
  const frames = Math.floor((lastByte(wal) - 32) / 4120) + 1;

  fc.assert(
    fc.property(fc.nat({ max: frames * 4120 + 32 }), fc.boolean(), (cut, torn) => {
      const other = filesIn(testFolder(t));
      for (const path of [other.file, other.marker]) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(other.file, base);
      const bytes = Buffer.from(wal);
      // A cut log ends; a torn one holds other bytes from there to the end of the sector.
      if (torn) bytes.fill(0xa5, cut, Math.min(bytes.length, (Math.floor(cut / 512) + 1) * 512));
      writeFileSync(`${other.file}-wal`, torn ? bytes : bytes.subarray(0, cut));
      writeFileSync(other.marker, mark);
      const revived = journalIn(dirname(dirname(other.file)));
      const rows = revived.rows({ limit: 100 });
      revived.close();
      // What is there is a whole beginning of what was written: no hole, no half row.
      return rows.every((row, place) => row.id === rows.length - place && row.amount === row.id);
    }),
    { numRuns: runs(100) },
  );
  t.equal(used.length, 6);
});

function lastByte(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte !== 0);
}

t.test('a terminal killed at any moment has every row that it was told of', async (t) => {
  const rounds = 12;
  const folder = testFolder(t);
  const told = new Map<number, string[]>();
  for (let round = 0; round < rounds; round++) {
    await killedAfter(folder, round, 5 + round * 7, told);
    // And once more while the files of the killed one are looked at: recovery itself may be cut.
    const aside = testFolder(t);
    copyJournal(folder, aside);
    for (const where of [aside, folder]) {
      const journal = journalIn(where);
      t.same(missing(where, journal, told), [], `round ${round}: nothing acknowledged is missing`);
      const wrong = wrongDebts(journal);
      t.same(wrong, [], `round ${round}: debts follow from the events`);
      journal.close();
    }
  }
  // Enough to mean something; how many it is depends on the machine's load.
  t.ok(told.size > rounds, `${told.size} sales were told of`);
});

/** Runs the writer and kills it with SIGKILL `ms` after it says that it trades. */
function killedAfter(folder: string, seed: number, ms: number, told: Map<number, string[]>): Promise<void> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, '..', 'journal-writer.ts'), folder, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return new Promise((resolve, reject) => {
    let text = '';
    let armed = false;
    writer.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!armed && text.includes('ready')) {
        armed = true;
        setTimeout(() => writer.kill('SIGKILL'), ms);
      }
    });
    writer.on('error', reject);
    writer.on('close', (code) => {
      if (code !== null) return reject(new Error(`the writer ended by itself with ${code}`));
      for (const line of text.split('\n').slice(0, -1)) {
        const [id = '', kind = ''] = line.split(' ');
        if (kind !== 'ready') told.set(Number(id), [...(told.get(Number(id)) ?? []), kind]);
      }
      resolve();
    });
  });
}

function missing(folder: string, journal: Journal, told: Map<number, string[]>): string[] {
  const lost: string[] = [];
  for (const [id, kinds] of told) {
    const entry = journal.entry(id);
    const known = entry?.history.events ?? -1;
    if (known < kinds.length - 1) lost.push(`${folder}: entry ${id}: told ${kinds.join(' ')}, found ${known} events`);
  }
  return lost;
}

/** Every entry whose events, read without the journal's own index, say another debt than the journal does. */
function wrongDebts(journal: Journal): unknown[] {
  const owed = new Map(journal.debts().map(({ entry }) => [entry.id, entry.debt]));
  return journal.rows({ limit: 100_000 }).flatMap(({ id, debt }) => {
    const found = owed.get(id) ?? 'nothing';
    return found === debt ? [] : [{ id, debt, found }];
  });
}

function copyJournal(from: string, to: string): void {
  const [source, target] = [filesIn(from), filesIn(to)];
  for (const path of [target.file, target.marker]) mkdirSync(dirname(path), { recursive: true });
  copyFileSync(source.file, target.file);
  if (existsSync(`${source.file}-wal`)) copyFileSync(`${source.file}-wal`, `${target.file}-wal`);
  copyFileSync(source.marker, target.marker);
}

t.test('any events that may follow one another are stored and read back the same', async (t) => {
  const answer = fc.constantFrom(approval, refusal, silence, answerOf('unknown', '96'));
  const event = fc.oneof(
    fc.constantFrom<EntryEvent>(
      ...(['sent', 'completed', 'reversal-begun', 'reversal-unanswered', 'parked'] as const).map((kind) => ({ kind })),
    ),
    answer.map((answer): EntryEvent => ({ kind: 'answered', answer })),
    fc.constantFrom<EntryEvent>({ kind: 'reversed', code: '00' }, { kind: 'no-original', code: '12' }),
    fc.constantFrom(...copies).map((copy): EntryEvent => ({ kind: 'copy-begun', copy })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let history = beginning('sale', copies);
      for (const one of events) {
        const { kind, ...detail } = one;
        const stored = eventOf(kind, Object.keys(detail).length === 0 ? null : JSON.stringify(detail));
        try {
          history = after(history, stored);
        } catch (error) {
          if (!(error instanceof Error && /cannot happen/.test(error.message))) throw error;
        }
        debtsOf(progressOf(history));
      }
      return history.stage !== 'completed' || history.undone === 'no';
    }),
  );
  t.throws(() => eventOf('invented', null), /not known/);
});
