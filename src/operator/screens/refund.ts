import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Foot, Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { amountNode, askedDigits, centred, dotted, inFours, quiet, result, said } from './layout.ts';

export interface RefundOriginalFacts {
  /** What was paid, what has been refunded, and what may still be; null where only the bank would know. */
  readonly paid: Fen | null;
  readonly refunded: Fen | null;
  readonly refundable: Fen | null;
  /** `2026-11-29`, with the time where it is known. */
  readonly day: string;
  readonly reference: string | null;
  /** The original's row in the journal; null where the bank alone has it. */
  readonly row: { readonly masked: string; readonly trace: string; readonly batch: string } | null;
}

/** Shows the original, as the journal or the bank has it, before anything is refunded. */
export function refundOriginal(text: Text, bar: BarFacts, facts: RefundOriginalFacts): Screen {
  const { paid, refunded, refundable, day, reference, row } = facts;
  const line = (name: string, state: string): RowNode => ({ node: 'row', key: name, name, state, colour: 'ink' });
  const money = (amount: Fen) => text('result.amount', { amount: yuan(amount, true) });
  const rows: Node[] = [
    ...(row === null
      ? []
      : [
          line(text('void.confirm.card'), inFours(row.masked)),
          line(text('void.confirm.trace'), text('refund.original.batch', row)),
        ]),
    line(text('refund.original.day'), day),
    ...(reference === null ? [] : [line(text('refund.original.reference'), reference)]),
    ...(paid === null ? [] : [line(text('refund.original.paid'), money(paid))]),
    ...(refunded === null ? [] : [line(text('refund.original.refunded'), money(refunded))]),
  ];
  const bankSays = row === null && paid !== null ? [{ ...quiet(text('refund.original.bank')), key: 'bank' }] : [];
  return {
    id: 'refund.original',
    tone: 'plain',
    bar: barOf(text, bar, text('place.refund')),
    body: [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text('refund.original.ask'), size: 'title', strong: true, grow: true },
          ...(refundable === null ? [] : [amountNode(refundable, 'small', 'end')]),
        ],
      },
      { node: 'column', key: 'rows', children: rows, gap: 'hair', grow: true },
      ...bankSays,
    ],
    foot: { cancel: text('key.not-refund'), enter: text('key.continue') },
  };
}

export interface RefundAmountFacts {
  readonly amount: Fen;
  /** What is left of the original; null where only the bank knows. */
  readonly refundable: Fen | null;
  readonly limit: Fen;
  /** The masked number, where the journal has it. */
  readonly masked: string | null;
  /** The last key would have gone over what is left or over the limit, or Enter came with nothing typed. */
  readonly refused: 'zero' | 'over' | 'over-limit' | null;
}

