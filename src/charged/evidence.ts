import type { BankState } from '../host/inquiry.ts';
import type { EntryEvent } from '../journal/events.ts';
import type { EntryType } from '../journal/types.ts';
import type { Fen } from '../values/fen.ts';
import type { State } from '../values/state.ts';
import type { Heard, Subject } from './answer.ts';

/** One thing on record: when it happened, and the details that can be read out on the telephone. */
export type Evidence =
  | { readonly what: Happened; readonly at: number; readonly code: string | null }
  /** Reversals, repeats and advices that left without an answer. */
  | { readonly what: 'tries'; readonly at: number; readonly tries: number }
  | { readonly what: 'ruled'; readonly at: number; readonly people: string; readonly reference: string }
  | {
      readonly what: 'sequel';
      readonly at: number;
      readonly type: EntryType;
      readonly trace: string;
      readonly amount: Fen;
      readonly state: State;
    }
  | {
      readonly what: 'bank';
      readonly at: number;
      /** `refused`: the bank did not tell. */
      readonly word: BankState | 'none' | 'refused';
      readonly code: string | null;
      readonly reference: string | null;
    }
  /** What the bank has given back of it, at any of the merchant's terminals. */
  | { readonly what: 'bank-refunded'; readonly at: number; readonly amount: Fen };

export type Happened =
  | 'never-sent'
  | 'sent'
  | 'no-answer'
  | 'answered'
  | 'late'
  | 'accepted'
  | 'reversal-begun'
  | 'reversed'
  | 'no-original'
  | 'confirmed'
  | 'found'
  | 'parked';

/**
 * The evidence in the order in which it happened, whatever the clock was set to meanwhile. Only the last of many tries
 * is listed, with their number. A sequel is not in the entry's story: it is placed by the time at which it began.
 */
export function evidenceOf(subject: Subject, heard: Heard | null): readonly Evidence[] {
  const { facts, history, sequels, story } = subject;
  const found: Evidence[] = [];
  if (history.stage === 'begun') found.push({ what: 'never-sent', at: facts.begun_ms, code: null });
  const happened = story.map(({ event, at_ms: at }) => ofEvent(event, at));
  const tries = happened.filter((one) => one === 'try').length;
  const lastTry = happened.lastIndexOf('try');
  for (const [place, one] of happened.entries()) {
    if (one !== null && one !== 'try') found.push(one);
    else if (place === lastTry) found.push({ what: 'tries', at: story[place]?.at_ms ?? 0, tries });
  }
  for (const { facts: of, amount, state } of sequels) {
    const place = found.findLastIndex(({ at }) => at <= of.begun_ms) + 1;
    found.splice(place, 0, { what: 'sequel', at: of.begun_ms, type: of.type, trace: of.trace, amount, state });
  }
  return heard === null ? found : [...found, ...ofTheBank(heard)];
}

function ofEvent(event: EntryEvent, at: number): Evidence | 'try' | null {
  switch (event.kind) {
    case 'sent':
    case 'accepted':
    case 'reversal-begun':
    case 'parked':
      return { what: event.kind, at, code: null };
    case 'answered': {
      const { why, code } = event.answer;
      return { what: why === null ? 'answered' : 'no-answer', at, code };
    }
    case 'late':
      return { what: 'late', at, code: event.answer.code };
    case 'told':
      return event.answer.money === 'unknown' ? 'try' : { what: 'answered', at, code: event.answer.code };
    case 'reversal-unanswered':
      return 'try';
    case 'reversed':
    case 'no-original':
      return { what: event.kind, at, code: event.code };
    case 'confirmed':
    case 'found':
      return { what: event.kind, at, code: null };
    case 'ruled':
      return { what: 'ruled', at, people: event.ruling.people.join(' + '), reference: event.ruling.reference };
    default:
      return null;
  }
}

function ofTheBank(heard: Heard): readonly Evidence[] {
  const { at_ms: at } = heard;
  if (heard.end === 'none') return [{ what: 'bank', at, word: 'none', code: '25', reference: null }];
  if (heard.end === 'refused') return [{ what: 'bank', at, word: 'refused', code: heard.code, reference: null }];
  const { state, code, reference, refunded } = heard;
  const record: Evidence = { what: 'bank', at, word: state, code, reference };
  return refunded > 0 ? [record, { what: 'bank-refunded', at, amount: refunded }] : [record];
}
