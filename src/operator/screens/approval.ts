import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { Node, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { centred, dotted, inFours, quiet, result, said } from './layout.ts';
import { sale as framed } from './sale.ts';

export interface OtherCardFacts {
  readonly amount: Fen;
  readonly trace: string;
  /** The card of the original. */
  readonly masked: string;
}

/** Another card than the original's was swiped: nothing was sent, and the original stands. */
export function otherCard(text: Text, bar: BarFacts, { amount, trace, masked }: OtherCardFacts): Screen {
  const body = result({
    tone: 'attention',
    mark: 'bang',
    money: text('money.not-charged'),
    title: text('card.different.title'),
    numbers: dotted(text('result.amount', { amount: yuan(amount, true) }), text('result.trace', { trace })),
    words: [said(text('card.different.text', { card: inFours(masked) }))],
  });
  return {
    ...framed(text, bar, 'sale.card.different', body),
    tone: 'attention',
    foot: { cancel: text('key.end'), enter: text('key.swipe-again') },
  };
}

export interface SupervisorFacts {
  /** Who is asked. */
  readonly person: string;
  readonly role: 'supervisor' | 'administrator';
  /** The place that the status bar names. */
  readonly place: TextId;
  /** What is approved, where it is an amount. */
  readonly amount?: Fen | null | undefined;
  readonly count: number;
  /** Why the password before was refused. */
  readonly refused: { readonly left: number } | { readonly locked_s: number } | 'default' | null;
}

/** A supervisor approves with a password, or the administrator as the second of two people. */
export function supervisorPassword(text: Text, bar: BarFacts, facts: SupervisorFacts): Screen {
  const { person, role, place, amount = null, count, refused } = facts;
  const yuanOf = amount === null ? null : text('result.amount', { amount: yuan(amount, true) });
  const notice = (line: string): Node => ({ node: 'notice', colour: 'refused', align: 'centre', lines: [line] });
  const under =
    refused === null
      ? quiet(text(`${role}.hint`), 'centre')
      : refused === 'default'
        ? notice(text(`${role}.default`))
        : 'left' in refused
          ? notice(text('signin.password.wrong', { left: refused.left }))
          : notice(text('supervisor.locked', { seconds: refused.locked_s }));
  const body = centred(
    [
      quiet(dotted(text(`${role}.of`, { operator: person }), yuanOf), 'centre'),
      { node: 'text', text: text(`${role}.ask`), size: 'title', align: 'centre' },
      { node: 'dots', count },
      under,
    ],
    'large',
  );
  return {
    ...framed(text, bar, 'sale.supervisor', body),
    bar: barOf(text, bar, text(place)),
    foot: { cancel: text('key.cancel'), clear: text('key.clear'), enter: text('key.enter') },
  };
}
