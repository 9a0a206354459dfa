import type { Entry } from '../journal/entry.ts';
import { askDigits, askKey, untilSeen } from '../operator/ask.ts';
import type { Key } from '../operator/keypad.ts';
import { chargedNone, chargedSeveral, chargedWhich } from '../operator/screens/charged.ts';
import { minuteOf } from '../operator/screens/layout.ts';
import type { Counter } from '../payment/counter.ts';
import { inFlow } from '../payment/in-flow.ts';
import { MOST_FEN } from '../values/fen.ts';
import { candidatesFor, subjectOf } from './candidates.ts';
import { tell } from './tell.ts';

/**
 * "Was I charged?" (这笔扣款了吗): asks for a trace number or an amount, or proposes the last transaction, and answers with
 * what is on record here and at the bank. With `about` it does not ask which. `doubted`: the journal's word alone is
 * not enough. It moves no money, but what the bank says may end a reversal that was not confirmed.
 */
export async function wasICharged(standing: Counter, about: Entry | null = null, doubted = false): Promise<void> {
  const counter = inFlow(standing, 'charged');
  try {
    for (;;) {
      const entry = about ?? (await chooseEntry(counter));
      if (entry === 'none') continue;
      if (entry !== null) await tell(counter, subjectOf(entry, counter.journal), doubted);
      return;
    }
  } finally {
    standing.customer.say('display.welcome');
  }
}

/** The digits of the longest amount that can be typed. */
const MOST_DIGITS = String(MOST_FEN).length;

/** Null where the operator goes back; `none` where another number is to be typed. */
async function chooseEntry(counter: Counter): Promise<Entry | 'none' | null> {
  const { operator, journal } = counter;
  const newest = journal.last();
  const last = newest === null ? null : subjectOf(newest, journal);
  const proposed = last === null ? null : { amount: last.taken, trace: last.trace };
  const typed = await askDigits(operator, {
    least: last === null ? 1 : 0,
    most: MOST_DIGITS,
    draw: (digits) => (text, bar) => chargedWhich(text, bar, { typed: digits, last: proposed }),
  });
  if (typed === null) return null;
  if (typed === '') return last;
  const { entries, more } = candidatesFor(journal, typed);
  const [first, ...others] = entries;
  if (first === undefined) {
    const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
      chargedNone(text, bar, { typed }),
    );
    return key === 'enter' ? 'none' : null;
  }
  if (others.length === 0) return first;
  return chooseOne(counter, entries, more);
}

async function chooseOne(counter: Counter, entries: readonly Entry[], more: boolean): Promise<Entry | 'none' | null> {
  const candidates = entries.map(({ trace, taken, state, facts }) => ({
    ...{ trace, amount: taken, state, masked: facts.card, time: minuteOf(new Date(facts.begun_ms)) },
  }));
  const digits = entries.map((_, place) => String(place + 1) as Key);
  const key = await askKey(counter.operator, {
    keys: [...digits, 'cancel'],
    draw: () => (text, bar) => chargedSeveral(text, bar, { candidates, more }),
  });
  if (key === null) return null;
  return key === 'cancel' ? 'none' : (entries[digits.indexOf(key)] ?? null);
}
