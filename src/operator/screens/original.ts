import type { Text, TextId, TextValues } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Foot, Node, RowNode, Screen } from '../screen.ts';
import type { BarFacts } from './bar.ts';
import { amountNode, askedDigits, centred, dotted, inFours, quiet, result, said } from './layout.ts';
import { sale as framed } from './sale.ts';

/** Which number a flow asks for to find an original; each flow draws these screens under its own name. */
export interface TraceAskFacts {
  /** The digits typed so far. */
  readonly typed: string;
  /** What Enter takes where nothing is typed. */
  readonly last: { readonly amount: Fen; readonly trace: string } | null;
  /** Whether the menu key asks for the authorisation code instead. */
  readonly byCode: boolean;
  readonly ask?: TextId;
}

export function traceAsk(text: Text, bar: BarFacts, facts: TraceAskFacts): Screen {
  const { typed, last, byCode, ask = 'original.trace.ask' } = facts;
  const hint =
    last === null
      ? text('void.trace.hint')
      : text('void.trace.last', { amount: yuan(last.amount, true), trace: last.trace });
  const foot = { cancel: text('key.cancel'), enter: text('key.enter') };
  return {
    ...framed(text, bar, 'sale.trace', asked(text(ask), typed, '– – – – – –', quiet(hint, 'centre'))),
    digits: 'open',
    foot: byCode ? { ...foot, menu: text('key.by-code') } : { ...foot, clear: text('key.backspace') },
  };
}

export interface TypedFacts {
  readonly typed: string;
}

/** The original is older than the journal, or another terminal's: the code on its slip names it. */
export function authorisationAsk(text: Text, bar: BarFacts, { typed }: TypedFacts): Screen {
  const hint = quiet(text('original.authorisation.hint'), 'centre');
  return {
    ...framed(text, bar, 'sale.authorisation', asked(text('original.authorisation.ask'), typed, '– – – – – –', hint)),
    digits: 'open',
    foot: { cancel: text('key.back'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface DateAskFacts extends TypedFacts {
  /** Why the date before was refused: it is no date (`wrong`), or it is more than so many days ago. */
  readonly refused: 'wrong' | { readonly days: number } | null;
}

export function dateAsk(text: Text, bar: BarFacts, { typed, refused }: DateAskFacts): Screen {
  const notice = (line: string): Node => ({ node: 'notice', colour: 'attention', align: 'centre', lines: [line] });
  const under =
    refused === null
      ? quiet(text('original.date.hint'), 'centre')
      : notice(refused === 'wrong' ? text('original.date.wrong') : text('original.date.expired', refused));
  const shown = typed.length > 2 ? `${typed.slice(0, 2)} - ${typed.slice(2)}` : typed;
  return {
    ...framed(text, bar, 'sale.date', asked(text('original.date.ask'), shown, '– – - – –', under)),
    digits: 'open',
    foot: { cancel: text('key.back'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

function asked(title: string, typed: string, empty: string, under: Node): Node[] {
  return centred(askedDigits(title, typed, under, empty), 'large');
}

export interface OriginalAmountFacts {
  readonly amount: Fen;
  /** The original in one quiet line. */
  readonly of: string;
  readonly ask: TextId;
  /** The line under the amount, where nothing was refused. */
  readonly hint: string;
  /** Why the last key did nothing; in red. */
  readonly refused: string | null;
}

/** Asks for an amount while the original stays in sight: what is held, or what was sold. */
export function originalAmount(text: Text, bar: BarFacts, facts: OriginalAmountFacts): Screen {
  const { amount, of, ask, hint, refused } = facts;
  const under: Node =
    refused === null
      ? { node: 'text', key: 'under', text: hint, align: 'end', colour: 'muted' }
      : { node: 'text', key: 'under', text: refused, align: 'end', colour: 'refused', strong: true };
  return {
    ...framed(text, bar, 'sale.amount.of', [
      quiet(dotted(text(ask), of)),
      { node: 'column', key: 'amount', justify: 'centre', grow: true, children: [amountNode(amount, 'huge', 'end')] },
      under,
    ]),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface ConfirmFacts {
  readonly ask: TextId;
  readonly amount: Fen;
  readonly rows: readonly (readonly [TextId, string])[];
  readonly foot: { readonly cancel: TextId; readonly enter: TextId };
  /** What to bear in mind before the green key. */
  readonly notice?: string;
  /** The outcome, in one quiet line. */
  readonly hint?: string;
}

/** Shows what is about to be done, with its facts, before it is done. */
export function confirmAsk(text: Text, bar: BarFacts, facts: ConfirmFacts): Screen {
  const { ask, amount, rows, foot, notice, hint } = facts;
  const row = ([name, state]: readonly [TextId, string]): RowNode => ({
    ...{ node: 'row', key: name, name: text(name), state, colour: 'ink' },
  });
  const under: Node[] = notice === undefined ? [] : [{ node: 'notice', colour: 'attention', lines: [notice] }];
  return {
    ...framed(text, bar, 'sale.confirm', [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text(ask), size: 'title', strong: true, grow: true },
          amountNode(amount, 'small', 'end'),
        ],
      },
      { node: 'column', key: 'rows', children: rows.map(row), gap: 'hair', grow: true },
      ...under,
      ...(hint === undefined ? [] : [quiet(hint)]),
    ]),
    foot: { cancel: text(foot.cancel), enter: text(foot.enter) },
  };
}

export interface OriginalShown {
  readonly masked: string;
  /** Local, to the second. */
  readonly time: string;
  readonly trace: string;
  readonly authorisation: string | null;
}

/** The rows of an original that the journal holds. */
export function rowsOf({ masked, time, trace, authorisation }: OriginalShown): readonly (readonly [TextId, string])[] {
  return [
    ['void.confirm.card', inFours(masked)],
    ['void.confirm.time', time],
    ['void.confirm.trace', trace],
    ...(authorisation === null ? [] : ([['void.confirm.authorisation', authorisation]] as const)),
  ];
}

export interface ImpossibleFacts {
  readonly title: TextId;
  readonly remedy: TextId;
  /** Values for the remedy's text, besides the telephone number. */
  readonly values?: TextValues;
  /** Trace and amount of the original, where one was named. */
  readonly trace: string | null;
  readonly amount: Fen | null;
  /** What may still be given back of it; null or absent where nothing is said of that. */
  readonly left?: Fen | null;
  /** The green key asks for another trace; else it ends. */
  readonly another: boolean;
}

/** Says why nothing can be begun, and for which original. */
export function impossible(text: Text, bar: BarFacts, facts: ImpossibleFacts): Screen {
  const { title, remedy, values, trace, amount, left = null, another } = facts;
  const foot: Foot = another
    ? { cancel: text('key.end'), enter: text('key.other-trace') }
    : { enter: text('key.done') };
  const body = result({
    tone: 'attention',
    mark: 'bang',
    title: text(title),
    numbers: dotted(
      amount === null ? null : text('result.amount', { amount: yuan(amount, true) }),
      trace === null ? null : text('result.trace', { trace }),
      left === null ? null : text('refund.left', { amount: yuan(left, true) }),
    ),
    words: [said(text(remedy, { phone: bar.support.accounts, ...values }))],
  });
  return { ...framed(text, bar, 'sale.impossible', body), tone: 'attention', foot };
}
