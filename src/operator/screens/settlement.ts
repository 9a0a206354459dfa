import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Problem } from '../../values/problem.ts';
import type { TransactionType } from '../../values/transaction-type.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { callAccounts, centred, dotted, inFours, quiet, result, said } from './layout.ts';
import { problemWords } from './problem.ts';

type Group = 'home' | 'foreign';
type Side = 'debit' | 'credit';
export type ShownTotals = Readonly<
  Record<Group, Readonly<Record<Side, { readonly amount: Fen; readonly count: number }>>>
>;

export interface SettlementConfirmFacts {
  readonly batch: string;
  readonly totals: ShownTotals;
  /** How many transactions the bank has yet to hear of: it is told of them first. */
  readonly waiting: number;
}

/** Shows the totals of the batch before it is closed. */
export function settlementConfirm(text: Text, bar: BarFacts, facts: SettlementConfirmFacts): Screen {
  const { batch, totals, waiting } = facts;
  const note = waiting === 0 ? [] : [{ ...quiet(text('settlement.waiting', { count: waiting })), key: 'waiting' }];
  return {
    id: 'settlement.confirm',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.settle')),
    body: [
      { node: 'text', key: 'ask', text: text('settlement.ask', { batch }), size: 'title', strong: true },
      { node: 'column', key: 'rows', children: totalRows(text, totals), gap: 'small', grow: true },
      ...note,
    ],
    foot: { cancel: text('key.back'), enter: text('key.settle') },
  };
}

/** A card group without a transaction is left out, unless both groups are empty. */
export function totalRows(text: Text, totals: ShownTotals): Node[] {
  const busy = (['home', 'foreign'] as const).filter((group) =>
    (['debit', 'credit'] as const).some((side) => totals[group][side].count > 0 || totals[group][side].amount > 0),
  );
  const shown: readonly Group[] = busy.length === 0 ? ['home'] : busy;
  return shown.flatMap((group) =>
    (['debit', 'credit'] as const).map((side): RowNode => {
      const { amount, count } = totals[group][side];
      const name = text(`settlement.${group}.${side}`, { count });
      return { node: 'row', key: `${group}.${side}`, name, state: `¥${yuan(amount, true)}`, colour: 'ink' };
    }),
  );
}

export type SettlingStep = 'clearing' | 'comparing' | 'uploading' | 'asking' | 'ending';

export interface SettlementRunningFacts {
  readonly step: SettlingStep;
  /** The progress of an upload. */
  readonly done?: { readonly rows: number; readonly of: number };
}

export function settlementRunning(text: Text, bar: BarFacts, { step, done }: SettlementRunningFacts): Screen {
  const part = done === undefined || done.of === 0 ? null : done.rows / done.of;
  const count = done === undefined ? [] : [quiet(text('settlement.uploaded', { ...done }), 'centre')];
  return {
    id: 'settlement.running',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.settle')),
    body: centred([
      { node: 'ring', part },
      { node: 'text', key: 'step', text: text(`settlement.step.${step}`), size: 'title', align: 'centre' },
      ...count,
    ]),
    foot: { note: text('settlement.stays') },
  };
}

/** A settlement that a power cut or the operator has put off: it comes before any payment. */
export function settlementOpen(text: Text, bar: BarFacts, { batch }: { readonly batch: string }): Screen {
  return {
    id: 'settlement.open',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text('settlement.open.title'),
      numbers: text('settlement.open.batch', { batch }),
      words: [said(text('settlement.open.text'))],
    }),
    foot: { menu: text('key.menu'), enter: text('key.settle') },
  };
}

export interface SettlementOwingFacts {
  readonly count: number;
  /** Whether the batch's settlement has begun: then no payment is possible before it is finished. */
  readonly blocks: boolean;
}

/** Money is owed in the batch, so it stays open: says what keeps it. */
export function settlementOwing(text: Text, bar: BarFacts, { count, blocks }: SettlementOwingFacts): Screen {
  const says = text(blocks ? 'settlement.owing.blocks' : 'settlement.owing.text');
  return {
    id: 'settlement.owing',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text('settlement.owing.title'),
      numbers: text('settlement.owing.count', { count }),
      words: [said(says), callAccounts(text, bar.support)],
    }),
    foot: { cancel: text('key.later'), enter: text('key.retry') },
  };
}

export interface SettlementStuckFacts {
  readonly problem: Problem;
  /** Whether no payment is possible before the settlement is finished. */
  readonly blocks: boolean;
}

/** The line or the disk stopped the settlement: nothing is lost, and it goes on where it was. */
export function settlementStuck(text: Text, bar: BarFacts, { problem, blocks }: SettlementStuckFacts): Screen {
  const { title, remedy } = problemWords(text, problem);
  return {
    id: 'settlement.stuck',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title,
      numbers: '',
      words: [
        said(remedy),
        { ...said(text(blocks ? 'settlement.stuck.text' : 'settlement.stuck.beside'), true), key: 'goes-on' },
      ],
    }),
    foot: { cancel: text('key.later'), enter: text('key.retry') },
  };
}

export interface SettlementRefusedFacts {
  readonly code: string;
  readonly words: { readonly title: string; readonly clerk: string };
  /** Enter signs in first. */
  readonly signIn: boolean;
}

