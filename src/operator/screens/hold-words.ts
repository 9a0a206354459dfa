import type { TextId } from '../../config/texts.ts';

type Words = Partial<Record<TextId, TextId>>;

const whys = ['silent', 'line-lost', 'bad-mac', 'no-mac', 'mismatch', 'garbled', 'unlisted', 'restart'] as const;

/** Gives every reason for an unknown result the same text of the flow: it says what is unknown, not why. */
export const unknownIs = (id: TextId): Words => Object.fromEntries(whys.map((why) => [`unknown.why.${why}`, id]));

/** The words of all flows about an original, which stays as it is until the bank says yes. */
const ofAnOriginal = {
  'refused.title': 'result.unchanged.not-begun',
  'result.paper.owed': 'result.paper.later',
  'key.again': 'key.retry',
  'key.other-card': 'key.retry',
} as const satisfies Words;

const undone = {
  ...ofAnOriginal,
  // Always the whole amount is undone: another amount is no way out.
  'key.other-amount': 'key.retry',
  'unknown.title': 'void.unknown.title',
  'unknown.next': 'void.unknown.next',
  'reversed.title': 'void.reversed.title',
  'reversed.next': 'void.reversed.next',
  'reversed-unconfirmed.title': 'void.reversed-unconfirmed.title',
} as const satisfies Words;

/** A hold is not a charge (预授权): these flows say held, released and charged where a sale says charged. */
export const holdWords = {
  preauth: {
    'place.sale': 'place.preauth',
    'amount.ask': 'preauth.amount.ask',
    'amount.again': 'preauth.amount.again',
    'money.charged': 'money.held',
    'money.not-charged': 'money.not-held',
    'wait.not-sent': 'preauth.wait.not-sent',
    'result.approved': 'preauth.approved',
    'result.paper.owed': 'result.paper.later',
    'refused.title': 'result.unchanged.not-begun',
    'unknown.title': 'preauth.unknown.title',
    ...unknownIs('preauth.unknown.why'),
    'reversing.text': 'preauth.reversing.text',
    'reversed.text': 'preauth.reversed.text',
    'reversed.next': 'preauth.reversed.next',
    'reversed-unconfirmed.text': 'preauth.reversed-unconfirmed.text',
    'parked.next': 'preauth.parked.next',
    'again.title': 'preauth.again.title',
    'again.ask': 'preauth.again.ask',
    'key.again': 'key.retry',
    'key.charge-again': 'key.another',
    'key.not-again': 'key.not-another',
    'display.approved': 'display.held',
    'display.not-charged': 'display.not-held',
    'display.reversed': 'display.not-held',
  },
  'preauth-add': {
    ...ofAnOriginal,
    'place.sale': 'place.preauth-add',
    'money.charged': 'money.hold-raised',
    'money.not-charged': 'money.hold-unchanged',
    'wait.not-sent': 'hold.wait.not-sent',
    'result.approved': 'preauth-add.approved',
    'unknown.title': 'preauth-add.unknown.title',
    ...unknownIs('preauth-add.unknown.why'),
    'reversing.text': 'preauth-add.reversing.text',
    'reversed.text': 'preauth-add.reversed.text',
    'reversed.next': 'preauth-add.reversed.next',
    'reversed-unconfirmed.text': 'preauth-add.reversed-unconfirmed.text',
    'parked.next': 'preauth-add.parked.next',
    'display.approved': 'display.hold-raised',
    'display.not-charged': 'display.hold-unchanged',
    'display.reversed': 'display.hold-unchanged',
  },
  'preauth-void': {
    ...undone,
    'place.sale': 'place.preauth-void',
    'amount.ask': 'preauth-void.amount.ask',
    'money.charged': 'money.released',
    'money.not-charged': 'money.still-held',
    'wait.not-sent': 'hold.wait.not-sent',
    'result.approved': 'preauth-void.approved',
    ...unknownIs('preauth-void.unknown.why'),
    'reversing.text': 'preauth-void.reversing.text',
    'reversed.text': 'preauth-void.reversed.text',
    'reversed-unconfirmed.text': 'preauth-void.reversed-unconfirmed.text',
    'parked.next': 'preauth-void.parked.next',
    'display.approved': 'display.released',
    'display.not-charged': 'display.still-held',
    'display.reversed': 'display.still-held',
  },
  completion: {
    ...ofAnOriginal,
    'place.sale': 'place.completion',
    'money.not-charged': 'money.held-not-charged',
    'wait.not-sent': 'hold.wait.not-sent',
    'result.approved': 'completion.approved',
    'unknown.title': 'completion.unknown.title',
    'reversing.text': 'completion.reversing.text',
    'reversed.text': 'completion.reversed.text',
    'reversed.next': 'completion.reversed.next',
    'reversed-unconfirmed.text': 'completion.reversed-unconfirmed.text',
    'parked.next': 'completion.parked.next',
    'display.approved': 'display.completed',
  },
  'completion-advice': {
    ...ofAnOriginal,
    'place.sale': 'place.completion-advice',
    'money.not-charged': 'money.held-not-charged',
  },
  'completion-void': {
    ...undone,
    'place.sale': 'place.completion-void',
    'money.charged': 'money.held-again',
    'money.not-charged': 'money.still-charged',
    'wait.not-sent': 'completion-void.wait.not-sent',
    'result.approved': 'completion-void.approved',
    ...unknownIs('completion-void.unknown.why'),
    'reversing.text': 'void.reversing.text',
    'reversed.text': 'completion-void.reversed.text',
    'reversed-unconfirmed.text': 'void.reversed-unconfirmed.text',
    'parked.next': 'void.parked.next',
    'display.approved': 'display.held-again',
    'display.not-charged': 'display.stands',
    'display.reversed': 'display.stands',
  },
} as const satisfies Record<string, Words>;
