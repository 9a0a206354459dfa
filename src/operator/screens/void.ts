import type { Text } from '../../config/texts.ts';
import { type Fen, fen, yuan } from '../../values/fen.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { amountNode, askedDigits, centred, dotted, inFours, quiet, result, said } from './layout.ts';

export interface VoidTraceFacts {
  /** The digits typed so far. */
  readonly typed: string;
  /** What Enter takes where nothing is typed. */
  readonly last: { readonly amount: Fen; readonly trace: string } | null;
}

export function voidTrace(text: Text, bar: BarFacts, { typed, last }: VoidTraceFacts): Screen {
  const hint =
    last === null
      ? text('void.trace.hint')
      : text('void.trace.last', { amount: yuan(last.amount, true), trace: last.trace });
  return {
    id: 'void.trace',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.void-refund')),
    body: centred([...askedDigits(text('void.trace.ask'), typed, quiet(hint, 'centre'))], 'large'),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface OriginalShown {
  readonly amount: Fen;
  readonly masked: string;
  readonly trace: string;
  /** Local, to the second. */
  readonly time: string;
  readonly authorisation: string | null;
}

/** The sale as the books have it, and why it is voided and not refunded: what is undone is seen before it is undone. */
export function voidConfirm(text: Text, bar: BarFacts, original: OriginalShown): Screen {
  const row = (name: string, state: string): RowNode => ({ node: 'row', key: name, name, state, colour: 'ink' });
  const { amount, masked, trace, time, authorisation } = original;
  const rows: Node[] = [
    row(text('void.confirm.card'), inFours(masked)),
    row(text('void.confirm.time'), time),
    row(text('void.confirm.trace'), trace),
    ...(authorisation === null ? [] : [row(text('void.confirm.authorisation'), authorisation)]),
  ];
  return {
    id: 'void.confirm',
    tone: 'plain',
    bar: barOf(text, bar, text('place.void')),
    body: [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text('void.confirm.ask'), size: 'title', strong: true, grow: true },
          amountNode(amount, 'small', 'end'),
        ],
      },
      { node: 'column', key: 'rows', children: rows, gap: 'hair', grow: true },
      quiet(text('void.confirm.unsettled')),
    ],
    foot: { cancel: text('key.not-void'), enter: text('key.void') },
  };
}

/** Why a sale cannot be voided. */
export type VoidWhy =
  | 'unknown'
  | 'not-sale'
  | 'voided'
  | 'not-charged'
  | 'unsettled'
  | 'underway'
  | 'refunded-in-part'
  | 'settled'
  | 'no-reference'
  | 'not-offered';

export interface VoidRefusedFacts {
  readonly why: VoidWhy;
  readonly trace: string;
  /** Of the original, where there is one. */
  readonly amount: Fen | null;
  /** What may still be given back of it. */
  readonly refundable: Fen | null;
  readonly batch: string;
  /** Clear names the original by the bank's reference. */
  readonly byReference?: boolean;
}

/** Nothing is begun: the sentence, the sale that it is about, and another trace on the green key. */
export function voidRefused(text: Text, bar: BarFacts, facts: VoidRefusedFacts): Screen {
  const { why, trace, amount, refundable, batch, byReference = false } = facts;
  const yuanOf = amount === null ? null : text('result.amount', { amount: yuan(amount, true) });
  const values = { batch, phone: bar.support.accounts, refundable: yuan(refundable ?? fen(0), true) };
  return {
    id: 'void.impossible',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.void-refund')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text(`void.why.${why}.title`),
      numbers: dotted(
        yuanOf,
        text('result.trace', { trace }),
        refundable === null ? null : text('refund.left', { amount: yuan(refundable, true) }),
      ),
      words: [said(text(`void.why.${why}.remedy`, values))],
    }),
    foot: {
      cancel: text('key.end'),
      ...(byReference && { clear: text('key.by-reference') }),
      enter: text('key.other-trace'),
    },
  };
}
