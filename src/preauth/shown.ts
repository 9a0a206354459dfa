import type { Text } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import { minuteOf } from '../operator/screens/layout.ts';
import type { OriginalShown } from '../operator/screens/original.ts';
import { yuan } from '../values/fen.ts';
import type { Hold } from './hold.ts';

/** Describes a hold in one line of text. */
export function lineOf(text: Text, hold: Hold): string {
  if (hold.entry === null) {
    const { authorisation, date } = hold;
    return text('hold.amount.of-code', { authorisation, date: `${date.slice(0, 2)}-${date.slice(2)}` });
  }
  return text('hold.amount.of', { amount: yuan(hold.amount, true), trace: hold.entry.trace });
}

/** An entry in the rows of a confirmation. */
export function shownOf({ trace, facts, history }: Entry): OriginalShown {
  return {
    ...{ trace, masked: facts.card ?? '', authorisation: history.answer?.authorisation ?? null },
    // A hold may be days old, so the time is shown with its day.
    time: minuteOf(new Date(facts.begun_ms)),
  };
}
