import type { TextId } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { EntryType } from '../journal/types.ts';
import { askDigitsOr, untilSeen } from '../operator/ask.ts';
import type { Key } from '../operator/keypad.ts';
import type { Draw, Operator } from '../operator/operator.ts';
import { impossible, traceAsk } from '../operator/screens/original.ts';
import { type Fen, fen, yuan } from '../values/fen.ts';
import { trace } from '../values/trace.ts';
import type { Counter } from './counter.ts';

/** How many of the newest entries are searched for the last one that qualifies. */
const LOOK_BACK = 200;

export interface Wanted<Why extends string> {
  /** The types it may have. The last entry that qualifies is the default, which Enter alone takes. */
  readonly types: readonly EntryType[];
  /** Why this entry will not do; null where it will. */
  whyNot(entry: Entry | null): Why | null;
  /** Title and remedy shown for each reason. */
  readonly words: Readonly<Record<Why, readonly [TextId, TextId]>>;
}

/** Asks for the number on a slip until the journal has an entry that qualifies; null if the operator goes back. */
export async function chooseEntry<Why extends string>(counter: Counter, wanted: Wanted<Why>): Promise<Entry | null> {
  const { operator, journal } = counter;
  for (;;) {
    const last = lastOf(counter, wanted);
    const number = await askTrace(
      operator,
      last,
      (typed) => (text, bar) => traceAsk(text, bar, { typed, last, byCode: false }),
    );
    if (number === null) return null;
    const entry = entryOf(counter, number);
    const why = wanted.whyNot(entry);
    if (why === null) return entry;
    const [title, remedy] = wanted.words[why];
    const facts = { title, remedy, trace: number, amount: entry?.total ?? null, another: true };
    const values = { batch: entry?.batch ?? journal.batch, refundable: yuan(entry?.refundable ?? fen(0), true) };
    const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
      impossible(text, bar, { ...facts, values }),
    );
    if (key === 'cancel') return null;
  }
}

type Last = { readonly amount: Fen; readonly trace: string } | null;
type DrawTyped = (typed: string) => Draw;

/** Asks for the trace on a slip, its leading zeros typed or not; Enter alone takes the last one, if there is one. */
export async function askTrace(operator: Operator, last: Last, draw: DrawTyped): Promise<string | null> {
  const trace = await askTraceOr(operator, [], last, draw);
  return typeof trace === 'object' ? null : trace;
}

/** As `askTrace`; one of the keys in `others` asks for something else instead. */
export async function askTraceOr<K extends Key>(operator: Operator, others: readonly K[], last: Last, draw: DrawTyped) {
  const typed = await askDigitsOr(operator, others, { least: last === null ? 1 : 0, most: 6, draw });
  if (typed === null || typeof typed === 'object') return typed;
  return typed === '' && last !== null ? last.trace : typed.padStart(6, '0');
}

/** The last entry that will do, within the newest ones. */
export function lastOf<Why extends string>({ journal }: Counter, { types, whyNot }: Omit<Wanted<Why>, 'words'>): Last {
  for (const entry of journal.newest(LOOK_BACK)) {
    if (types.includes(entry.facts.type) && whyNot(entry) === null) return { amount: entry.total, trace: entry.trace };
  }
  return null;
}

/** The days (MMDD) by which a slip may name the entry: the terminal's day and the bank's. */
export function daysOf({ facts, history }: Entry): readonly string[] {
  const at = new Date(facts.begun_ms);
  const ours = [at.getMonth() + 1, at.getDate()].map((each) => String(each).padStart(2, '0')).join('');
  return [ours, history.answer?.host_time?.mmdd ?? ours];
}

/** Finds an entry by its trace, in the open batch first, because traces repeat after 999999. */
export function entryOf({ journal }: Pick<Counter, 'journal'>, number: string): Entry | null {
  if (number === '000000') return null;
  return journal.find(trace(number), journal.batch) ?? journal.find(trace(number));
}
