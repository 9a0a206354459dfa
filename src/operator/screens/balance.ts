import type { Text } from '../../config/texts.ts';
import type { Fen } from '../../values/fen.ts';
import type { Node, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { amountNode, centred, inFours, quiet, result, said } from './layout.ts';

export interface BalanceFacts {
  readonly amount: Fen;
  /** True where the amount is what the customer owes. */
  readonly overdrawn: boolean;
  readonly masked: string;
}

/** The balance is the customer's private data: on the screen and the customer's display, never spoken. */
export function balanceTold(text: Text, bar: BarFacts, { amount, overdrawn, masked }: BalanceFacts): Screen {
  const owed: Node[] = overdrawn
    ? [{ node: 'text', key: 'overdrawn', text: text('balance.overdrawn'), size: 'title', align: 'centre' }]
    : [];
  return {
    id: 'balance.told',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.balance')),
    body: [
      ...centred([
        quiet(inFours(masked), 'centre'),
        { node: 'text', text: text('balance.title'), size: 'title', align: 'centre' },
        ...owed,
        amountNode(amount, 'large', 'centre'),
      ]),
      { ...quiet(text('balance.hint'), 'centre'), key: 'hint' },
    ],
    foot: { enter: text('key.done') },
    discreet: true,
  };
}

export interface BalanceDeclinedFacts {
  readonly code: string;
  readonly words: { readonly title: string; readonly customer: string; readonly clerk: string };
}

/** A definite no to a balance inquiry: no money was to move. */
export function balanceDeclined(text: Text, bar: BarFacts, { code, words }: BalanceDeclinedFacts): Screen {
  const toDo = (['customer', 'clerk'] as const)
    .filter((who) => words[who] !== '')
    .map((who) => ({ ...said(`${text(`result.${who}`)}${words[who]}`), key: who }));
  return {
    id: 'balance.declined',
    tone: 'refused',
    bar: barOf(text, bar, text('menu.balance')),
    body: result({
      tone: 'refused',
      mark: 'cross',
      money: text('balance.declined'),
      title: words.title,
      numbers: text('result.code', { code }),
      words: toDo,
    }),
    foot: { enter: text('key.done') },
  };
}
