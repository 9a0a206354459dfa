import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import type { BarFacts } from './bar.ts';
import { amountNode, centred, dotted, inFours, quiet, result, said } from './layout.ts';
import type { SlipState } from './result.ts';
import { sale as framed } from './sale.ts';

export interface AcceptedFacts {
  readonly title: TextId;
  readonly amount: Fen;
  readonly authorisation: string | null;
  readonly trace: string;
  /** Whether the bank has said yes. `parked`: the retry limit is reached, and the bank has not answered. */
  readonly state: 'pending' | 'approved' | 'parked';
  readonly slip: SlipState;
  readonly sign: boolean;
}

/**
 * The counter has finished the transaction. Whether the bank has booked it stands first, and changes as it is known.
 */
export function accepted(text: Text, bar: BarFacts, facts: AcceptedFacts): Screen {
  const { title, amount, authorisation, trace, state, slip, sign } = facts;
  const tone = state === 'approved' ? 'done' : 'attention';
  const code = authorisation === null ? null : text('result.authorisation', { authorisation });
  const slipWords: Node =
    slip === 'printing' || slip === 'printed'
      ? { node: 'text', key: 'slip', text: text(`result.paper.${slip}`), colour: 'muted' }
      : { node: 'notice', key: 'slip', colour: 'attention', lines: [text(`result.paper.${slip}`)] };
  const body = result({
    tone,
    mark: 'check',
    money: text(state === 'approved' ? 'money.charged' : `accepted.${state}`),
    title: text(title),
    amount,
    numbers: dotted(code, text('result.trace', { trace })),
    words: [{ node: 'space' }, ...(sign ? [{ ...said(text('result.sign'), true), key: 'sign' }] : []), slipWords],
  });
  return {
    ...framed(text, bar, 'sale.accepted', body),
    tone,
    foot: { enter: text(sign ? 'key.signed' : 'key.done') },
  };
}

export interface AdviceRefusedFacts {
  readonly amount: Fen;
  readonly trace: string;
  readonly code: string;
  /** What the code means. */
  readonly why: string;
  /** True for a tip or an adjustment whose original stands; else the clerk is told to keep the slip and call. */
  readonly original: boolean;
  /** True where the bank has another batch open: the words of the code do not fit that. */
  readonly left: boolean;
  /** True where the bank may have refused because the original has changed elsewhere. */
  readonly ofOriginal: boolean;
}

/** The bank's definite no to a transaction that the counter had finished: people have to deal with it. */
export function adviceRefused(text: Text, bar: BarFacts, facts: AdviceRefusedFacts): Screen {
  const { amount, trace, code, why, original, left, ofOriginal } = facts;
  const { accounts: phone } = bar.support;
  const body = result({
    tone: 'refused',
    mark: 'cross',
    money: text(ofOriginal ? 'money.nothing-done' : 'money.not-charged'),
    title: text('accepted.refused.title'),
    numbers: dotted(
      text('result.amount', { amount: yuan(amount, true) }),
      text('result.code', { code }),
      text('result.trace', { trace }),
    ),
    words: [
      said(left ? text('accepted.refused.batch') : why),
      said(text(original ? 'accepted.refused.original' : 'accepted.refused.text', { phone }), true),
    ],
  });
  return { ...framed(text, bar, 'sale.accepted.refused', body), tone: 'refused', foot: { enter: text('key.done') } };
}

/** Shown while the terminal tries the line: with a line nobody need go offline. */
export function offlineTrying(text: Text, bar: BarFacts): Screen {
  return {
    ...framed(
      text,
      bar,
      'sale.trying',
      centred([
        { node: 'ring', part: null },
        { node: 'text', text: text('offline.trying'), size: 'title', align: 'centre' },
        quiet(text('offline.trying.text'), 'centre'),
      ]),
    ),
    foot: { cancel: text('key.cancel') },
  };
}

export interface VoiceCallFacts {
  readonly amount: Fen;
  readonly masked: string;
  readonly phone: string;
  readonly merchant: string;
  readonly terminal: string;
  /** The digits of the code typed so far. */
  readonly typed: string;
}

/** Shows on one screen whom to call and what to say, and takes the code that is answered. */
export function voiceCall(text: Text, bar: BarFacts, facts: VoiceCallFacts): Screen {
  const row = (name: TextId, state: string): RowNode => ({
    ...{ node: 'row', key: name, name: text(name), state, colour: 'ink' },
  });
  const code = `${facts.typed}${'–'.repeat(6 - facts.typed.length)}`.split('').join(' ');
  return {
    ...framed(text, bar, 'sale.call', [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text('voice.ask'), size: 'title', strong: true, grow: true },
          amountNode(facts.amount, 'small', 'end'),
        ],
      },
      {
        node: 'column',
        key: 'rows',
        gap: 'hair',
        grow: true,
        children: [
          row('voice.phone', facts.phone),
          row('voice.merchant', facts.merchant),
          row('voice.terminal', facts.terminal),
          row('void.confirm.card', inFours(facts.masked)),
        ],
      },
      {
        node: 'line',
        key: 'code',
        justify: 'apart',
        children: [
          { node: 'text', text: text('voice.code'), size: 'title' },
          { node: 'text', key: 'typed', text: code, size: 'headline', strong: true },
        ],
      },
      quiet(text('voice.hint')),
    ]),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface PeriodsFacts {
  readonly amount: Fen;
  /** Each is chosen by the digit of its place, from 1. */
  readonly choices: readonly { readonly periods: number; readonly each: Fen }[];
}

export function instalmentPeriods(text: Text, bar: BarFacts, { amount, choices }: PeriodsFacts): Screen {
  const tiles = choices.map(({ periods, each }, place) => ({
    key: String(periods),
    digit: String(place + 1),
    text: text('instalment.periods', { periods, amount: yuan(each, true) }),
  }));
  return {
    ...framed(text, bar, 'sale.periods', [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text('instalment.ask'), size: 'title', strong: true, grow: true },
          amountNode(amount, 'small', 'end'),
        ],
      },
      { node: 'tiles', columns: choices.length > 4 ? 3 : 2, tiles },
    ]),
    digits: 'open',
    foot: { cancel: text('key.cancel'), note: text('instalment.hint') },
  };
}