export function refundAmount(text: Text, bar: BarFacts, facts: RefundAmountFacts): Screen {
  const { amount, refundable, limit, masked, refused } = facts;
  const values = { amount: yuan(refundable ?? limit, true), limit: yuan(limit, true) };
  const under: Node =
    refused === null
      ? { node: 'text', key: 'under', text: text('refund.amount.most', values), align: 'end', colour: 'muted' }
      : {
          node: 'text',
          key: 'under',
          text: text(`refund.amount.${refused}`, values),
          align: 'end',
          colour: 'refused',
          strong: true,
        };
  return {
    id: 'refund.amount',
    tone: 'plain',
    bar: barOf(text, bar, text('place.refund')),
    body: [
      quiet(dotted(text('refund.amount.ask'), masked === null ? null : inFours(masked))),
      { node: 'column', key: 'amount', justify: 'centre', grow: true, children: [amountNode(amount, 'huge', 'end')] },
      under,
    ],
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

/** Why nothing of an original can be refunded; `not-at-bank`: the bank has none under this reference and day. */
export type RefundWhy =
  | 'not-payment'
  | 'not-charged'
  | 'unsettled'
  | 'voided'
  | 'refunded'
  | 'refunded-here'
  | 'being-voided'
  | 'being-refunded'
  | 'same-batch'
  | 'too-old'
  | 'no-reference'
  | 'not-at-bank';

export interface RefundRefusedFacts {
  readonly why: RefundWhy;
  /** Trace, reference and amount of the original, where there is one. */
  readonly trace: string | null;
  readonly reference: string | null;
  readonly amount: Fen | null;
  /** How much of it may still be refunded; null where that is not known. */
  readonly refundable: Fen | null;
  /** `2026-11-29` */
  readonly day: string | null;
  readonly window_days: number;
  /** What can undo it before it is settled: a void (on the green key), or a completion void (in another menu). */
  readonly instead: 'void' | 'completion-void' | null;
}

/** What to do instead with `same-batch`: what is not settled yet cannot be refunded. */
const remedies = {
  void: 'refund.why.same-batch.remedy',
  'completion-void': 'refund.why.same-batch.completion',
  wait: 'refund.why.same-batch.wait',
} as const satisfies Record<string, TextId>;

/** Says why nothing can be refunded, of which original, and what is left of it. */
export function refundRefused(text: Text, bar: BarFacts, facts: RefundRefusedFacts): Screen {
  const { why, trace, reference, amount, refundable, day, window_days, instead } = facts;
  const values = { phone: bar.support.accounts, date: day ?? '', days: window_days };
  const next: Foot = instead === 'void' ? { enter: text('key.void-instead') } : { enter: text('key.other-trace') };
  return {
    id: 'refund.impossible',
    tone: 'attention',
    bar: barOf(text, bar, text('place.refund')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text(`refund.why.${why}.title`),
      numbers: dotted(
        amount === null ? null : text('result.amount', { amount: yuan(amount, true) }),
        trace === null ? reference : text('result.trace', { trace }),
        refundable === null ? null : text('refund.left', { amount: yuan(refundable, true) }),
      ),
      words: [said(text(why === 'same-batch' ? remedies[instead ?? 'wait'] : `refund.why.${why}.remedy`, values))],
    }),
    foot: { cancel: text('key.end'), ...next },
  };
}

export interface RefundTypedFacts {
  readonly typed: string;
}

/** Asks for the bank's own number (reference), which names an original that the journal does not hold. */
export function refundReference(text: Text, bar: BarFacts, { typed }: RefundTypedFacts): Screen {
  const inGroups = typed.replace(/(.{4})(?=.)/g, '$1 ');
  const hint = quiet(text('refund.reference.hint'), 'centre');
  return typing(text, bar, 'refund.reference', askedDigits(text('refund.reference.ask'), inGroups, hint));
}

export interface RefundDateFacts extends RefundTypedFacts {
  /** The four digits typed before are no day. */
  readonly wrong: boolean;
}

export function refundDate(text: Text, bar: BarFacts, { typed, wrong }: RefundDateFacts): Screen {
  const shown = typed.length > 2 ? `${typed.slice(0, 2)} - ${typed.slice(2)}` : typed;
  const under: Node = wrong
    ? { node: 'notice', colour: 'attention', align: 'centre', lines: [text('refund.date.wrong')] }
    : quiet(text('refund.date.hint'), 'centre');
  return typing(text, bar, 'refund.date', askedDigits(text('refund.date.ask'), shown, under, '– – – –'));
}

function typing(text: Text, bar: BarFacts, id: string, asked: readonly Node[]): Screen {
  return {
    id,
    tone: 'plain',
    bar: barOf(text, bar, text('place.refund')),
    body: centred(asked, 'large'),
    digits: 'open',
    foot: { cancel: text('key.back'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface RefundSilentFacts {
  readonly code: string;
  readonly words: { readonly title: string; readonly clerk: string };
}

/** The bank was asked for its record and refused to tell it: nothing is begun on a guess. */
export function refundSilent(text: Text, bar: BarFacts, { code, words }: RefundSilentFacts): Screen {
  return {
    id: 'refund.silent',
    tone: 'attention',
    bar: barOf(text, bar, text('place.refund')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      money: text('refund.silent.title'),
      title: words.title,
      numbers: text('result.code', { code }),
      words: words.clerk === '' ? [] : [said(`${text('result.clerk')}${words.clerk}`)],
    }),
    foot: { enter: text('key.done') },
  };
}
