import type { Text } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { State } from '../../values/state.ts';
import type { Foot, Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { askedDigits, centred, dotted, quiet, result, said } from './layout.ts';

/** "Was I charged?" (这笔扣款了吗): which one is asked about, and what is known of it. */
export interface ChargedWhichFacts {
  /** The digits typed so far: a trace number, an amount, or both. */
  readonly typed: string;
  /** What Enter takes where nothing is typed. */
  readonly last: { readonly amount: Fen; readonly trace: string } | null;
}

export function chargedWhich(text: Text, bar: BarFacts, { typed, last }: ChargedWhichFacts): Screen {
  const hint =
    typed !== ''
      ? text(typed.length > 6 ? 'charged.which.amount' : 'charged.which.both', {
          trace: typed.padStart(6, '0'),
          amount: yuan(Number(typed) as Fen, true),
        })
      : last === null
        ? text('charged.which.hint')
        : text('void.trace.last', { amount: yuan(last.amount, true), trace: last.trace });
  return {
    id: 'charged.which',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.charged')),
    body: centred([...askedDigits(text('charged.which.ask'), typed, quiet(hint, 'centre'))], 'large'),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

/** One of several that fit what was typed. */
export interface Candidate {
  readonly trace: string;
  readonly amount: Fen;
  readonly state: State;
  /** `11-30 09:39` */
  readonly time: string;
  /** The masked number. */
  readonly masked: string | null;
}

/** The most candidates that can be told apart on the smallest panel, a digit each. */
export const MOST_CANDIDATES = 5;

export interface ChargedSeveralFacts {
  readonly candidates: readonly Candidate[];
  /** There are older ones that are not shown. */
  readonly more: boolean;
}

export function chargedSeveral(text: Text, bar: BarFacts, { candidates, more }: ChargedSeveralFacts): Screen {
  // Where all amounts are the same, the end of the card number tells them apart; there is no room for both.
  const alike = candidates.every(({ amount }) => amount === candidates[0]?.amount);
  const rows = candidates.map(({ trace, amount, state, time, masked }, place): Node => {
    const apart = alike ? (masked?.slice(-4) ?? null) : text('result.amount', { amount: yuan(amount, true) });
    const name = `${place + 1}  ${dotted(time, trace, apart)}`;
    const children: Node[] = [{ node: 'text', text: name, grow: true }, quiet(text(`state.${state}`))];
    return { node: 'line', key: trace, justify: 'apart', stack: true, children };
  });
  return {
    id: 'charged.several',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.charged')),
    body: [
      { node: 'text', text: text('charged.several.ask'), size: 'title', strong: true },
      { node: 'column', key: 'rows', children: rows, gap: 'small', grow: true },
      quiet(text(more ? 'charged.several.more' : 'charged.several.hint')),
    ],
    digits: 'open',
    foot: { cancel: text('key.back') },
  };
}

export interface ChargedNoneFacts {
  readonly typed: string;
}

/** Money rule 15: what is not known here is "not known", never "not charged". */
export function chargedNone(text: Text, bar: BarFacts, { typed }: ChargedNoneFacts): Screen {
  return {
    id: 'charged.none',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.charged')),
    body: result({
      tone: 'attention',
      mark: 'question',
      money: text('money.unknown'),
      title: text('charged.none.title'),
      numbers: typed,
      words: [said(text('charged.none.text')), quiet(text('charged.none.call', { phone: bar.support.accounts }))],
    }),
    foot: { cancel: text('key.end'), enter: text('key.type-again') },
  };
}

export type ChargedMoney = 'charged' | 'not-charged' | 'being-reversed' | 'unknown';

/** What the question is about: a payment, a hold, or a refund or release whose original is not in this journal. */
export type ChargedKind = 'payment' | 'hold' | 'refund' | 'release';

/** Why the money stands as it does. */
export type ChargedSays =
  | 'approved'
  | 'accepted'
  | 'in-hand'
  | 'never-sent'
  | 'doubted'
  | 'declined'
  | 'unknown'
  | 'asking-again'
  | 'reversing'
  | 'parked'
  | 'reversed'
  | 'unconfirmed'
  | 'voided'
  | 'refunded'
  | 'being-voided'
  | 'being-completed'
  | 'held'
  | 'held-here'
  | 'recorded-here'
  | 'released'
  | 'part-refunded'
  | 'bank-posted'
  | 'bank-posted-reversing'
  | 'bank-declined'
  | 'bank-undone'
  | 'bank-none'
  | 'bank-completed'
  | 'bank-released'
  | 'ruled';

export interface ChargedToldFacts {
  readonly kind: ChargedKind;
  readonly money: ChargedMoney;
  readonly says: ChargedSays;
  readonly differs: boolean;
  readonly amount: Fen;
  readonly trace: string;
  /** `11-30 09:39` */
  readonly time: string;
  /** What is on record, in its order: a name, and when and how. */
  readonly evidence: readonly { readonly name: string; readonly state: string }[];
  /** Whether the green key asks the bank; else it ends the question. */
  readonly askable: boolean;
  /** Why the bank gave no answer, where it was asked in vain. */
  readonly unanswered: string | null;
  readonly slip: 'printable' | 'printing' | 'failed';
}

/** How many rows of evidence, the newest, fit below the answer: one fewer above a note. The slip has all of them. */
const MOST_ROWS = 4;

const tones = {
  charged: { tone: 'done', mark: 'check' },
  'not-charged': { tone: 'refused', mark: 'cross' },
  'being-reversed': { tone: 'attention', mark: 'question' },
  unknown: { tone: 'attention', mark: 'question' },
} as const;

export function chargedTold(text: Text, bar: BarFacts, facts: ChargedToldFacts): Screen {
  const { kind, money, says, differs, amount, trace, time, evidence, askable, unanswered, slip } = facts;
  const { tone, mark } = differs ? ({ tone: 'attention', mark: 'bang' } as const) : tones[money];
  const rows = evidence
    .slice(unanswered === null ? -MOST_ROWS : 1 - MOST_ROWS)
    .map(({ name, state }, place): RowNode => ({ node: 'row', key: `row${place}`, name, state, colour: 'ink' }));
  const notes: Node[] = unanswered === null ? [] : [quiet(text('charged.unanswered', { why: unanswered }))];
  const print = text(`charged.slip.${slip}`);
  const foot: Foot = askable
    ? { cancel: text('key.end'), menu: print, enter: text('key.ask-bank') }
    : { menu: print, enter: text('key.done') };
  return {
    id: 'charged.told',
    tone,
    bar: barOf(text, bar, text('menu.charged')),
    body: result({
      tone,
      mark,
      // A hold that stands is no charge, but "not charged" alone would suggest that nothing is held.
      title: text(says === 'held' ? 'money.held-not-charged' : `charged.${kind}.${money}`),
      numbers: dotted(text('result.amount', { amount: yuan(amount, true) }), text('result.trace', { trace }), time),
      words: [
        { ...said(text(`charged.says.${says}`)), key: 'says' },
        { ...said(text(toDo(facts), { phone: bar.support.accounts }), true), key: 'do' },
        { node: 'column', key: 'rows', children: [...rows, ...notes], gap: 'hair' },
      ],
    }),
    foot,
  };
}

function toDo({ kind, money, says, differs }: ChargedToldFacts) {
  if (differs) return 'charged.do.differs';
  if (says === 'held') return 'charged.do.held';
  if (says === 'held-here') return 'charged.do.held-here';
  if (says === 'recorded-here') return 'charged.do.recorded-here';
  if (says === 'refunded') return 'charged.do.given-back';
  // The hold was completed: the money is charged.
  if (kind === 'hold' && money === 'charged') return 'charged.do.charged';
  if (kind !== 'payment') return `charged.do.other.${money}` as const;
  if (says === 'voided') return 'charged.do.given-back';
  return `charged.do.${money}` as const;
}
