import type { Fen } from '../src/values/fen.ts';
import { sameBytes } from './ciphers.ts';
import { cardAccount } from './ledger.ts';
import type { Office } from './office.ts';
import type { Card } from './seed.ts';

/** What an issuer is asked, already decrypted. The PIN is never stored. */
export interface Ask {
  readonly pan: string;
  /** YYMM. `service` is the track's service code, three digits; null where the number was typed. */
  readonly expiry: string;
  readonly service: string | null;
  /** F22's first two digits: 02 is a swiped stripe. */
  readonly entry: string;
  readonly amount: Fen;
  /** `malformed`: the PIN block does not hold a PIN, or does not go with F53. Null where no PIN was given. */
  readonly pin: string | 'malformed' | null;
  /** YYMM of today. */
  readonly month: string;
}

export interface Verdict {
  /** F39. */
  readonly code: string;
  readonly card: Card | null;
  readonly institution: string | null;
}

export interface Issuer {
  /** Finds the card and checks the PIN if one was given, and nothing else: enough where money goes back to the card. */
  recognise(ask: Ask): Verdict;
  /**
   * As `recognise`, and `more` must be available beside the hold. The card's status does not matter: a hold is a
   * promise.
   */
  honour(ask: Ask, more: Fen): Verdict;
  /**
   * For goods that are gone already: refuses only an unknown, lost, stolen or restricted card, for which nobody pays.
   */
  accept(ask: Ask): Verdict;
  /** Whether the holder may be told the balance. */
  disclose(ask: Ask): Verdict;
  /** Decides, and counts a wrong PIN; moves no money. */
  decide(ask: Ask): Verdict;
  /** Resets the count of wrong PINs; false where there is no such card. */
  unlock(card: string): boolean;
  wrongPins(card: string): number;
}

export function issuer({ seed, books: { db }, ledger }: Office): Issuer {
  const triesOf = db.prepare('SELECT wrong_pins FROM card WHERE id = ?');
  const tried = db.prepare('UPDATE card SET wrong_pins = ? WHERE id = ?');
  const wrongPins = (card: string): number => Number(triesOf.get(card)?.wrong_pins ?? 0);

  return {
    decide: (ask) =>
      judged(ask, (card) => refusalOf(card, ask) ?? pinRefusal(card, ask) ?? moneyRefusal(card, ask.amount)),
    disclose: (ask) => judged(ask, (card) => refusalOf(card, ask) ?? pinRefusal(card, ask)),
    recognise: (ask) => judged(ask, (card) => givenPinRefusal(card, ask)),
    honour: (ask, more) => judged(ask, (card) => givenPinRefusal(card, ask) ?? (available(card) < more ? '51' : null)),
    accept: (ask) => judged(ask, standingRefusal),
    unlock: (card) => tried.run(0, card).changes === 1,
    wrongPins,
  };

  function judged(ask: Ask, refusal: (card: Card) => string | null): Verdict {
    const institution = seed.bins.get(ask.pan.slice(0, 6)) ?? null;
    // The switch knows banks by the first six digits, a bank knows its cards.
    if (institution === null) return { code: '15', card: null, institution };
    const card = seed.cards.get(ask.pan) ?? null;
    return card === null ? { code: '14', card, institution } : { code: refusal(card) ?? '00', card, institution };
  }

  function standingRefusal({ status }: Card): string | null {
    return { good: null, lost: '41', stolen: '43', restricted: '62' }[status];
  }

  function refusalOf(card: Card, { expiry, service, entry, month }: Ask): string | null {
    const standing = standingRefusal(card);
    if (standing !== null) return standing;
    if (expiry < month || card.expiry < month) return '54';
    // A stripe whose expiry or service code is not the card's was written by someone else.
    if (expiry !== card.expiry || (service !== null && service !== card.service)) return '59';
    if (entry === '02' && /^[26]/.test(card.service)) return '45';
    return null;
  }

  function givenPinRefusal(card: Card, ask: Ask): string | null {
    return ask.pin === null ? null : pinRefusal(card, ask);
  }

  function pinRefusal(card: Card, { pin }: Ask): string | null {
    const wrong = wrongPins(card.id);
    if (pin === null) return /[035]$/.test(card.service) ? '55' : null;
    if (wrong >= seed.acquirer.pinTries) return '75';
    if (pin === 'malformed') return '99';
    if (sameBytes(Buffer.from(pin), Buffer.from(card.pin))) {
      if (wrong > 0) tried.run(0, card.id);
      return null;
    }
    tried.run(wrong + 1, card.id);
    return wrong + 1 >= seed.acquirer.pinTries ? '75' : '55';
  }

  function moneyRefusal(card: Card, amount: Fen): string | null {
    if (card.saleLimit !== null && amount > card.saleLimit) return '61';
    return available(card) < amount ? '51' : null;
  }

  /** What pre-authorisations hold is not in the card's account any more, so it needs no subtraction. */
  function available(card: Card): number {
    return ledger.balance(cardAccount(card.id)) + card.credit;
  }
}
