import { forgetGathered, readCharacters, readNibbles, writeCharacters, writeNibbles } from './bcd.ts';
import { type Field, fieldNames, fields } from './fields.ts';
import { type Message, MessageError, messageOf, place, SLOTS, type Slots, slotOf } from './message.ts';

export { type Envelope, type Message, MessageError, type MessageFields, message } from './message.ts';

/** Makes F64 of the bytes that it covers. */
export type Seal = (covered: Uint8Array) => Uint8Array;

/**
 * Bytes of TPDU, header, MTI, bitmap and fields. With `seal`, bit 64 is set and F64 is what `seal` makes of the bytes
 * before it, from the MTI on. The result is a view of one buffer that the next call overwrites: write it out or copy
 * it before packing again.
 */
export function pack(from: Message, seal?: Seal): Buffer {
  const end = write(from, seal);
  const view = bodies[end] ?? output.subarray(BODY_AT, end);
  bodies[end] = view;
  return view;
}

/** As `pack`, with the two bytes of length that go before it on the line. */
export function packFrame(from: Message, seal?: Seal): Buffer {
  const end = write(from, seal);
  output[0] = (end - BODY_AT) >> 8;
  output[1] = (end - BODY_AT) & 0xff;
  const view = frames[end] ?? output.subarray(0, end);
  frames[end] = view;
  return view;
}

/** Overwrites what the last `pack` and `unpack` left in their buffers. */
export function forgetPacked(): void {
  output.fill(0);
  forgetGathered();
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
  const tpdu = readNibbles(bytes, 0, 10, 0, 15, 'TPDU');
  const header = readNibbles(bytes, 5, 12, 0, 15, 'header');
  const mti = readNibbles(bytes, MTI_AT, 4, 0, 9, 'MTI');
  const slots: Slots = new Array(SLOTS);
  const half = readFields(bytes, FIELDS_AT, wordAt(bytes, BITMAP_AT), 1, slots);
  const end = readFields(bytes, half, wordAt(bytes, BITMAP_AT + 4), 33, slots);
  if (end !== length) throw new MessageError('message', `${length - end} bytes after the last field`);
  return messageOf(tpdu, header, mti, slots, bytes);
}

/** TPDU 5 bytes and application header 6 bytes stand before the message type; a MAC covers what follows them. */
const MTI_AT = 11;
const BITMAP_AT = MTI_AT + 2;
const FIELDS_AT = BITMAP_AT + 8;

/** A row of the field table, made ready for the two loops below. */
interface Layout {
  readonly bit: number;
  readonly slot: number;
  readonly label: string;
  readonly form: Field['form'];
  readonly size: number;
  /** Bytes of length before the value. */
  readonly prefix: number;
  /** 1 where the padding nibble of an odd number of digits stands on the left. */
  readonly right: number;
}

const layouts: readonly Layout[] = fieldNames
  .map((name, slot): Layout => {
    const { bit, form, size, length, align }: Field = fields[name];
    const prefix = length === 'lll' ? 2 : length === 'll' ? 1 : 0;
    return { bit, slot, label: `F${bit}`, form, size, prefix, right: align === 'right' ? 1 : 0 };
  })
  .sort((a, b) => a.bit - b.bit);

const byBit: (Layout | undefined)[] = new Array(65).fill(undefined);
for (const layout of layouts) byBit[layout.bit] = layout;

function bytesOf(form: Field['form'], size: number): number {
  return form === 'n' || form === 'z' ? (size + 1) >> 1 : size;
}

/** The largest message that the table can describe. */
export const MOST_BYTES = layouts.reduce((sum, row) => sum + row.prefix + bytesOf(row.form, row.size), FIELDS_AT);

// One buffer for ever, and its views kept by length: packing allocates nothing.
const BODY_AT = 2;
const output = Buffer.alloc(BODY_AT + MOST_BYTES);
const bodies: (Buffer | undefined)[] = new Array(BODY_AT + MOST_BYTES + 1).fill(undefined);
const frames: (Buffer | undefined)[] = new Array(BODY_AT + MOST_BYTES + 1).fill(undefined);

