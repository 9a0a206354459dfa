import type { FieldName } from './fields.ts';

/** The fields that most messages begin with, F2 to F25. A field that has nothing to hold is left out. */
const opening = [
  ...['pan', 'processing', 'amount', 'trace', 'expiry', 'entryMode', 'cardSequence', 'condition'],
] as readonly FieldName[];
const closing = [
  ...['terminal', 'merchant', 'totals', 'currency', 'pinBlock', 'security', 'chip', 'additional59', 'batch'],
  ...['original', 'payload', 'operator'],
] as readonly FieldName[];

/** The card is there: its tracks and PIN are sent. */
const withCard: readonly FieldName[] = [...opening, 'pinCapture', 'track2', 'track3', ...closing];
/** A follow-up of a hold names it by authorisation (F38) and day alone; a void, below, also by reference (F37). */
const withCardAndHold: readonly FieldName[] = [
  ...opening,
  ...(['pinCapture', 'track2', 'track3', 'authorisation'] as const),
  ...closing,
];
const withCardAndOriginal: readonly FieldName[] = [...withCardAndHold, 'reference'];
/** Neither track nor PIN: such a request can be made again from the journal's row, byte for byte (money rule 8). */
const withoutTrack: readonly FieldName[] = [
  ...opening,
  ...(['authorisation', 'terminal', 'merchant', 'totals', 'currency', 'batch', 'original'] as const),
  'operator',
];

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
  /**
   * Our own message: asks what the bank's books say of a transaction (交易状态查询). An acquirer that has it says so in its
   * profile.
   */
  inquiry: {
    request: '0820',
    answer: '0830',
    kind: '00',
    network: '320',
    original: 'place',
    newest: true,
    fields: ['trace', 'reference', 'terminal', 'merchant', 'batch', 'original'],
  },
  settle: {
    request: '0500',
    answer: '0510',
    kind: '00',
    network: '201',
    fields: ['trace', 'terminal', 'merchant', 'totals', 'currency', 'batch', 'operator'],
  },
  upload: {
    request: '0320',
    answer: '0330',
    kind: '00',
    network: '201',
    fields: ['trace', 'terminal', 'merchant', 'totals', 'batch'],
  },
  'upload-end-balanced': {
    request: '0320',
    answer: '0330',
    kind: '00',
    network: '207',
    fields: ['trace', 'terminal', 'merchant', 'totals', 'batch'],
  },
  'upload-end': {
    request: '0320',
    answer: '0330',
    kind: '00',
    network: '202',
    fields: ['trace', 'terminal', 'merchant', 'totals', 'batch'],
  },
  balance: financial('0200', '310000', '00', '01', { fields: withCard.filter((name) => name !== 'amount') }),
  sale: financial('0200', '000000', '00', '22', { fields: withCard }),
  instalment: financial('0200', '000000', '64', '22', { fields: withCard }),
  void: financial('0200', '200000', '00', '23', { fields: withCardAndOriginal, original: 'place' }),
  preauth: financial('0100', '030000', '06', '10', { fields: withCard }),
  'preauth-add': financial('0100', '030000', '60', '10', { fields: withCardAndHold, original: 'date' }),
  'preauth-void': financial('0100', '200000', '06', '11', { fields: withCardAndHold, original: 'date' }),
  completion: financial('0200', '000000', '06', '20', { fields: withCardAndHold, original: 'date' }),
  'completion-void': financial('0200', '200000', '06', '21', { fields: withCardAndOriginal, original: 'place' }),
  'completion-advice': financial('0220', '000000', '06', '24', { fields: withoutTrack, original: 'date' }),
  refund: financial('0220', '200000', '00', '25', {
    ...{ fields: [...withoutTrack, 'reference'], original: 'date', organisation: '000' },
  }),
  offline: financial('0220', '000000', '00', '30', { fields: withoutTrack }),
  voice: financial('0220', '000000', '00', '30', { fields: withoutTrack }),
  adjust: financial('0220', '000000', '00', '32', { fields: withoutTrack, original: 'place' }),
  tip: financial('0220', '000000', '00', '34', { fields: withoutTrack, original: 'place' }),
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
  /** How F61 names the original: its batch and trace, or twelve zeros and its date. */
  readonly original?: 'place' | 'date';
  /** Whether F61 of twelve zeros asks for this terminal's newest transaction. */
  readonly newest?: boolean;
  /** F63.1 where it names the card organisation. */
  readonly organisation?: string;
  readonly fields: readonly FieldName[];
}

export type TransactionName = keyof typeof transactions;
/** Types that are sent once, and reversed if the result is unknown. */
export type ReversibleName =
  | 'sale'
  | 'void'
  | 'preauth'
  | 'preauth-add'
  | 'preauth-void'
  | 'completion'
  | 'completion-void'
  | 'instalment';
/** Types that are sent again, byte for byte, until the bank has said what became of them. */
export type RepeatableName = 'refund' | 'completion-advice' | 'offline' | 'voice' | 'adjust' | 'tip';
export type FinancialName = ReversibleName | RepeatableName;

/** 0400: the original's F3, F25 and F60, its trace and its batch; neither track nor PIN (unionpay.md 7). */
export function reversalOf(original: Transaction): Transaction {
  return {
    ...original,
    request: '0400',
    answer: '0410',
    fields: [
      ...opening,
      ...(['authorisation', 'code', 'terminal', 'merchant', 'currency', 'chip', 'batch', 'original'] as const),
    ],
  };
}

function financial(
  request: string,
  processing: string,
  condition: string,
  kind: string,
  more: Pick<Transaction, 'fields' | 'original' | 'organisation'>,
): Transaction {
  const answer = `${request.slice(0, 2)}${Number(request[2]) + 1}${request.slice(3)}`;
  return { request, answer, processing, condition, kind, network: '000', capability: true, ...more };
}
