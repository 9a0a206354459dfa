import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Problem } from '../../values/problem.ts';
import type { State } from '../../values/state.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import type { BarFacts } from './bar.ts';
import { callAccounts, dotted, inFours, quiet, result, said } from './layout.ts';
import { call, problemWords } from './problem.ts';
import { sale as framed } from './sale.ts';

/** How far the slip is. */
export type SlipState = 'printing' | 'printed' | 'out' | 'cover-open' | 'owed';

export interface ApprovedFacts {
  readonly amount: Fen;
  readonly authorisation: string | null;
  readonly trace: string;
  readonly slip: SlipState;
  /** The cardholder signs, and the clerk compares the signature with the card's. */
  readonly sign: boolean;
}

export function saleApproved(text: Text, bar: BarFacts, facts: ApprovedFacts): Screen {
  const { amount, authorisation, trace, slip, sign } = facts;
  const code = authorisation === null ? null : text('result.authorisation', { authorisation });
  const slipWords: Node =
    slip === 'printing' || slip === 'printed'
      ? { node: 'text', key: 'slip', text: text(`result.paper.${slip}`), colour: 'muted' }
      : { node: 'notice', key: 'slip', colour: 'attention', lines: [text(`result.paper.${slip}`)] };
  const body = result({
    tone: 'done',
    mark: 'check',
    money: text('money.charged'),
    title: text('result.approved'),
    amount,
    numbers: dotted(code, text('result.trace', { trace })),
    words: [{ node: 'space' }, ...(sign ? [{ ...said(text('result.sign'), true), key: 'sign' }] : []), slipWords],
  });
  return {
    ...framed(text, bar, 'sale.approved', body),
    tone: 'done',
    foot: { enter: text(sign ? 'key.signed' : 'key.done') },
  };
}

/** What the green key offers after a decline. */
export type DeclineNext = 'other-card' | 'other-amount' | 'retry' | 'none';

export interface DeclinedFacts {
  readonly amount: Fen;
  readonly code: string;
  readonly trace: string;
  /** The row of the response code: why, and what each person can do; empty where there is nothing to do. */
  readonly words: { readonly title: string; readonly customer: string; readonly clerk: string };
  readonly next: DeclineNext;
  /**
   * Set where the bank may have refused because the original has changed elsewhere. `ask`: Clear asks the bank about
   * the original. `call`: the bank can be asked by telephone alone.
   */
  readonly original?: 'ask' | 'call' | null;
}

const nextKeys = {
  'other-card': 'key.other-card',
  'other-amount': 'key.other-amount',
  retry: 'key.retry',
} as const satisfies Record<Exclude<DeclineNext, 'none'>, TextId>;

/** A definite no: nothing was charged; or, where it is about an original, nothing was done about that now. */
export function saleDeclined(text: Text, bar: BarFacts, facts: DeclinedFacts): Screen {
  const { amount, code, trace, words, next, original = null } = facts;
  const { accounts: phone } = bar.support;
  const look = original === 'ask' ? text('result.original-at-bank') : text('result.original-by-phone', { phone });
  const toDo: Node[] = original === null ? [] : [said(look, true)];
  const tell = (who: TextId, what: string) => {
    if (what !== '') toDo.push({ ...said(`${text(who)}${what}`), key: who });
  };
  if (original === null) tell('result.customer', words.customer);
  tell('result.clerk', words.clerk);
  const body = result({
    tone: 'refused',
    mark: 'cross',
    money: text(original === null ? 'money.not-charged' : 'money.nothing-done'),
    title: words.title,
    numbers: dotted(yuanOf(text, amount), text('result.code', { code }), text('result.trace', { trace })),
    words: toDo,
  });
  const ahead =
    next === 'none' ? { enter: text('key.done') } : { cancel: text('key.end'), enter: text(nextKeys[next]) };
  return {
    ...framed(text, bar, 'sale.declined', body),
    tone: 'refused',
    foot: original === 'ask' ? { ...ahead, clear: text('key.look-up') } : ahead,
  };
}

/** Why nobody can say yet whether the card was charged. */
export type UnknownWhy =
  | 'silent'
  | 'line-lost'
  | 'bad-mac'
  | 'no-mac'
  | 'mismatch'
  | 'garbled'
  | 'unlisted'
  | 'restart';

export interface UnknownFacts {
  readonly amount: Fen;
  readonly trace: string;
  readonly why: UnknownWhy;
  /** Seconds since the request left. */
  readonly waited: number;
}

/** Money rule 2: unknown is a state. The green key asks the bank; nothing here charges again. */
export function saleUnknown(text: Text, bar: BarFacts, { amount, trace, why, waited }: UnknownFacts): Screen {
  const body = result({
    tone: 'attention',
    mark: 'question',
    money: text('unknown.money'),
    title: text('unknown.title'),
    numbers: dotted(yuanOf(text, amount), text('result.trace', { trace }), text('unknown.waited', { seconds: waited })),
    words: [said(text(`unknown.why.${why}`)), said(text('unknown.next'))],
  });
  return {
    ...framed(text, bar, 'sale.unknown', body),
    tone: 'attention',
    foot: { cancel: text('key.later'), clear: text('key.look-up'), enter: text('key.ask-bank') },
  };
}

export interface ReversingFacts {
  readonly amount: Fen;
  readonly trace: string;
  /** The first, second … time that the reversal is sent. */
  readonly attempt: number;
  readonly waited: number;
}

