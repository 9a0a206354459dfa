import { inspect } from 'node:util';
import { type Field, type FieldName, type FieldValue, fieldNames, fields } from './fields.ts';

/** TPDU 5 bytes and application header 6 bytes stand before the message type; a MAC covers what follows them. */
const MTI_AT = 11;
const BITMAP_AT = MTI_AT + 2;
const FIELDS_AT = BITMAP_AT + 8;

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

/** Makes F64 of the bytes that it covers. */
export type Seal = (covered: Uint8Array) => Uint8Array;

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
  const slots: Slots = new Array(65);
  for (const name of fieldNames) {
    const value = values[name];
    if (value !== undefined) slots[fields[name].bit] = value;
  }
  return new WireMessage(values.tpdu, values.header, values.mti, slots, NOTHING) as unknown as Message;
}

/**
 * Bytes of TPDU, header, MTI, bitmap and fields. With `seal`, bit 64 is set and F64 is what `seal` makes of the bytes
 * before it, from the MTI on. The result is a view of one buffer that the next call overwrites: write it out or copy
 * it before packing again.
 */
export function pack(from: Message, seal?: Seal): Buffer {
  const end = write(from, seal);
  bodies[end] ??= output.subarray(BODY_AT, end);
  return bodies[end];
}

/** As `pack`, with the two bytes of length that go before it on the line. */
export function packFrame(from: Message, seal?: Seal): Buffer {
  const end = write(from, seal);
  output[0] = (end - BODY_AT) >> 8;
  output[1] = (end - BODY_AT) & 0xff;
  frames[end] ??= output.subarray(0, end);
  return frames[end];
}

/** Overwrites what the last `pack` left in its buffer. */
export function forgetPacked(): void {
  output.fill(0);
  ascii.fill(0);
}

/** The bytes that F64 covers, of a whole message as `pack` gives it or `unpack` accepted it, that ends with F64. */
export function coveredByMac(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(MTI_AT, bytes.length - fields.mac.size);
}

/** Throws a `MessageError` on anything that is not one whole message; nothing else is ever thrown. */
export function unpack(bytes: Uint8Array): Message {
  const length = bytes.length;
  if (length < FIELDS_AT) throw new MessageError('message', `${length} bytes, at least ${FIELDS_AT} are needed`);
  if (length > MOST_BYTES) throw new MessageError('message', `${length} bytes, at most ${MOST_BYTES} can be`);
  const mti = digits(bytes, MTI_AT, 4, 0, 'MTI');
  const slots: Slots = new Array(65);
  const half = readFields(bytes, FIELDS_AT, wordAt(bytes, BITMAP_AT), 1, slots);
  const end = readFields(bytes, half, wordAt(bytes, BITMAP_AT + 4), 33, slots);
  if (end !== length) throw new MessageError('message', `${length - end} bytes after the last field`);
  const tpdu = hexDigits(bytes, 0, 10);
  return new WireMessage(tpdu, hexDigits(bytes, 5, 12), mti, slots, bytes) as unknown as Message;
}

// A slot holds text, bytes, or a number where unpacked bytes stand in the source: a view is made when it is asked for.
type Slots = (string | Uint8Array | number | undefined)[];

const NOTHING = new Uint8Array(0);
const SPAN = 4096;

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

  static at(from: WireMessage, bit: number): string | Uint8Array | undefined {
    const slot = from.#slots[bit];
    if (typeof slot !== 'number') return slot;
    const start = Math.floor(slot / SPAN);
    return from.#source.subarray(start, start + (slot % SPAN));
  }

  with(changes: Partial<MessageFields>): WireMessage {
    const { tpdu = this.tpdu, header = this.header, mti = this.mti } = changes;
    const slots = this.#slots.slice();
    for (const name of fieldNames) if (Object.hasOwn(changes, name)) slots[fields[name].bit] = changes[name];
    return new WireMessage(tpdu, header, mti, slots, this.#source);
  }

  masked(): Record<string, string> {
    const shown: Record<string, string> = { tpdu: this.tpdu, header: this.header, mti: this.mti };
    for (const field of layouts) {
      const value = WireMessage.at(this, field.bit);
      if (value !== undefined) shown[field.name] = maskedValue(field, value);
    }
    return shown;
  }

  toJSON(): Record<string, string> {
    return this.masked();
  }

  [inspect.custom](): string {
    return `Message ${inspect(this.masked())}`;
  }
}

for (const name of fieldNames) {
  const { bit } = fields[name];
  Object.defineProperty(WireMessage.prototype, name, {
    get(this: WireMessage) {
      return WireMessage.at(this, bit);
    },
  });
}

