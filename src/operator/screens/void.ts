import type { Text } from '../../config/texts.ts';
import { type Fen, fen, yuan } from '../../values/fen.ts';
import type { Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { impossible, type TraceAskFacts, traceAsk } from './original.ts';

export function voidTrace(text: Text, bar: BarFacts, facts: Pick<TraceAskFacts, 'typed' | 'last'>): Screen {
  return ofMenu(text, bar, traceAsk(text, bar, { ...facts, byCode: false, ask: 'void.trace.ask' }));
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
  /** The amount of the original, where there is one. */
  readonly amount: Fen | null;
  /** What may still be given back of it. */
  readonly refundable: Fen | null;
  readonly batch: string;
  /** Whether Clear asks for the original by the bank's reference instead. */
  readonly byReference?: boolean;
}

/** Says why the sale cannot be voided; the green key asks for another trace. */
export function voidRefused(text: Text, bar: BarFacts, facts: VoidRefusedFacts): Screen {
  const { why, trace, amount, refundable, batch, byReference = false } = facts;
  const values = { batch, refundable: yuan(refundable ?? fen(0), true) };
  const words = { title: `void.why.${why}.title`, remedy: `void.why.${why}.remedy`, values } as const;
  const screen = ofMenu(text, bar, impossible(text, bar, { ...words, trace, amount, left: refundable, another: true }));
  return byReference ? { ...screen, foot: { ...screen.foot, clear: text('key.by-reference') } } : screen;
}

/** Puts a screen under the name of the menu: whether it will be a void or a refund is not known yet. */
function ofMenu(text: Text, bar: BarFacts, screen: Screen): Screen {
  return { ...screen, id: screen.id.replace('sale.', 'void.'), bar: barOf(text, bar, text('menu.void-refund')) };
}