function write(from: Message, seal?: Seal): number {
  writeExactly(from.tpdu, 10, 15, BODY_AT, 'TPDU');
  writeExactly(from.header, 12, 15, BODY_AT + 5, 'header');
  writeExactly(from.mti, 4, 9, BODY_AT + MTI_AT, 'MTI');
  let high = 0;
  let low = seal === undefined ? 0 : 1;
  let at = BODY_AT + FIELDS_AT;
  for (const field of layouts) {
    const value = slotOf(from, field.slot);
    if (value === undefined || (field.bit === 64 && seal !== undefined)) continue;
    if (field.bit <= 32) high |= 1 << (32 - field.bit);
    else low |= 1 << (64 - field.bit);
    at = writeField(field, value, at);
  }
  writeWord(high, BODY_AT + BITMAP_AT);
  writeWord(low, BODY_AT + BITMAP_AT + 4);
  if (seal === undefined) return at;
  const mac = seal(output.subarray(BODY_AT + MTI_AT, at));
  const macField = byBit[64];
  if (macField === undefined) throw new MessageError('F64', 'is no field of this protocol');
  return writeField(macField, mac, at);
}

function writeExactly(value: string, size: number, most: number, at: number, label: string): void {
  if (value.length !== size) throw new MessageError(label, `${value.length} digits, ${size} are needed`);
  writeNibbles(value, 0, most, output, at, label);
}

function writeWord(word: number, at: number): void {
  output[at] = word >>> 24;
  output[at + 1] = word >>> 16;
  output[at + 2] = word >>> 8;
  output[at + 3] = word;
}

function writeField(field: Layout, value: string | Uint8Array, from: number): number {
  const size = value.length;
  if (field.prefix === 0 ? size !== field.size : size > field.size) {
    throw new MessageError(
      field.label,
      `${size} long, ${field.prefix === 0 ? 'exactly' : 'at most'} ${field.size} can be`,
    );
  }
  let at = from;
  if (field.prefix === 2) output[at++] = Math.floor(size / 100);
  if (field.prefix > 0) output[at++] = (Math.floor((size % 100) / 10) << 4) | (size % 10);
  if (typeof value !== 'string') {
    if (field.form !== 'b') throw new MessageError(field.label, 'takes text, not bytes');
    output.set(value, at);
    return at + size;
  }
  if (field.form === 'n') return writeNibbles(value, field.right, 9, output, at, field.label);
  if (field.form === 'z') return writeNibbles(value, field.right, 15, output, at, field.label);
  if (field.form === 'b') throw new MessageError(field.label, 'takes bytes, not text');
  return writeCharacters(value, field.form === 'an', output, at, field.label);
}

function readFields(bytes: Uint8Array, from: number, bitmap: number, firstBit: number, slots: Slots): number {
  let at = from;
  let left = bitmap;
  while (left !== 0) {
    const leading = Math.clz32(left);
    left &= ~(0x80000000 >>> leading);
    const field = byBit[firstBit + leading];
    if (field === undefined) throw new MessageError(`F${firstBit + leading}`, 'is no field of this protocol');
    at = readField(bytes, at, field, slots);
  }
  return at;
}

function readField(bytes: Uint8Array, from: number, field: Layout, slots: Slots): number {
  const { form, label, right, prefix } = field;
  const at = from + prefix;
  if (at > bytes.length) throw new MessageError(label, 'the message ends in its length');
  const size = prefix === 0 ? field.size : lengthAt(bytes, from, field);
  const end = at + bytesOf(form, size);
  if (end > bytes.length) throw new MessageError(label, `${end - at} bytes are needed, ${bytes.length - at} are left`);
  if (form === 'n') slots[field.slot] = readNibbles(bytes, at, size, right, 9, label);
  else if (form === 'z') slots[field.slot] = readNibbles(bytes, at, size, right, 15, label);
  else if (form === 'b') slots[field.slot] = place(at, size);
  else slots[field.slot] = readCharacters(bytes, at, size, form === 'an', label);
  return end;
}

function lengthAt(bytes: Uint8Array, from: number, field: Layout): number {
  let size = 0;
  for (let at = from; at < from + field.prefix; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x99 || (byte & 15) > 9) {
      throw new MessageError(field.label, `its length 0x${byte.toString(16).padStart(2, '0')} is not BCD`);
    }
    size = size * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  if (size > field.size) throw new MessageError(field.label, `its length ${size} is over ${field.size}`);
  return size;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
