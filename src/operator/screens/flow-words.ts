import type { Text, TextId } from '../../config/texts.ts';
import type { Screen } from '../screen.ts';
import { adviceWords } from './advice-words.ts';
import type { BarFacts } from './bar.ts';
import { holdWords, unknownIs } from './hold-words.ts';

/** The flows that ask the same questions and end in the same ways as a sale, about another movement of the money. */
export type OtherFlow = 'void' | 'refund' | 'balance' | 'charged' | keyof typeof holdWords | keyof typeof adviceWords;

/** For each flow, the text that replaces a text of a sale. A text without a row is the same in both. */
const instead: Readonly<Record<OtherFlow, Partial<Record<TextId, TextId>>>> = {
  void: {
    'place.sale': 'place.void',
    'money.charged': 'money.voided',
    'money.not-charged': 'money.still-charged',
    'wait.not-sent': 'void.wait.not-sent',
    'result.approved': 'void.approved',
    'refused.title': 'void.refused.title',
    'unknown.title': 'void.unknown.title',
    ...unknownIs('void.unknown.why'),
    'unknown.next': 'void.unknown.next',
    'reversing.text': 'void.reversing.text',
    'reversed.title': 'void.reversed.title',
    'reversed.text': 'void.reversed.text',
    'reversed.next': 'void.reversed.next',
    'reversed-unconfirmed.title': 'void.reversed-unconfirmed.title',
    'reversed-unconfirmed.text': 'void.reversed-unconfirmed.text',
    'parked.next': 'void.parked.next',
    'key.again': 'key.void-again',
    'key.other-card': 'key.retry',
    'key.other-amount': 'key.retry',
    'display.approved': 'display.voided',
    'display.not-charged': 'display.still-charged',
    'display.reversed': 'display.void.reversed',
  },
  refund: {
    'place.sale': 'place.refund',
    'money.charged': 'money.refunded',
    'money.not-charged': 'money.not-refunded',
    'wait.not-sent': 'refund.wait.not-sent',
    'result.approved': 'refund.approved',
    'refused.title': 'refund.refused.title',
    'doubted.title': 'refund.doubted.title',
    'doubted.why': 'refund.doubted.why',
    'key.other-card': 'key.retry',
    'display.approved': 'display.refunded',
    'display.not-charged': 'display.not-refunded',
  },
  balance: {
    'place.sale': 'menu.balance',
    'refused.title': 'balance.refused.title',
    'wait.not-sent': 'balance.wait',
    'wait.sent': 'balance.wait',
  },
  charged: {
    'place.sale': 'menu.charged',
    'wait.sent': 'charged.wait',
  },
  ...holdWords,
  ...adviceWords,
};

/** What the amount on the customer's display means: to pay, unless it goes back, is held or is released. */
export function movesOf(flow: OtherFlow): 'due' | 'back' | 'hold' | 'release' {
  const moves: Partial<Record<OtherFlow, 'back' | 'hold' | 'release'>> = {
    void: 'back',
    refund: 'back',
    preauth: 'hold',
    'preauth-add': 'hold',
    'preauth-void': 'release',
    'completion-void': 'back',
  };
  return moves[flow] ?? 'due';
}

/** The text that the flow has instead of a sale's. */
export function wordOf(flow: OtherFlow, id: TextId): TextId {
  return instead[flow][id] ?? id;
}

type Drawing = (text: Text, bar: BarFacts) => Screen;

/** A sale's screen as it stands in another flow: under that flow's name and in its words. */
export function asIn(flow: OtherFlow, draw: Drawing): Drawing {
  return (text, bar) => {
    const screen = draw((id, values) => text(wordOf(flow, id), values), bar);
    return { ...screen, id: screen.id.replace(/^sale\./, `${flow}.`) };
  };
}
