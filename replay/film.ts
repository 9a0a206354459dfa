import type { Linked } from '../src/recorder/happening.ts';
import { comparableOf } from './comparable.ts';
import { masksOf } from './masks.ts';

/** A record prepared for a replay: its frames in order, and what the bank's side of the line has to do. */
export interface Film {
  readonly frames: readonly Frame[];
  readonly exchanges: readonly Exchange[];
  /** The state of the lines before each connection, in order. */
  readonly lines: readonly LineState[];
}

export interface Frame {
  /** Its place in the film. */
  readonly at: number;
  readonly record: Linked;
  /** `hand`: what somebody did; `power`: the terminal began; `shown`: what the terminal did; `note`: not run again. */
  readonly role: 'hand' | 'power' | 'shown' | 'note';
  /** For frames that are compared: the channel, and the key that must be equal. */
  readonly channel: string | null;
  readonly key: string;
}

/** A request and what became of it. */
export interface Exchange {
  readonly n: number;
  readonly mti: string;
  readonly processing: string | undefined;
  readonly trace: string | undefined;
  readonly end: 'answer' | 'silent' | 'lost' | 'garbled';
  /** The fields of the answer as they were recorded, and how long it took. */
  readonly answer: Readonly<Record<string, string>> | null;
  readonly delay_ms: number;
  /** The terminal found the answer's MAC wrong or missing. */
  readonly badMac: boolean;
  /** The bank never got the request: its answer to the reversal shows that. */
  readonly unheard: boolean;
}

export interface LineState {
  /** The number of the first record that shows this state. */
  readonly n: number;
  readonly primary: boolean;
  readonly backup: boolean;
}

/**
 * Begins at the first power-on in the record, as the terminal's state before it is unknown. Null without a power-on.
 */
export function filmOf(records: readonly Linked[]): Film | null {
  const first = records.findIndex(({ kind }) => kind === 'begin');
  if (first < 0) return null;
  const run = records.slice(first);
  const masks = masksOf(run);
  const frames = run.map((record, at): Frame => {
    const { channel, key } = isFarewell(run, at) ? { channel: null, key: '' } : comparableOf(record, masks);
    return { at, record, role: roleOf(record, channel), channel, key };
  });
  return { frames, exchanges: exchangesOf(run), lines: linesOf(run) };
}

function roleOf(record: Linked, channel: string | null): Frame['role'] {
  if (record.kind === 'begin') return 'power';
  if (record.kind === 'key') return record.key === 'digits' ? 'note' : 'hand';
  if (record.kind === 'card') return 'hand';
  if (record.kind === 'secret') return record.state === 'begun' ? 'hand' : 'note';
  return channel === null ? 'note' : 'shown';
}

/** Whether it is part of a proper switch-off, which a replay does not repeat: it pulls the plug. */
function isFarewell(records: readonly Linked[], at: number): boolean {
  let end = at;
  while (records[end]?.kind === 'display' || records[end]?.kind === 'flow') end++;
  const last = records[end];
  return last?.kind === 'end' || (last?.kind === 'screen' && records[end + 1]?.kind === 'end');
}

type Host = Extract<Linked, { kind: 'host' }>;

function exchangesOf(records: readonly Linked[]): Exchange[] {
  const begins = records.flatMap(({ kind, n }) => (kind === 'begin' ? [n] : []));
  const hosts = records.filter((record): record is Linked & Host => record.kind === 'host');
  return hosts.flatMap((out, at) => {
    if (out.way !== 'out' || out.mti === '') return [];
    const { trace, processing } = out.fields;
    const life = begins.find((n) => n > out.n) ?? Number.POSITIVE_INFINITY;
    const after = hosts.slice(at + 1, at + NEAR).filter(({ n }) => n < life);
    // A connection carries one exchange: what follows without a trace of its own belongs to this one.
    const next = after.findIndex(
      (record) => record.way === 'out' && record.mti === out.mti && sameTrace(record, trace),
    );
    const heard = after.slice(0, next < 0 ? undefined : next).filter(({ way }) => way === 'in');
    const answer = heard.find((record) => isAnswer(record, out.mti, trace));
    const ended = heard.find(({ mti, note }) => mti === '' && note !== null && !/^not /.test(note));
    const end = answer !== undefined ? 'answer' : endOf(ended?.note ?? null);
    return {
      ...{ n: out.n, mti: out.mti, processing, trace, end },
      answer: answer?.fields ?? null,
      delay_ms: ((answer ?? ended)?.up ?? out.up) - out.up,
      // A record holds no key to check a MAC with, so the terminal's own note has to do.
      badMac: heard.some(({ note, fields }) => note !== null && BAD_MAC.has(note) && fields.trace === trace),
      unheard: answer === undefined && unheard(hosts.slice(at), out),
    };
  });
}

/** Only so many records of the line after a request are searched for its answer. */
const NEAR = 200;
const BAD_MAC = new Set(['not believed: bad-mac', 'not believed: no-mac']);

function sameTrace(record: Host, trace: string | undefined): boolean {
  return record.fields.trace === trace;
}

function isAnswer({ mti, note, fields }: Host, asked: string, trace: string | undefined): boolean {
  const answers = `${asked.slice(0, 2)}${(Number(asked[2]) + 1) % 10}${asked.slice(3)}`;
  return mti === answers && (note === null || note === 'a late answer') && fields.trace === trace;
}

function endOf(note: string | null): Exchange['end'] {
  if (note?.startsWith('garbled') === true) return 'garbled';
  return note?.startsWith('the line closed') === true ? 'lost' : 'silent';
}

function unheard(hosts: readonly (Linked & Host)[], out: Linked & Host): boolean {
  const reversal = hosts.find(
    ({ n, way, mti, fields }) => n > out.n && way === 'in' && mti === '0410' && fields.trace === out.fields.trace,
  );
  return reversal !== undefined && reversal.fields.code !== '00';
}

/** Before each connection the record notes which lines could not be reached. */
function linesOf(records: readonly Linked[]): LineState[] {
  const states: LineState[] = [];
  let primary = true;
  let n: number | null = null;
  for (const record of records) {
    if (record.kind !== 'host') continue;
    const missed = record.note === 'not reached';
    if (!missed && record.way === 'in') continue;
    n ??= record.n;
    if (missed && record.line === 'primary') {
      primary = false;
      continue;
    }
    states.push({ n, primary, backup: !missed });
    primary = true;
    n = null;
  }
  return states;
}
