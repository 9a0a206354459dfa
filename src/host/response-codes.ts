import type { Money } from './answers.ts';

/** Who can solve it: the customer, the clerk, the card's bank, our bank, a technician, time, or the terminal itself. */
export type Fixer = 'nobody' | 'cardholder' | 'clerk' | 'issuer' | 'acquirer' | 'technician' | 'wait' | 'terminal';

/** Field 39 if something does not belong to the batch that the bank has open, or is not as it was settled. */
export const ANOTHER_BATCH = '77';
/** Field 39 if the bank does not offer what was asked to anybody. */
export const NOT_OFFERED = '40';

/**
 * Field 39 of an answer whose MAC is right: what may be said of the money (money.md 2 and 5). A code that is no row is
 * unknown. 10 is an approval of a part, which no flow of the terminal takes; A4, A5 and A6 are approvals "with defect"
 * that the sources read both ways: all four are unknown, since a reversal of what was not posted does no harm.
 */
export const responseCodes = {
  '00': { money: 'charged', fixer: 'nobody' },
  '01': { money: 'not charged', fixer: 'issuer' },
  '02': { money: 'not charged', fixer: 'issuer' },
  '03': { money: 'not charged', fixer: 'acquirer' },
  '04': { money: 'not charged', fixer: 'acquirer' },
  '05': { money: 'not charged', fixer: 'issuer' },
  '06': { money: 'not charged', fixer: 'issuer' },
  '07': { money: 'not charged', fixer: 'acquirer' },
  '09': { money: 'unknown', fixer: 'nobody' },
  '10': { money: 'unknown', fixer: 'nobody' },
  '11': { money: 'charged', fixer: 'nobody' },
  '12': { money: 'not charged', fixer: 'acquirer' },
  '13': { money: 'not charged', fixer: 'clerk' },
  '14': { money: 'not charged', fixer: 'cardholder' },
  '15': { money: 'not charged', fixer: 'cardholder' },
  '19': { money: 'not charged', fixer: 'nobody' },
  '20': { money: 'not charged', fixer: 'issuer' },
  '21': { money: 'not charged', fixer: 'issuer' },
  '22': { money: 'not charged', fixer: 'clerk' },
  '23': { money: 'not charged', fixer: 'issuer' },
  '25': { money: 'not charged', fixer: 'clerk' },
  '30': { money: 'not charged', fixer: 'technician' },
  '31': { money: 'not charged', fixer: 'cardholder' },
  '33': { money: 'not charged', fixer: 'cardholder' },
  '34': { money: 'not charged', fixer: 'acquirer' },
  '35': { money: 'not charged', fixer: 'acquirer' },
  '36': { money: 'not charged', fixer: 'cardholder' },
  '37': { money: 'not charged', fixer: 'acquirer' },
  '38': { money: 'not charged', fixer: 'issuer' },
  '39': { money: 'not charged', fixer: 'issuer' },
  '40': { money: 'not charged', fixer: 'issuer' },
  '41': { money: 'not charged', fixer: 'acquirer' },
  '42': { money: 'not charged', fixer: 'issuer' },
  '43': { money: 'not charged', fixer: 'acquirer' },
  '44': { money: 'not charged', fixer: 'issuer' },
  '45': { money: 'not charged', fixer: 'clerk' },
  '51': { money: 'not charged', fixer: 'cardholder' },
  '52': { money: 'not charged', fixer: 'issuer' },
  '53': { money: 'not charged', fixer: 'issuer' },
  '54': { money: 'not charged', fixer: 'cardholder' },
  '55': { money: 'not charged', fixer: 'cardholder' },
  '56': { money: 'not charged', fixer: 'issuer' },
  '57': { money: 'not charged', fixer: 'issuer' },
  '58': { money: 'not charged', fixer: 'acquirer' },
  '59': { money: 'not charged', fixer: 'issuer' },
  '60': { money: 'not charged', fixer: 'acquirer' },
  '61': { money: 'not charged', fixer: 'cardholder' },
  '62': { money: 'not charged', fixer: 'cardholder' },
  '63': { money: 'not charged', fixer: 'issuer' },
  '64': { money: 'not charged', fixer: 'clerk' },
  '65': { money: 'not charged', fixer: 'issuer' },
  '66': { money: 'not charged', fixer: 'acquirer' },
  '67': { money: 'not charged', fixer: 'acquirer' },
  '68': { money: 'unknown', fixer: 'nobody' },
  '69': { money: 'not charged', fixer: 'issuer' },
  '70': { money: 'not charged', fixer: 'issuer' },
  '71': { money: 'not charged', fixer: 'issuer' },
  '72': { money: 'not charged', fixer: 'issuer' },
  '73': { money: 'not charged', fixer: 'issuer' },
  '74': { money: 'not charged', fixer: 'issuer' },
  '75': { money: 'not charged', fixer: 'issuer' },
  '77': { money: 'not charged', fixer: 'terminal', signInAgain: true },
  '79': { money: 'not charged', fixer: 'terminal' },
  '80': { money: 'not charged', fixer: 'wait' },
  '81': { money: 'not charged', fixer: 'wait' },
  '82': { money: 'not charged', fixer: 'wait' },
  '83': { money: 'not charged', fixer: 'wait' },
  '84': { money: 'not charged', fixer: 'wait' },
  '85': { money: 'not charged', fixer: 'wait' },
  '86': { money: 'not charged', fixer: 'wait' },
  '87': { money: 'not charged', fixer: 'wait' },
  '88': { money: 'not charged', fixer: 'wait' },
  '89': { money: 'not charged', fixer: 'wait' },
  '90': { money: 'unknown', fixer: 'wait' },
  '91': { money: 'unknown', fixer: 'wait' },
  '92': { money: 'not charged', fixer: 'wait' },
  '93': { money: 'not charged', fixer: 'issuer' },
  '94': { money: 'unknown', fixer: 'terminal' },
  '95': { money: 'unknown', fixer: 'wait' },
  '96': { money: 'unknown', fixer: 'wait' },
  '97': { money: 'not charged', fixer: 'acquirer' },
  '98': { money: 'unknown', fixer: 'wait' },
  '99': { money: 'not charged', fixer: 'terminal', signInAgain: true },
  A0: { money: 'not charged', fixer: 'terminal', signInAgain: true },
  A1: { money: 'not charged', fixer: 'nobody' },
  A2: { money: 'charged', fixer: 'nobody' },
  A3: { money: 'not charged', fixer: 'nobody' },
  A4: { money: 'unknown', fixer: 'nobody' },
  A5: { money: 'unknown', fixer: 'nobody' },
  A6: { money: 'unknown', fixer: 'nobody' },
  A7: { money: 'not charged', fixer: 'technician' },
} as const satisfies Record<string, ResponseCode>;

export interface ResponseCode {
  readonly money: Money;
  readonly fixer: Fixer;
  /** The terminal's keys or batch are not the bank's: it signs in by itself before anything else. */
  readonly signInAgain?: true;
}

export type KnownCode = keyof typeof responseCodes;

/** Whether the code means that the bank takes nothing more before a sign-in. */
export function asksForSignIn(code: string | null | undefined): boolean {
  return responseCode(code ?? '')?.signInAgain === true;
}

/** Null for a code that is no row. */
export function responseCode(code: string): ResponseCode | null {
  return Object.hasOwn(responseCodes, code) ? responseCodes[code as KnownCode] : null;
}