export function saleReversing(text: Text, bar: BarFacts, { amount, trace, attempt, waited }: ReversingFacts): Screen {
  const body = result({
    tone: 'attention',
    mark: 'question',
    money: text('money.unknown'),
    title: text('reversing.title'),
    numbers: dotted(yuanOf(text, amount), text('result.trace', { trace }), text('unknown.waited', { seconds: waited })),
    words: [said(text('reversing.text')), quiet(text('reversing.attempt', { attempt }))],
  });
  return {
    ...framed(text, bar, 'sale.reversing', body),
    tone: 'attention',
    foot: { cancel: text('key.later'), clear: text('key.look-up') },
  };
}

export interface ReversedFacts {
  readonly amount: Fen;
  readonly trace: string;
  /** False after "no original" (12, 25): the bank has yet to confirm. */
  readonly confirmed: boolean;
}

export function saleReversed(text: Text, bar: BarFacts, { amount, trace, confirmed }: ReversedFacts): Screen {
  const numbers = dotted(yuanOf(text, amount), text('result.trace', { trace }));
  if (!confirmed) {
    const body = result({
      tone: 'attention',
      mark: 'question',
      money: text('money.unknown'),
      title: text('reversed-unconfirmed.title'),
      numbers,
      words: [said(text('reversed-unconfirmed.text')), callAccounts(text, bar.support)],
    });
    return {
      ...framed(text, bar, 'sale.reversed-unconfirmed', body),
      tone: 'attention',
      foot: { clear: text('key.look-up'), enter: text('key.done') },
    };
  }
  const body = result({
    tone: 'refused',
    mark: 'cross',
    money: text('money.not-charged'),
    title: text('reversed.title'),
    numbers: dotted(numbers, text('reversed.confirmed')),
    words: [said(text('reversed.text'), true), said(text('reversed.next'))],
  });
  return {
    ...framed(text, bar, 'sale.reversed', body),
    tone: 'refused',
    foot: { cancel: text('key.end'), enter: text('key.again') },
  };
}

export interface ParkedFacts {
  readonly amount: Fen;
  readonly trace: string;
  readonly attempts: number;
}

/** Past the retry limit: it stays on record, is still retried, and somebody has to call. */
export function saleParked(text: Text, bar: BarFacts, { amount, trace, attempts }: ParkedFacts): Screen {
  const body = result({
    tone: 'attention',
    mark: 'bang',
    money: text('money.unknown'),
    title: text('parked.title'),
    numbers: dotted(yuanOf(text, amount), text('result.trace', { trace })),
    words: [said(text('parked.text', { attempts })), said(text('parked.next', { phone: bar.support.accounts }), true)],
  });
  return {
    ...framed(text, bar, 'sale.parked', body),
    tone: 'attention',
    foot: { clear: text('key.look-up'), enter: text('key.done') },
  };
}

/**
 * Nobody knows whether the disk has taken the row; the next start will see, and if it has, the bank is told. So the
 * customer must not pay in cash instead.
 */
export function saleDoubted(text: Text, bar: BarFacts, { amount, trace }: { amount: Fen; trace: string }): Screen {
  const body = result({
    tone: 'attention',
    mark: 'bang',
    money: text('money.unknown'),
    title: text('doubted.title'),
    numbers: dotted(yuanOf(text, amount), text('result.trace', { trace })),
    words: [said(text('doubted.why')), said(text('doubted.next'), true)],
  });
  return { ...framed(text, bar, 'sale.doubted', body), tone: 'attention', foot: { enter: text('key.done') } };
}

export interface RefusedFacts {
  readonly problem: Problem;
  /** The green key tries again; else it ends. */
  readonly retry: boolean;
}

/** A sale that was not begun: nothing left this terminal. */
export function saleRefused(text: Text, bar: BarFacts, { problem, retry }: RefusedFacts): Screen {
  const words = problemWords(text, problem);
  const body = result({
    tone: 'refused',
    mark: 'cross',
    money: text('money.not-charged'),
    title: words.title,
    numbers: text('refused.title'),
    words: [said(words.remedy), call(text, bar.support, words.call)],
  });
  return {
    ...framed(text, bar, 'sale.refused', body),
    tone: 'refused',
    foot: retry ? { cancel: text('key.end'), enter: text('key.retry') } : { enter: text('key.done') },
  };
}

export interface AgainFacts {
  readonly amount: Fen;
  readonly masked: string;
  readonly first: { readonly trace: string; readonly time: string; readonly state: State };
}

/** Money rule 16: the same card and amount within minutes. */
export function saleAgain(text: Text, bar: BarFacts, { amount, masked, first }: AgainFacts): Screen {
  const row = (name: string, state: string): RowNode => ({ node: 'row', key: name, name, state, colour: 'ink' });
  const body = result({
    tone: 'attention',
    mark: 'question',
    title: text('again.title'),
    numbers: dotted(yuanOf(text, amount), inFours(masked)),
    words: [
      row(text('again.time'), first.time),
      row(text('again.trace'), first.trace),
      row(text('again.first'), text(`state.${first.state}`)),
      said(text('again.ask'), true),
    ],
  });
  return {
    ...framed(text, bar, 'sale.again', body),
    tone: 'attention',
    foot: { cancel: text('key.not-again'), enter: text('key.charge-again') },
  };
}

function yuanOf(text: Text, amount: Fen): string {
  return text('result.amount', { amount: yuan(amount, true) });
}
