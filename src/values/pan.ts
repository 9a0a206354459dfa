import { inspect } from 'node:util';

/**
 * A primary account number (ISO/IEC 7812): 12 to 19 digits with a Luhn check digit. Every way of printing it masks;
 * `reveal()` is the only exit, so one search lists every use.
 */
export class Pan {
  readonly #digits: Buffer;

  private constructor(digits: Buffer) {
    this.#digits = digits;
  }

  /** Null where `digits` is no account number: its caller says "swipe again", never what was read. */
  static from(digits: string): Pan | null {
    if (!/^\d{12,19}$/.test(digits) || !passesLuhn(digits)) return null;
    // A copy: a substring would keep the whole track alive in memory.
    return new Pan(Buffer.from(digits, 'latin1'));
  }

  /** The whole number, for `card/`, `host/` and `vault/` alone. */
  reveal(): string {
    return this.#digits.toString('latin1');
  }

  /**
   * `622202******1234`: at most the first six and the last four, as receipts and books show it (PCI DSS 3.4.1). A short
   * number shows fewer of its first digits: at least six digits stay hidden.
   */
  get masked(): string {
    const digits = this.#digits.toString('latin1');
    const head = Math.min(6, digits.length - 10);
    return `${digits.slice(0, head)}${'*'.repeat(digits.length - head - 4)}${digits.slice(-4)}`;
  }

  /** The issuer's number, first six digits. */
  get bin(): string {
    return this.#digits.toString('latin1', 0, 6);
  }

  get lastFour(): string {
    return this.#digits.toString('latin1', this.#digits.length - 4);
  }

  toString(): string {
    return this.masked;
  }

  toJSON(): string {
    return this.masked;
  }

  [inspect.custom](): string {
    return `Pan(${this.masked})`;
  }
}

/** ISO/IEC 7812-1, Annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = place % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
