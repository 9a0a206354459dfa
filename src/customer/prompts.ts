import type { Text, TextId } from '../config/texts.ts';
import { type Fen, yuan } from '../values/fen.ts';
import type { CustomerDisplay } from './display.ts';

/** What the customer reads at each step of a payment: the amount stays in sight until it is over. */
export interface Prompts {
  say(...rows: readonly TextId[]): void;
  /** The amount, and what to do. */
  due(amount: Fen, ...rows: readonly TextId[]): void;
  /** Shows again what stands: the language has changed. */
  refresh(): void;
}

export function promptsOn(display: CustomerDisplay, text: () => Text): Prompts {
  let standing: { amount: Fen | null; rows: readonly TextId[] } = { amount: null, rows: [] };
  const render = () => {
    const words = text();
    const { amount, rows } = standing;
    const money =
      amount === null ? [] : [`${words('display.due')} ${words('display.amount', { amount: yuan(amount, true) })}`];
    // A display that is dark costs the sale nothing: the driver draws it again when it answers.
    void display.show([...money, ...rows.map((id) => words(id))]);
  };
  return {
    say(...rows) {
      standing = { amount: null, rows };
      render();
    },
    due(amount, ...rows) {
      standing = { amount, rows };
      render();
    },
    refresh: render,
  };
}
