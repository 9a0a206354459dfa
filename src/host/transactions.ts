import type { FieldName } from './fields.ts';

/**
 * The messages that the terminal sends, a row each (unionpay.md 3). What a field holds is made by `messages.ts`; a
 * field of a row that has nothing to hold (no PIN, no track 3) is left out.
 */
export const transactions = {
  'sign-in': {
    request: '0800',
    answer: '0810',
    kind: '00',
    network: 'sign-in',
    fields: ['trace', 'terminal', 'merchant', 'batch', 'operator'],
  },
  'sign-out': {
    request: '0820',
    answer: '0830',
    kind: '00',
    network: '002',
    fields: ['trace', 'terminal', 'merchant', 'batch'],
  },
  echo: { request: '0820', answer: '0830', kind: '00', network: '301', fields: ['terminal', 'merchant', 'batch'] },
  balance: {
    request: '0200',
    answer: '0210',
    processing: '310000',
    condition: '00',
    kind: '01',
    network: '000',
    capability: true,
    fields: [
      ...['pan', 'processing', 'trace', 'expiry', 'entryMode', 'cardSequence', 'condition', 'pinCapture', 'track2'],
      ...['track3', 'terminal', 'merchant', 'currency', 'pinBlock', 'security', 'chip', 'additional59', 'batch'],
    ] as readonly FieldName[],
  },
  sale: {
    request: '0200',
    answer: '0210',
    processing: '000000',
    condition: '00',
    kind: '22',
    network: '000',
    capability: true,
    reversed: true,
    fields: [
      ...['pan', 'processing', 'amount', 'trace', 'expiry', 'entryMode', 'cardSequence', 'condition'],
      ...['pinCapture', 'track2', 'track3', 'terminal', 'merchant', 'currency', 'pinBlock', 'security'],
      ...['chip', 'additional59', 'batch'],
    ] as readonly FieldName[],
  },
  void: {
    request: '0200',
    answer: '0210',
    processing: '200000',
    condition: '00',
    kind: '23',
    network: '000',
    capability: true,
    reversed: true,
    fields: [
      ...['pan', 'processing', 'amount', 'trace', 'expiry', 'entryMode', 'cardSequence', 'condition'],
      ...['pinCapture', 'track2', 'track3', 'reference', 'authorisation', 'terminal', 'merchant', 'currency'],
      ...['pinBlock', 'security', 'chip', 'additional59', 'batch', 'original'],
    ] as readonly FieldName[],
  },
} as const satisfies Record<string, Transaction>;

export interface Transaction {
  readonly request: string;
  readonly answer: string;
  /** F3 */
  readonly processing?: string;
  /** F25 */
  readonly condition?: string;
  /** F60.1 */
  readonly kind: string;
  /** F60.3; `sign-in` is the set of keys that the profile asks for. */
  readonly network: string;
  /** Whether F60 goes on with the terminal's capability and the chip's condition (60.4, 60.5). */
  readonly capability?: boolean;
  /** An unknown result is made good by a reversal. */
  readonly reversed?: boolean;
  readonly fields: readonly FieldName[];
}

export type TransactionName = keyof typeof transactions;
/** Those that move money and are made good by a reversal where the result is unknown. */
export type ReversibleName = 'sale' | 'void';

/** 0400: the original's F3, F25 and F60, its trace and its batch; neither track nor PIN (unionpay.md 7). */
export function reversalOf(original: Transaction): Transaction {
  return {
    ...original,
    request: '0400',
    answer: '0410',
    fields: [
      ...(['pan', 'processing', 'amount', 'trace', 'expiry', 'entryMode', 'cardSequence', 'condition'] as const),
      ...(['authorisation', 'code', 'terminal', 'merchant', 'currency', 'chip', 'batch', 'original'] as const),
    ],
  };
}