function maskedValue(field: Field, value: string | Uint8Array): string {
  if (field.secret === 'all') return `(${value.length} ${field.form === 'b' ? 'bytes' : 'characters'})`;
  if (typeof value !== 'string') return Buffer.from(value).toString('hex').toUpperCase();
  if (field.secret === 'pan') {
    return value.length < 13 ? '*'.repeat(value.length) : `${value.slice(0, 6)}******${value.slice(-4)}`;
  }
  return value;
}

/** A row of the table, made ready for the two loops below. */
interface Layout extends Field {
  readonly name: FieldName;
  readonly label: string;
  /** Bytes of length before the value. */
  readonly prefix: 0 | 1 | 2;
  /** 1 where the padding nibble of an odd number of digits stands on the left. */
  readonly right: 0 | 1;
}

const layouts: readonly Layout[] = fieldNames
  .map((name): Layout => {
    const field: Field = fields[name];
    const prefix = field.length === 'lll' ? 2 : field.length === 'll' ? 1 : 0;
    return { ...field, name, label: `F${field.bit}`, prefix, right: field.align === 'right' ? 1 : 0 };
  })
  .sort((a, b) => a.bit - b.bit);

const byBit: (Layout | undefined)[] = new Array(65).fill(undefined);
for (const layout of layouts) byBit[layout.bit] = layout;

function bytesOf(field: Field, size: number): number {
  return field.form === 'n' || field.form === 'z' ? (size + 1) >> 1 : size;
}

/** The largest message that the table can describe. */
export const MOST_BYTES = layouts.reduce((sum, field) => sum + field.prefix + bytesOf(field, field.size), FIELDS_AT);

// Packing: one buffer for ever, and its views kept by length, so that a message allocates nothing.
const BODY_AT = 2;
const output = Buffer.alloc(BODY_AT + MOST_BYTES);
const bodies: Buffer[] = [];
const frames: Buffer[] = [];

function write(from: Message, seal?: Seal): number {
  const source = from as unknown as WireMessage;
  writeHex(from.tpdu, 10, BODY_AT, 'TPDU');
  writeHex(from.header, 12, BODY_AT + 5, 'header');
  writeDigits(from.mti, 4, 0, 9, BODY_AT + MTI_AT, 'MTI');
  let high = 0;
  let low = seal === undefined ? 0 : 1;
  let at = BODY_AT + FIELDS_AT;
  for (const field of layouts) {
    if (seal !== undefined && field.bit === 64) break;
    const value = WireMessage.at(source, field.bit);
    if (value === undefined) continue;
    if (field.bit <= 32) high |= 1 << (32 - field.bit);
    else low |= 1 << (64 - field.bit);
    at = writeField(field, value, at);
  }
  output.writeInt32BE(high, BODY_AT + BITMAP_AT);
  output.writeInt32BE(low, BODY_AT + BITMAP_AT + 4);
  if (seal === undefined) return at;
  const mac = seal(output.subarray(BODY_AT + MTI_AT, at));
  if (mac.length !== fields.mac.size)
    throw new MessageError('F64', `${mac.length} bytes, ${fields.mac.size} are needed`);
  output.set(mac, at);
  return at + mac.length;
}

function writeField(field: Layout, value: string | Uint8Array, from: number): number {
  const size = value.length;
  if (field.prefix === 0 ? size !== field.size : size > field.size) {
    throw new MessageError(field.label, `${size} long, ${field.prefix === 0 ? '' : 'at most '}${field.size} can be`);
  }
  let at = from;
  if (field.prefix === 2) output[at++] = Math.floor(size / 100);
  if (field.prefix > 0) output[at++] = (Math.floor((size % 100) / 10) << 4) | (size % 10);
  if (typeof value === 'string') {
    if (field.form === 'n') return writeDigits(value, size, field.right, 9, at, field.label);
    if (field.form === 'z') return writeDigits(value, size, field.right, 15, at, field.label);
    if (field.form !== 'b') return writeCharacters(value, field, at);
  } else if (field.form === 'b') {
    for (let i = 0; i < size; i++) output[at++] = value[i] ?? 0;
    return at;
  }
  throw new MessageError(field.label, field.form === 'b' ? 'takes bytes, not text' : 'takes text, not bytes');
}

/** Nibble values of the characters 0–9 and A–F; 16 elsewhere. */
const nibbleOf = new Uint8Array(256).fill(16);
for (let nibble = 0; nibble < 16; nibble++) nibbleOf['0123456789ABCDEF'.charCodeAt(nibble)] = nibble;

function writeDigits(value: string, size: number, right: number, most: number, from: number, label: string): number {
  if (value.length !== size) throw new MessageError(label, `${value.length} digits, ${size} are needed`);
  // With an odd number of digits and the padding on the left, the first digit is a low nibble.
  let place = right & size & 1;
  let byte = 0;
  let at = from;
  for (let i = 0; i < size; i++) {
    const nibble = nibbleOf[value.charCodeAt(i)] ?? 16;
    if (nibble > most) throw new MessageError(label, `the character at place ${i + 1} is no digit`);
    byte = (byte << 4) | nibble;
    if ((place++ & 1) === 1) {
      output[at++] = byte;
      byte = 0;
    }
  }
  if ((place & 1) === 1) output[at++] = byte << 4;
  return at;
}

