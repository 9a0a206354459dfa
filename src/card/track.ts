import { inspect } from 'node:util';

/**
 * The text of a magnetic track as the host wants it: digits and `D` for the separator. Like a PAN it masks itself in
 * every form; `reveal()` is the only exit, so one search lists every use.
 */
export class Track {
  readonly #text: Buffer;
  readonly #number: number;
  #wiped = false;

  /** `text` as read, with `=` between the fields. */
  constructor(number: 2 | 3, text: string) {
    // A copy: a substring would keep the whole swipe alive in memory.
    this.#text = Buffer.from(text.replaceAll('=', 'D'), 'latin1');
    this.#number = number;
  }

  /** `6222…D3012120…`, for `host/` and `vault/` alone. Throws after `wipe()`. */
  reveal(): string {
    if (this.#wiped) throw new Error(`track ${this.#number} has been wiped`);
    return this.#text.toString('latin1');
  }

  /** Overwrites the text; the object is of no use afterwards. */
  wipe(): void {
    this.#text.fill(0);
    this.#wiped = true;
  }

  get masked(): string {
    return `track ${this.#number} (${this.#text.length} characters)`;
  }

  toString(): string {
    return this.masked;
  }

  toJSON(): string {
    return this.masked;
  }

  [inspect.custom](): string {
    return `Track(${this.masked})`;
  }
}
