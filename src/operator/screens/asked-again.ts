import type { Text } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Screen } from '../screen.ts';
import type { BarFacts } from './bar.ts';
import { dotted, quiet, result, said } from './layout.ts';
import { sale as framed } from './sale.ts';

/**
 * A transaction without a reversal, its result unknown (money rule 8): the same request is sent until it is answered.
 */
export interface RepeatFacts {
  readonly amount: Fen;
  readonly trace: string;
  /** Seconds since the request left. */
  readonly waited: number;
}

export function saleRepeatUnknown(text: Text, bar: BarFacts, facts: RepeatFacts): Screen {
  const body = result({
    tone: 'attention',
    mark: 'question',
    money: text('refund.unknown.money'),
    title: text('refund.unknown.title'),
    numbers: numbersOf(text, facts),
    words: [said(text('refund.unknown.why')), said(text('refund.unknown.next'))],
  });
  return {
    ...framed(text, bar, 'sale.unknown', body),
    tone: 'attention',
    foot: { cancel: text('key.later'), clear: text('key.look-up'), enter: text('key.ask-bank') },
  };
}

/** Shown while the same request is sent once more. */
export function saleRepeating(
  text: Text,
  bar: BarFacts,
  { attempt, ...facts }: RepeatFacts & { readonly attempt: number },
): Screen {
  const body = result({
    tone: 'attention',
    mark: 'question',
    money: text('refund.unknown.money'),
    title: text('refund.repeating.title'),
    numbers: numbersOf(text, facts),
    words: [said(text('refund.repeating.text')), quiet(text('refund.repeating.attempt', { attempt: attempt + 1 }))],
  });
  return {
    ...framed(text, bar, 'sale.repeating', body),
    tone: 'attention',
    foot: { cancel: text('key.later'), clear: text('key.look-up') },
  };
}

export interface RepeatParkedFacts {
  readonly amount: Fen;
  readonly trace: string;
  readonly attempts: number;
}

/** Past the retry limit: it stays on record, the bank is still asked, and somebody has to call. */
export function saleRepeatParked(text: Text, bar: BarFacts, { amount, trace, attempts }: RepeatParkedFacts): Screen {
  const body = result({
    tone: 'attention',
    mark: 'bang',
    money: text('refund.unknown.money'),
    title: text('refund.parked.title'),
    numbers: dotted(text('result.amount', { amount: yuan(amount, true) }), text('result.trace', { trace })),
    words: [
      said(text('parked.text', { attempts })),
      said(text('refund.parked.next', { phone: bar.support.accounts }), true),
    ],
  });
  return {
    ...framed(text, bar, 'sale.parked', body),
    tone: 'attention',
    foot: { clear: text('key.look-up'), enter: text('key.done') },
  };
}

function numbersOf(text: Text, { amount, trace, waited }: RepeatFacts): string {
  return dotted(
    text('result.amount', { amount: yuan(amount, true) }),
    text('result.trace', { trace }),
    text('unknown.waited', { seconds: waited }),
  );
}
