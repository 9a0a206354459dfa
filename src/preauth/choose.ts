import type { TextId } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import { acknowledged, askDigits, askDigitsOr } from '../operator/ask.ts';
import {
  authorisationAsk,
  type DateAskFacts,
  dateAsk,
  type ImpossibleFacts,
  impossible,
  traceAsk,
} from '../operator/screens/original.ts';
import type { Counter } from '../sale/counter.ts';
import { entryOf, lastOf } from '../sale/original.ts';
import { type Hold, type HoldWhy, whyNoDate, whyNoHold } from './hold.ts';

/**
 * The pre-authorisation that is to be gone on with: by its trace where the journal holds it, by its authorisation code
 * and date where it does not. Null where the operator goes back.
 */
export async function chooseHold(counter: Counter): Promise<Hold | null> {
  const { operator } = counter;
  for (;;) {
    const named = await askNumber(counter);
    if (named === null) return null;
    if (typeof named === 'object') {
      const typed = await askTyped(counter);
      if (typed !== null) return typed;
      continue;
    }
    const entry = entryOf(counter, named);
    const why = whyNoHold(entry, termsOf(counter));
    if (why === null && entry !== null) return { entry, amount: entry.total };
    operator.flush();
    operator.beep('refused');
    operator.show((text, bar) => impossible(text, bar, refusalOf(counter, why ?? 'unknown', named, entry)));
    if ((await acknowledged(operator, ['enter', 'cancel'])) === 'cancel') return null;
  }
}

/** The number on the slip; Enter alone takes the last open one, the menu key asks for the code instead. */
async function askNumber(counter: Counter): Promise<string | { readonly key: 'menu' } | null> {
  const { operator, config } = counter;
  const last = lastOf(counter, { types: ['preauth'], whyNot: (entry) => whyNoHold(entry, termsOf(counter)) });
  const typed = await askDigitsOr(operator, ['menu'], {
    least: last === null ? 1 : 0,
    most: 6,
    wait_s: config.terminal.waits.confirm_s,
    draw: (digits) => (text, bar) => traceAsk(text, bar, { typed: digits, last, byCode: true }),
  });
  if (typed === null || typeof typed === 'object') return typed;
  return typed === '' && last !== null ? last.trace : typed.padStart(6, '0');
}

/** Code and date from a slip; null where the operator goes back to the trace. */
async function askTyped({ operator, config, clock }: Counter): Promise<Hold | null> {
  const wait_s = config.terminal.waits.confirm_s;
  const authorisation = await askDigits(operator, {
    ...{ least: 6, most: 6, wait_s },
    draw: (typed) => (text, bar) => authorisationAsk(text, bar, { typed }),
  });
  if (authorisation === null) return null;
  let refused: DateAskFacts['refused'] = null;
  for (;;) {
    const date = await askDigits(operator, {
      ...{ least: 4, most: 4, wait_s },
      draw: (typed) => (text, bar) => dateAsk(text, bar, { typed, refused: typed === '' ? refused : null }),
    });
    if (date === null) return null;
    refused = whyNoDate(date, { now_ms: clock.now(), days: config.profile.transactions.completion.hold_days });
    if (refused === null) return { entry: null, authorisation, date };
    operator.beep('refused');
  }
}

function termsOf({ clock, config }: Counter) {
  return { now_ms: clock.now(), days: config.profile.transactions.completion.hold_days };
}

const words = {
  unknown: ['void.why.unknown.title', 'hold.why.unknown.remedy'],
  'not-preauth': ['hold.why.not-preauth.title', 'hold.why.not-preauth.remedy'],
  'not-held': ['hold.why.not-held.title', 'hold.why.not-held.remedy'],
  voided: ['hold.why.voided.title', 'hold.why.voided.remedy'],
  completed: ['hold.why.completed.title', 'hold.why.completed.remedy'],
  unsettled: ['void.why.unsettled.title', 'void.why.unsettled.remedy'],
  underway: ['hold.why.underway.title', 'hold.why.underway.remedy'],
  expired: ['hold.why.expired.title', 'hold.why.expired.remedy'],
  'no-authorisation': ['hold.why.no-authorisation.title', 'hold.why.no-authorisation.remedy'],
} as const satisfies Record<HoldWhy, readonly [TextId, TextId]>;

function refusalOf(counter: Counter, why: HoldWhy, number: string, entry: Entry | null): ImpossibleFacts {
  const [title, remedy] = words[why];
  const values = { days: termsOf(counter).days };
  return { title, remedy, values, trace: number, amount: entry?.amount ?? null, another: true };
}
