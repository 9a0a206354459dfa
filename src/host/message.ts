import { inspect } from 'node:util';
import { type Field, type FieldName, type FieldValue, fieldNames, fields } from './fields.ts';

export interface Envelope {
  /** Ten hex digits: 60, destination, source. An answer swaps destination and source. */
  readonly tpdu: string;
  /** Twelve digits: class, version, state, processing request, sub-version. */
  readonly header: string;
  /** Four digits. */
  readonly mti: string;
}

/** What a message is made of: its envelope and any of the fields of `fields.ts`. */
export type MessageFields = Envelope & { readonly [Name in FieldName]?: FieldValue<Name> | undefined };

/**
 * A message with one property per field, `undefined` where the field is absent. It prints masked. Binary fields of an
 * unpacked message are views of the bytes that were given to `unpack`: those bytes must be left alone while it lives.
 */
export type Message = Envelope & { readonly [Name in FieldName]: FieldValue<Name> | undefined } & Masking;

interface Masking {
  /** A copy with some fields changed; `undefined` takes a field away. */
  with(changes: Partial<MessageFields>): Message;
  /** What may be shown: secrets masked, bytes in hex. */
  masked(): Record<string, string>;
  toJSON(): Record<string, string>;
}

/** A message that cannot be packed or unpacked. Names the field and the reason, never a secret value. */
export class MessageError extends Error {
  /** `F35`, `MTI`, `message`… */
  readonly field: string;
  readonly why: string;

  constructor(field: string, why: string) {
    super(`${field}: ${why}`);
    this.name = 'MessageError';
    this.field = field;
    this.why = why;
  }
}

export function message(values: MessageFields): Message {
  const slots: Slots = new Array(SLOTS);
  fieldNames.forEach((name, slot) => {
    const value = values[name];
    if (value !== undefined) slots[slot] = value;
  });
  return messageOf(values.tpdu, values.header, values.mti, slots, NOTHING);
}

/**
 * One place for each row of the field table, in its order. It holds text, bytes, or a number that says where in the
 * source the bytes stand (`place`): the view is made when someone asks for it.
 */
export type Slots = (string | Uint8Array | number | undefined)[];
export const SLOTS = fieldNames.length;
const SPAN = 4096;

/** The slot of a binary field that stands in the source at `start`. */
export function place(start: number, size: number): number {
  return start * SPAN + size;
}

export function messageOf(tpdu: string, header: string, mti: string, slots: Slots, source: Uint8Array): Message {
  // The properties that the table names are put on the prototype below; the type says what they are.
  return new WireMessage(tpdu, header, mti, slots, source) as unknown as Message;
}

/** What stands in a slot of `from`. */
export function slotOf(from: Message, slot: number): string | Uint8Array | undefined {
  return WireMessage.at(from as unknown as WireMessage, slot);
}

const NOTHING = new Uint8Array(0);

class WireMessage {
  readonly tpdu: string;
  readonly header: string;
  readonly mti: string;
  readonly #slots: Slots;
  readonly #source: Uint8Array;

  constructor(tpdu: string, header: string, mti: string, slots: Slots, source: Uint8Array) {
    this.tpdu = tpdu;
    this.header = header;
    this.mti = mti;
    this.#slots = slots;
    this.#source = source;
  }

  static at(from: WireMessage, slot: number): string | Uint8Array | undefined {
    const held = from.#slots[slot];
    if (typeof held !== 'number') return held;
    const start = Math.floor(held / SPAN);
    return from.#source.subarray(start, start + (held % SPAN));
  }

  with(changes: Partial<MessageFields>): WireMessage {
    const { tpdu = this.tpdu, header = this.header, mti = this.mti } = changes;
    const slots = this.#slots.slice();
    fieldNames.forEach((name, slot) => {
      if (Object.hasOwn(changes, name)) slots[slot] = changes[name];
    });
    return new WireMessage(tpdu, header, mti, slots, this.#source);
  }

  masked(): Record<string, string> {
    const shown: Record<string, string> = { tpdu: this.tpdu, header: this.header, mti: this.mti };
    fieldNames.forEach((name, slot) => {
      const value = WireMessage.at(this, slot);
      if (value !== undefined) shown[name] = maskedValue(fields[name], value);
    });
    return shown;
  }

  toJSON(): Record<string, string> {
    return this.masked();
  }

  [inspect.custom](): string {
    return `Message ${inspect(this.masked())}`;
  }
}

fieldNames.forEach((name, slot) => {
  Object.defineProperty(WireMessage.prototype, name, {
    get(this: WireMessage) {
      return WireMessage.at(this, slot);
    },
  });
});

/**
 * Lengths of F48 that hold totals (62), two amounts or one (24, 12), or a count (4); any other is rows with account
 * numbers.
 */
const NO_ROWS: readonly number[] = [62, 24, 12, 4];

function maskedValue(field: Field, value: string | Uint8Array): string {
  if (field.secret === 'all' || (field.secret === 'rows' && !NO_ROWS.includes(value.length)))
    return `(${value.length} ${field.form === 'b' ? 'bytes' : 'characters'})`;
  if (typeof value !== 'string') return Buffer.from(value).toString('hex').toUpperCase();
  if (field.secret === 'pan') {
    return value.length < 13 ? '*'.repeat(value.length) : `${value.slice(0, 6)}******${value.slice(-4)}`;
  }
  return value;
}
