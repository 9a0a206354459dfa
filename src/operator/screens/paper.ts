import type { Text } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { State } from '../../values/state.ts';
import type { TransactionType } from '../../values/transaction-type.ts';
import type { Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { callMachine, centred, quiet, result, said } from './layout.ts';

/** The payment that the slip is of: it stands, whatever the printer does (money rule 14). */
export interface SlipOf {
  readonly type: TransactionType;
  readonly state: State;
  readonly amount: Fen;
  readonly trace: string;
}

export interface PaperFacts {
  readonly slip: SlipOf | null;
}

export type PaperTrouble = 'out' | 'cover' | 'fault';

/** `paper.out`, `paper.cover` and `paper.fault`: the remedy, and that the money stands. */
export function paperTrouble(
  text: Text,
  bar: BarFacts,
  { slip, trouble }: PaperFacts & { trouble: PaperTrouble },
): Screen {
  return {
    id: `paper.${trouble}`,
    tone: 'attention',
    bar: barOf(text, bar, text('place.print')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text(`paper.${trouble}.title`),
      numbers: stands(text, slip),
      words: [said(text(`paper.${trouble}.text`)), callMachine(text, bar.support)],
    }),
    // Nobody is owed a report: Cancel drops it, and does not put it off.
    foot: { cancel: text(slip === null ? 'key.end' : 'key.print-later'), enter: text('key.print-now') },
  };
}

type Copy = 'merchant' | 'cardholder';

export interface PrintingFacts {
  readonly copy: Copy;
}

export function paperPrinting(text: Text, bar: BarFacts, { copy }: PrintingFacts): Screen {
  return {
    id: 'paper.printing',
    tone: 'plain',
    bar: barOf(text, bar, text('place.print')),
    body: centred(
      [
        { node: 'ring', part: null },
        {
          node: 'text',
          text: text('paper.printing', { copy: text(`paper.copy.${copy}`) }),
          size: 'title',
          align: 'centre',
        },
      ],
      'large',
    ),
    foot: {},
  };
}

/** Nothing to reprint. */
export function paperNothing(text: Text, bar: BarFacts): Screen {
  return {
    id: 'paper.nothing',
    tone: 'plain',
    bar: barOf(text, bar, text('place.print')),
    body: centred([
      { node: 'text', text: text('paper.nothing.title'), size: 'result', align: 'centre', strong: true },
      quiet(text('paper.nothing.text'), 'centre'),
    ]),
    foot: { enter: text('key.done') },
  };
}

/** The types whose success is a charge of the card. */
const charges: readonly TransactionType[] = ['sale', 'instalment', 'completion', 'completion-advice', 'tip'];

function stands(text: Text, slip: SlipOf | null): string {
  if (slip === null) return '';
  const { type, state, amount, trace } = slip;
  const charged = state === 'approved' && charges.some((one) => one === type);
  const money = charged ? text('money.charged') : `${text(`type.${type}`)} ${text(`state.${state}`)}`;
  return text('paper.stands', { money, amount: yuan(amount, true), trace });
}