function writeHex(value: string, size: number, at: number, label: string): void {
  writeDigits(value, size, 0, 15, at, label);
}

function writeCharacters(value: string, field: Layout, from: number): number {
  let at = from;
  for (let i = 0; i < value.length; i++) {
    const character = value.charCodeAt(i);
    if (field.form === 'an' ? character < 0x20 || character > 0x7e : character > 0xff) {
      throw new MessageError(field.label, `the character at place ${i + 1} cannot be sent`);
    }
    output[at++] = character;
  }
  return at;
}

function readFields(bytes: Uint8Array, from: number, bitmap: number, firstBit: number, slots: Slots): number {
  let at = from;
  let left = bitmap;
  while (left !== 0) {
    const place = Math.clz32(left);
    left &= ~(0x80000000 >>> place);
    const field = byBit[firstBit + place];
    if (field === undefined) throw new MessageError(`F${firstBit + place}`, 'is no field of this protocol');
    at = readField(bytes, at, field, slots);
  }
  return at;
}

function readField(bytes: Uint8Array, from: number, field: Layout, slots: Slots): number {
  let at = from;
  let size = field.size;
  if (field.prefix > 0) {
    if (at + field.prefix > bytes.length) throw new MessageError(field.label, 'the message ends in its length');
    size = lengthAt(bytes, at, field);
    at += field.prefix;
  }
  const end = at + bytesOf(field, size);
  if (end > bytes.length) {
    throw new MessageError(field.label, `${end - at} bytes are needed, ${bytes.length - at} are left`);
  }
  if (field.form === 'b') slots[field.bit] = at * SPAN + size;
  else if (field.form === 'n') slots[field.bit] = digits(bytes, at, size, field.right, field.label);
  else if (field.form === 'z') slots[field.bit] = nibbles(bytes, at, size, field.label);
  else slots[field.bit] = characters(bytes, at, size, field);
  return end;
}

function lengthAt(bytes: Uint8Array, from: number, field: Layout): number {
  let size = 0;
  for (let at = from; at < from + field.prefix; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x99 || (byte & 15) > 9)
      throw new MessageError(field.label, `its length 0x${byte.toString(16)} is not BCD`);
    size = size * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  if (size > field.size) throw new MessageError(field.label, `its length ${size} is over ${field.size}`);
  return size;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

const characterOf = Uint8Array.from('0123456789ABCDEF', (character) => character.charCodeAt(0));

/** Where characters are gathered before they become a string of their own: never a slice of a larger string. */
const ascii = Buffer.alloc(512);

function nibbles(bytes: Uint8Array, from: number, size: number, label: string): string {
  for (let i = 0; i < size; i++) {
    const byte = bytes[from + (i >> 1)] ?? 0;
    ascii[i] = characterOf[(i & 1) === 0 ? byte >> 4 : byte & 15] ?? 0;
  }
  if ((size & 1) === 1) refusePadding((bytes[from + (size >> 1)] ?? 0) & 15, label);
  return gathered(size);
}

function hexDigits(bytes: Uint8Array, from: number, size: number): string {
  return nibbles(bytes, from, size, 'message');
}

function digits(bytes: Uint8Array, from: number, size: number, right: number, label: string): string {
  const skip = right & size & 1;
  if (skip === 1) refusePadding((bytes[from] ?? 0) >> 4, label);
  else if ((size & 1) === 1) refusePadding((bytes[from + (size >> 1)] ?? 0) & 15, label);
  for (let i = 0; i < size; i++) {
    const byte = bytes[from + ((i + skip) >> 1)] ?? 0;
    const digit = ((i + skip) & 1) === 0 ? byte >> 4 : byte & 15;
    if (digit > 9) throw new MessageError(label, `digit 0x${digit.toString(16).toUpperCase()} at place ${i + 1}`);
    ascii[i] = 48 + digit;
  }
  return gathered(size);
}

function refusePadding(nibble: number, label: string): void {
  if (nibble !== 0) throw new MessageError(label, `odd digit 0x${nibble.toString(16).toUpperCase()} where 0 pads`);
}

function characters(bytes: Uint8Array, from: number, size: number, field: Layout): string {
  for (let i = 0; i < size; i++) {
    const byte = bytes[from + i] ?? 0;
    if (field.form === 'an' && (byte < 0x20 || byte > 0x7e)) {
      throw new MessageError(field.label, `byte 0x${byte.toString(16)} at place ${i + 1} is no printable character`);
    }
    ascii[i] = byte;
  }
  return gathered(size);
}

function gathered(size: number): string {
  return ascii.toString('latin1', 0, size);
}
