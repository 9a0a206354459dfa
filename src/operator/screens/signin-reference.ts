import type { Text } from '../../config/texts.ts';
import type { Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { askedDigits, centred, dotted, quiet } from './layout.ts';

export interface SigninReferenceFacts {
  readonly typed: string;
  /** The bank's newest transaction, which this terminal does not have. */
  readonly batch: string;
  readonly trace: string;
}

/** Asks for the bank's reference, which says that the two books have been compared. */
export function signinReference(text: Text, bar: BarFacts, { typed, batch, trace }: SigninReferenceFacts): Screen {
  return {
    id: 'signin.reference',
    tone: 'plain',
    bar: barOf(text, bar, text('place.signin')),
    body: centred(
      [
        quiet(dotted(text('settlement.batch', { batch }), text('result.trace', { trace })), 'centre'),
        ...askedDigits(text('exceptions.reference.ask'), typed, quiet(text('exceptions.reference.hint'), 'centre')),
      ],
      'large',
    ),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}
