import { readFileSync } from 'node:fs';
import type { ReplayDesk } from '../board/virtual/replay-desk.ts';
import { type Exported, RecordError, unpackRecord } from '../src/recorder/export.ts';
import type { Linked } from '../src/recorder/happening.ts';
import { channelsOf, type Difference } from './channels.ts';
import { comparableOf } from './comparable.ts';
import { drive } from './driver.ts';
import { type Film, type Frame, filmOf } from './film.ts';
import { isMove } from './hands.ts';
import { masksOf } from './masks.ts';
import { checkShapes } from './shape.ts';
import { openStage, type Stage } from './stage.ts';
import type { Begin } from './stage-files.ts';
import { whole } from './whole.ts';

/** A record that is being replayed. */
export interface Replay {
  readonly film: Film;
  readonly stage: Stage;
  readonly differences: readonly Difference[];
  /** Runs the film; resolves when it is over, or when so much differs that the rest would mean nothing. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export interface ReplayOptions {
  readonly port: number;
  /** The replay's controls on the page; null for a page without them. */
  readonly desk: ReplayDesk | null;
  readonly pace: (frame: Frame) => Promise<void>;
  readonly runs: (frame: Frame) => void;
  readonly differs: (difference: Difference) => void;
}

/** After so many differences the replay stops: the rest would mean nothing. */
const MOST_DIFFERENCES = 12;

/**
 * Reads a file of `guitai export`, checks its chain and the shape of each record. Throws a RecordError that names the first
 * record that is wrong.
 */
export function readFilm(file: string): { readonly film: Film; readonly exported: Exported } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new RecordError(
      `${file} cannot be read: ${String(cause.code)}`,
      'Give a file that `guitai export` has written.',
    );
  }
  const exported = recordIn(bytes);
  if (exported.broken !== null) {
    const { n, why } = exported.broken;
    throw new RecordError(
      `the record is broken at ${n ?? 'its first line'}: ${why}`,
      'Export it from the terminal again.',
    );
  }
  checkShapes(exported.records);
  const film = filmOf(exported.records);
  if (film !== null) return { film, exported };
  throw new RecordError(
    'the record holds no power-on, and how the terminal stood before is not known',
    'Export a record that reaches back to the last power-on: recorder.most_mb in terminal.json.',
  );
}

function recordIn(bytes: Uint8Array): Exported {
  const exported = unpackRecord(bytes);
  return { ...exported, records: exported.records.map(whole) };
}

export async function openReplay(film: Film, { port, desk, pace, runs, differs }: ReplayOptions): Promise<Replay> {
  const differences: Difference[] = [];
  const ended = new AbortController();
  let now: Frame | undefined = film.frames[0];
  const differ = (difference: Difference) => {
    if (ended.signal.aborted) return;
    differences.push(difference);
    differs(difference);
    if (differences.length >= MOST_DIFFERENCES) ended.abort();
  };
  const begin = film.frames[0]?.record as Linked & Begin;
  const stage = await openStage({
    film,
    begin,
    port,
    desk,
    wrong: (words) => differ({ n: now?.record.n ?? 0, words }),
  });
  const moves = nextMoves(film.frames);
  const horizon = () => moves[now?.at ?? 0] ?? film.frames.length;
  const channels = channelsOf(film, horizon, differ);
  const masks = masksOf(film.frames.map(({ record }) => record));
  return {
    film,
    stage,
    differences,
    async run() {
      if (!isFirst(begin)) await rehearse(stage);
      stage.follow((record) => {
        const { channel, key } = comparableOf(record, masks);
        if (channel !== null) channels.take(channel, key);
      });
      stage.begin();
      const runsNow = (frame: Frame) => {
        now = frame;
        runs(frame);
      };
      const differed = () => differences.length > 0;
      await drive({ film, stage, channels, pace, runs: runsNow, signal: ended.signal, differed });
      ended.abort();
    },
    close: () => stage.close(),
  };
}

/** For each frame the place of the next one that is a person's move. */
function nextMoves(frames: readonly Frame[]): readonly number[] {
  let next = frames.length;
  const backwards = frames.toReversed().map((frame) => {
    const after = next;
    if (isMove(frame)) next = frame.at;
    return after;
  });
  return backwards.reverse();
}

/** Whether it is the first power-on in the terminal's life. */
function isFirst({ n }: Begin): boolean {
  return n === 1;
}

/**
 * A terminal that had worked before the film begins has a master key already: gets one in a power-on before the film.
 */
async function rehearse(stage: Stage): Promise<void> {
  await stage.power(true);
  await stage.stands('signin.operator', 30_000);
  await stage.power(false);
}
