import type { Text, TextId } from '../config/texts.ts';
import { type Fen, yuan } from '../values/fen.ts';
import type { CustomerDisplay } from './display.ts';

/** What the customer reads at each step of a payment: the amount stays in sight until it is over. */
export interface Prompts {
  say(...rows: readonly TextId[]): void;
  /** The amount, and what to do. */
  due(amount: Fen, ...rows: readonly TextId[]): void;
  /** The amount that goes back to the customer, and what to do. */
  back(amount: Fen, ...rows: readonly TextId[]): void;
  /** The amount that is held on the card and not charged, and what to do. */
  hold(amount: Fen, ...rows: readonly TextId[]): void;
  /** The amount that is no longer held, and what to do. */
  release(amount: Fen, ...rows: readonly TextId[]): void;
  /** The balance of the customer's card. */
  balance(amount: Fen, label: 'display.balance' | 'display.overdrawn'): void;
  /** Draws the same prompt again after the language has changed. */
  refresh(): void;
}

interface Standing {
  readonly amount: Fen | null;
  /** What the amount means to the customer. */
  readonly label:
    | 'display.due'
    | 'display.back'
    | 'display.hold'
    | 'display.release'
    | 'display.balance'
    | 'display.overdrawn';
  readonly rows: readonly TextId[];
}

export function promptsOn(display: CustomerDisplay, text: () => Text): Prompts {
  let standing: Standing = { amount: null, label: 'display.due', rows: [] };
  const render = () => {
    const words = text();
    const { amount, label, rows } = standing;
    const money = amount === null ? [] : [`${words(label)} ${words('display.amount', { amount: yuan(amount, true) })}`];
    // Nobody waits for the display: a dark one must not hold up a sale, and its driver draws again when it answers.
    const discreet = label === 'display.balance' || label === 'display.overdrawn';
    void display.show([...money, ...rows.map((id) => words(id))], discreet);
  };
  const stand = (label: Standing['label'], amount: Fen | null, rows: readonly TextId[]) => {
    standing = { amount, label, rows };
    render();
  };
  return {
    say: (...rows) => stand('display.due', null, rows),
    due: (amount, ...rows) => stand('display.due', amount, rows),
    back: (amount, ...rows) => stand('display.back', amount, rows),
    hold: (amount, ...rows) => stand('display.hold', amount, rows),
    release: (amount, ...rows) => stand('display.release', amount, rows),
    balance: (amount, label) => stand(label, amount, []),
    refresh: render,
  };
}
