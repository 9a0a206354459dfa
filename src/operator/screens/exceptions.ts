import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Problem } from '../../values/problem.ts';
import type { State } from '../../values/state.ts';
import type { TransactionType } from '../../values/transaction-type.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { wordOf } from './flow-words.ts';
import { askedDigits, callAccounts, centred, dotted, inFours, quiet, result, said } from './layout.ts';
import { problemWords } from './problem.ts';

export interface ExceptionShown {
  readonly trace: string;
  readonly batch: string;
  readonly type: TransactionType;
  readonly amount: Fen;
  readonly state: State;
  readonly tries: number;
  readonly card: string | null;
}

/** The most rows that fit on the smallest panel. */
export const LISTED = 5;

export interface ExceptionListFacts {
  readonly rows: readonly ExceptionShown[];
  readonly more: boolean;
  readonly count: number;
}

/** The transactions that the bank has not acknowledged yet, each at the digit that chooses it. */
export function exceptionList(text: Text, bar: BarFacts, { rows, more, count }: ExceptionListFacts): Screen {
  const shown = rows.map(({ trace, amount, state }, place): RowNode => {
    const name = `${place + 1}  ${trace}  ¥${yuan(amount, true)}`;
    return { node: 'row', key: trace, name, state: text(`state.${state}`), colour: 'attention' };
  });
  return {
    id: 'exceptions.list',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: [
      { node: 'text', key: 'head', text: text('exceptions.count', { count }), size: 'title', strong: true },
      { node: 'column', key: 'rows', children: shown, gap: 'medium', grow: true },
      { ...quiet(text(more ? 'exceptions.hint.more' : 'exceptions.hint')), key: 'hint' },
    ],
    digits: 'open',
    foot: { cancel: text('key.back'), enter: text('key.try-all') },
  };
}

export function exceptionNone(text: Text, bar: BarFacts): Screen {
  return {
    id: 'exceptions.none',
    tone: 'done',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: result({
      tone: 'done',
      mark: 'check',
      title: text('exceptions.none'),
      numbers: '',
      words: [said(text('exceptions.none.text'))],
    }),
    foot: { enter: text('key.done') },
  };
}

type ArchiveBroken = Extract<Problem, { kind: 'archive-broken' }>;

function whereIs({ set_aside, in_place }: ArchiveBroken): 'kept' | 'left' | 'gone' {
  if (set_aside !== null) return 'kept';
  return in_place ? 'left' : 'gone';
}

/** The archive of closed batches was broken: names the file, and the green key says that somebody has seen it. */
export function exceptionArchive(text: Text, bar: BarFacts, { problem }: { readonly problem: ArchiveBroken }): Screen {
  const { title, remedy } = problemWords(text, problem);
  const kept = problem.set_aside ?? problem.file;
  return {
    id: 'exceptions.archive',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title,
      numbers: '',
      words: [
        said(remedy),
        quiet(text(`exceptions.archive.${whereIs(problem)}`)),
        { ...quiet(kept.slice(kept.lastIndexOf('/') + 1)), key: 'file' },
        callAccounts(text, bar.support),
      ],
    }),
    foot: { cancel: text('key.later'), enter: text('key.seen') },
  };
}

export function exceptionTrying(text: Text, bar: BarFacts): Screen {
  return {
    id: 'exceptions.trying',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: centred([
      { node: 'ring', part: null },
      { node: 'text', key: 'step', text: text('exceptions.trying'), size: 'title', align: 'centre' },
    ]),
    foot: {},
  };
}

/** One exception: what is known, the key for the next try and, where allowed, the key for two people to end it. */
export function exceptionChosen(
  text: Text,
  bar: BarFacts,
  facts: ExceptionShown & { readonly mayRule: boolean },
): Screen {
  const row = (name: string, state: string): RowNode => ({ node: 'row', key: name, name, state, colour: 'ink' });
  const words: Node[] = [
    ...(facts.card === null ? [] : [row(text('void.confirm.card'), inFours(facts.card))]),
    row(text('exceptions.tries'), String(facts.tries)),
    { ...said(text('exceptions.text')), key: 'text' },
    callAccounts(text, bar.support),
  ];
  return {
    id: 'exceptions.chosen',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: result({
      tone: 'attention',
      mark: 'question',
      money: text(`state.${facts.state}`),
      title: `${text(`type.${facts.type}`)} ¥${yuan(facts.amount, true)}`,
      numbers: dotted(text('result.trace', { trace: facts.trace }), text('settlement.batch', { batch: facts.batch })),
      words,
    }),
    foot: {
      cancel: text('key.back'),
      ...(facts.mayRule ? { menu: text('key.two-people') } : {}),
      enter: text('key.try-now'),
    },
  };
}

/**
 * Asks what the bank has said of the money, in the words of the transaction itself: where a void is open, "charged"
 * could be the sale that stands or the void that was done.
 */
export function exceptionRuling(text: Text, bar: BarFacts, { type, trace, amount }: ExceptionShown): Screen {
  const word = (id: TextId) => text(type === 'sale' ? id : wordOf(type, id));
  const yuanOf = text('result.amount', { amount: yuan(amount, true) });
  return {
    id: 'exceptions.ruling',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: [
      { node: 'text', key: 'ask', text: text('exceptions.ruling.ask'), size: 'title', strong: true },
      quiet(dotted(text(`type.${type}`), yuanOf, text('result.trace', { trace }))),
      {
        node: 'tiles',
        key: 'choices',
        columns: 2,
        tiles: [
          { key: '1', digit: '1', text: word('money.charged') },
          { key: '2', digit: '2', text: word('money.not-charged') },
        ],
      },
      { ...said(text('exceptions.ruling.text')), key: 'text' },
    ],
    digits: 'open',
    foot: { cancel: text('key.back') },
  };
}

export function exceptionReference(text: Text, bar: BarFacts, { typed }: { readonly typed: string }): Screen {
  return {
    id: 'exceptions.reference',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: centred(
      [...askedDigits(text('exceptions.reference.ask'), typed, quiet(text('exceptions.reference.hint'), 'centre'))],
      'large',
    ),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

/** How it has ended: by the bank's word, or by two people. */
export function exceptionRuled(text: Text, bar: BarFacts, { trace, type, amount, state }: ExceptionShown): Screen {
  return {
    id: 'exceptions.ended',
    tone: 'done',
    bar: barOf(text, bar, text('menu.exceptions')),
    body: result({
      tone: 'done',
      mark: 'check',
      money: text(`state.${state}`),
      title: text('exceptions.ended'),
      numbers: dotted(
        text(`type.${type}`),
        text('result.amount', { amount: yuan(amount, true) }),
        text('result.trace', { trace }),
      ),
      words: [said(text('exceptions.ended.text'))],
    }),
    foot: { enter: text('key.done') },
  };
}
