/**
 * The fields of the acquirer's message, ISO 8583:1987 in the UnionPay style: one row a field. The codec walks this
 * table and the types of a message are inferred from it; a new row adds no code.
 */
export const fields = {
  pan: { bit: 2, form: 'n', size: 19, length: 'll', secret: 'pan' },
  processing: { bit: 3, form: 'n', size: 6 },
  amount: { bit: 4, form: 'n', size: 12 },
  trace: { bit: 11, form: 'n', size: 6 },
  time: { bit: 12, form: 'n', size: 6 },
  date: { bit: 13, form: 'n', size: 4 },
  expiry: { bit: 14, form: 'n', size: 4, secret: 'all' },
  settlementDate: { bit: 15, form: 'n', size: 4 },
  entryMode: { bit: 22, form: 'n', size: 3 },
  cardSequence: { bit: 23, form: 'n', size: 3, align: 'right' },
  condition: { bit: 25, form: 'n', size: 2 },
  pinCapture: { bit: 26, form: 'n', size: 2 },
  acquirer: { bit: 32, form: 'n', size: 11, length: 'll' },
  track2: { bit: 35, form: 'z', size: 37, length: 'll', secret: 'all' },
  track3: { bit: 36, form: 'z', size: 104, length: 'lll', secret: 'all' },
  reference: { bit: 37, form: 'an', size: 12 },
  authorisation: { bit: 38, form: 'an', size: 6 },
  code: { bit: 39, form: 'an', size: 2 },
  terminal: { bit: 41, form: 'ans', size: 8 },
  merchant: { bit: 42, form: 'ans', size: 15 },
  /** The issuer's and the acquirer's institution numbers, 11 + 11, space padded. */
  institutions: { bit: 44, form: 'an', size: 25, length: 'll' },
  /** Totals of a settlement; or the rows of its upload, which hold account numbers. */
  totals: { bit: 48, form: 'n', size: 322, length: 'lll', secret: 'rows' },
  currency: { bit: 49, form: 'an', size: 3 },
  pinBlock: { bit: 52, form: 'b', size: 8, secret: 'all' },
  security: { bit: 53, form: 'n', size: 16 },
  balance: { bit: 54, form: 'an', size: 20, length: 'lll', secret: 'all' },
  /** EMV data objects as BER-TLV. They hold tags 57 and 5A where a card gives them, so the whole field is secret. */
  chip: { bit: 55, form: 'b', size: 255, length: 'lll', secret: 'all' },
  additional57: { bit: 57, form: 'b', size: 999, length: 'lll', secret: 'all' },
  purse: { bit: 58, form: 'b', size: 100, length: 'lll', secret: 'all' },
  /** TLV of the newer applications: SM4 PIN block, payment code, terminal security data. */
  additional59: { bit: 59, form: 'b', size: 999, length: 'lll', secret: 'all' },
  /** 60.1 transaction code n2, 60.2 batch n6, 60.3 network code n3, then capability digits. */
  batch: { bit: 60, form: 'n', size: 17, length: 'lll' },
  /** Of the original: batch n6, trace n6, date MMDD. */
  original: { bit: 61, form: 'n', size: 29, length: 'lll' },
  /** Working keys in a sign-in answer; its meaning follows from the message. */
  payload: { bit: 62, form: 'b', size: 512, length: 'lll', secret: 'all' },
  operator: { bit: 63, form: 'ans', size: 163, length: 'lll' },
  mac: { bit: 64, form: 'b', size: 8 },
} as const satisfies Record<string, Field>;

/**
 * - `n` decimal digits, two a byte; `z` the same with any nibble, `D` being a track's separator (an encrypted track
 *   holds every nibble); `an` printable ASCII; `ans` any byte as one character (host text may be GB 18030); `b` bytes.
 * - `size` counts digits for `n` and `z`, else bytes; with `length` it is the most, without it is exact.
 * - An odd number of digits is padded with a 0 nibble on the right, or on the left where `align` is `right`.
 * - `secret`: how it prints; `pan` keeps first six and last four, `all` shows only the length. `rows` shows
 *   totals, amounts and counts as they are; of rows, which have whole account numbers, it shows only the length.
 */
export interface Field {
  readonly bit: number;
  readonly form: 'n' | 'z' | 'an' | 'ans' | 'b';
  readonly size: number;
  readonly length?: 'll' | 'lll';
  readonly align?: 'right';
  readonly secret?: 'pan' | 'all' | 'rows';
}

export type FieldName = keyof typeof fields;

/** What a field holds in a message: bytes for `b`, else text without padding. */
export type FieldValue<Name extends FieldName> = (typeof fields)[Name]['form'] extends 'b' ? Uint8Array : string;

export const fieldNames = Object.keys(fields) as readonly FieldName[];