export function settlementRefused(text: Text, bar: BarFacts, facts: SettlementRefusedFacts): Screen {
  const { code, words, signIn } = facts;
  const clerk = signIn ? text('settlement.refused.sign-in') : words.clerk;
  const title = signIn ? text('settlement.refused.sign-in-first') : words.title;
  return {
    id: 'settlement.refused',
    tone: 'refused',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: 'refused',
      mark: 'cross',
      title,
      numbers: text('result.code', { code }),
      words: [...(clerk === '' ? [] : [said(clerk)]), callAccounts(text, bar.support)],
    }),
    foot: { cancel: text('key.later'), enter: text('key.retry') },
  };
}

export interface SettlementDoneFacts {
  readonly batch: string;
  readonly next: string;
  readonly flags: Readonly<Record<Group, 1 | 2 | 3>>;
  readonly totals: ShownTotals;
  readonly bank: ShownTotals;
  /** How many transactions differ between the two books, as far as they are known one by one. */
  readonly differences: number;
}

const flagText = {
  1: 'settlement.balanced',
  2: 'settlement.unbalanced',
  3: 'settlement.contradicting',
} as const satisfies Record<1 | 2 | 3, TextId>;

/** The batch is closed: whether the two books agree, and by how much they do not. */
export function settlementDone(text: Text, bar: BarFacts, facts: SettlementDoneFacts): Screen {
  const { batch, next, flags, totals, bank, differences } = facts;
  const balanced = flags.home === 1 && flags.foreign === 1;
  const flagRows = (['home', 'foreign'] as const).map((group): RowNode => {
    const name = text(`settlement.group.${group}`);
    const state = text(flagText[flags[group]]);
    return { node: 'row', key: group, name, state, colour: flags[group] === 1 ? 'done' : 'attention' };
  });
  const words: readonly Node[] = balanced
    ? totalRows(text, totals)
    : [...flagRows, ...offBy(text, totals, bank), { ...said(text('settlement.unbalanced.text')), key: 'text' }];
  return {
    id: 'settlement.done',
    tone: balanced ? 'done' : 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: balanced ? 'done' : 'attention',
      mark: balanced ? 'check' : 'bang',
      title: text(balanced ? 'settlement.done.balanced' : 'settlement.done.unbalanced'),
      numbers: dotted(text('settlement.batch', { batch }), text('settlement.next', { batch: next })),
      words,
    }),
    foot: { enter: text(differences === 0 ? 'key.done' : 'key.differences') },
  };
}

/** A row for each side that differs. */
function offBy(text: Text, totals: ShownTotals, bank: ShownTotals): Node[] {
  return (['home', 'foreign'] as const).flatMap((group) =>
    (['debit', 'credit'] as const).flatMap((side): Node[] => {
      const [here, there] = [totals[group][side], bank[group][side]];
      if (here.amount === there.amount && here.count % 1000 === there.count % 1000) return [];
      const name = text(`settlement.${group}.${side}`, { count: here.count });
      const state = text('settlement.here-there', { here: yuan(here.amount, true), there: yuan(there.amount, true) });
      return [{ node: 'row', key: `${group}.${side}`, name, state, colour: 'attention' }];
    }),
  );
}

export interface DifferenceFacts {
  readonly trace: string;
  readonly type: string;
  readonly card: string | null;
  readonly here: number | null;
  readonly there: number | null;
  /** Why the bank does not have it, and its code; missing where it has it. */
  readonly why?: 'none' | 'declined' | 'reversed' | 'tombstone' | 'unsaid';
  readonly code?: string;
  /** The bank's card, where it is another one. */
  readonly bankCard?: string;
  /** True for a void or a refund: where the bank does not have it, the cardholder lacks the money. */
  readonly givesBack: boolean;
  readonly place: number;
  readonly of: number;
}

/** One transaction that differs: what each side has, and what to do. */
export function settlementDifference(text: Text, bar: BarFacts, facts: DifferenceFacts): Screen {
  const { trace, type, card, bankCard, here, there, why, code = '', place, of } = facts;
  const shown = (amount: number | null) =>
    amount === null ? text('settlement.none') : `¥${yuan(amount as Fen, true)}`;
  const bank = why === undefined || why === 'none' ? shown(there) : text(`settlement.bank.${why}`, { code });
  const row = (name: string, state: string): RowNode => ({ node: 'row', key: name, name, state, colour: 'ink' });
  return {
    id: 'settlement.difference',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text(`type.${type as TransactionType}`), size: 'title', strong: true, grow: true },
          quiet(text('settlement.place', { place, of })),
        ],
      },
      {
        node: 'column',
        key: 'rows',
        gap: 'small',
        grow: true,
        children: [
          row(text('void.confirm.trace'), trace),
          ...(card === null ? [] : [row(text('void.confirm.card'), inFours(card))]),
          row(text('settlement.here'), shown(here)),
          row(text('settlement.there'), bank),
          ...(bankCard === undefined ? [] : [row(text('settlement.bank-card'), inFours(bankCard))]),
        ],
      },
      { ...said(text(`settlement.todo.${toDo(facts)}`)), key: 'todo' },
    ],
    foot: { cancel: text('key.end'), enter: text(place === of ? 'key.done' : 'key.next') },
  };
}

function toDo({ here, there, why, bankCard, givesBack }: DifferenceFacts) {
  if (why === 'unsaid') return why;
  if (here === null) return 'bank-only';
  if (there === null && givesBack) return 'not-given';
  if (there === null) return why === 'none' ? 'here-only' : 'not-taken';
  return bankCard !== undefined || here === there ? 'card' : 'amount';
}
