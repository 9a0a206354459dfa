import { type Fen, yuan } from '../values/fen.ts';
import { guitaiMark } from './guitai-mark.ts';
import type { Mark, ReceiptRow, ReceiptTable } from './table.ts';

export type Copy = 'merchant' | 'cardholder';

/** S swiped, M keyed by hand, I inserted, C contactless. */
export type Entry = 'S' | 'M' | 'I' | 'C';

/** What a slip tells (`unionpay.md` 13). The number is masked before it comes here; nothing here could unmask it. */
export interface SlipFacts {
  readonly type: SlipType;
  readonly merchant: { readonly id: string; readonly name: string };
  readonly terminal: string;
  readonly operator: string;
  readonly issuer: string | null;
  readonly acquirer: string | null;
  /** `622202******1234`. */
  readonly maskedPan: string;
  readonly entry: Entry;
  /** YYMM; null where it was not read. */
  readonly expiry: string | null;
  readonly batch: string;
  readonly trace: string;
  /** The trace of what it undoes, of a slip that undoes something. */
  readonly original?: string | null;
  readonly authorisation: string | null;
  readonly reference: string | null;
  /** Milliseconds since 1970, the host's time where it gave one. */
  readonly at: number;
  readonly amount: Fen;
  /** How the money stands, for a slip that is not an approved sale. */
  readonly note?: string;
  /** A copy that was begun before and not confirmed, or a reprint (money rule 5). */
  readonly duplicate: boolean;
  /** The merchant's logo in dots; Guitai's mark where there is none. */
  readonly mark?: Mark;
  /** Where the e-receipt is, in ASCII. */
  readonly link?: string;
}

export type SlipType = 'sale' | 'void' | 'refund' | 'preauth' | 'completion';

/** Rows of `firmware-config/texts`: Chinese slips carry the English beside each label, in brackets. */
export type ReceiptTextId =
  | 'receipt.title'
  | `receipt.copy.${Copy}`
  | 'receipt.duplicate'
  | 'receipt.merchant'
  | 'receipt.terminal'
  | 'receipt.operator'
  | 'receipt.issuer'
  | 'receipt.acquirer'
  | 'receipt.card'
  | 'receipt.expiry'
  | 'receipt.type'
  | `receipt.type.${SlipType}`
  | 'receipt.batch'
  | 'receipt.trace'
  | 'receipt.original'
  | 'receipt.authorisation'
  | 'receipt.reference'
  | 'receipt.time'
  | 'receipt.amount'
  | 'receipt.note'
  | 'receipt.signature'
  | 'receipt.agreement'
  | 'receipt.thanks'
  | 'receipt.link';

export type ReceiptText = (id: ReceiptTextId) => string;

/** One copy of a sale's slip (签购单). */
export function saleReceipt(facts: SlipFacts, copy: Copy, text: ReceiptText): ReceiptTable {
  const pair = (id: ReceiptTextId, value: string | null): ReceiptRow[] =>
    value === null || value.trim() === '' ? [] : [{ kind: 'pair', label: text(id), value }];

  return [
    { kind: 'mark', mark: facts.mark ?? guitaiMark },
    { kind: 'title', text: facts.merchant.name },
    { kind: 'text', text: text('receipt.title'), align: 'centre' },
    { kind: 'text', text: text(`receipt.copy.${copy}`), align: 'centre' },
    ...(facts.duplicate ? [{ kind: 'title', text: text('receipt.duplicate') } as const] : []),
    { kind: 'rule' },
    ...pair('receipt.merchant', facts.merchant.id),
    ...pair('receipt.terminal', facts.terminal),
    ...pair('receipt.operator', facts.operator),
    ...pair('receipt.issuer', facts.issuer),
    ...pair('receipt.acquirer', facts.acquirer),
    { kind: 'rule' },
    { kind: 'prominent', label: text('receipt.card'), value: `${masked(facts.maskedPan)} /${facts.entry}` },
    ...pair('receipt.expiry', facts.expiry === null ? null : expiryOf(facts.expiry)),
    ...pair('receipt.type', text(`receipt.type.${facts.type}`)),
    ...pair('receipt.batch', facts.batch),
    ...pair('receipt.trace', facts.trace),
    ...pair('receipt.original', facts.original ?? null),
    ...pair('receipt.authorisation', facts.authorisation),
    ...pair('receipt.reference', facts.reference),
    ...pair('receipt.time', timeOf(facts.at)),
    { kind: 'rule' },
    { kind: 'amount', label: text('receipt.amount'), value: `RMB ${yuan(facts.amount, true)}` },
    ...(facts.note === undefined ? [] : pair('receipt.note', facts.note)),
    { kind: 'rule' },
    ...(copy === 'merchant' ? signed(text) : handed(facts, text)),
    { kind: 'feed', lines: 3 },
    { kind: 'cut' },
  ];
}

/** The cardholder signs the merchant's copy alone. */
function signed(text: ReceiptText): ReceiptRow[] {
  return [
    { kind: 'signature', label: text('receipt.signature') },
    { kind: 'text', text: text('receipt.agreement') },
  ];
}

function handed(facts: SlipFacts, text: ReceiptText): ReceiptRow[] {
  return [
    ...(facts.link === undefined ? [] : [{ kind: 'qr', data: facts.link, caption: text('receipt.link') } as const]),
    { kind: 'text', text: text('receipt.thanks'), align: 'centre' },
  ];
}

/** Paper never shows a whole number, whoever hands one over (PCI DSS 3.4.1). */
function masked(pan: string): string {
  return pan.replace(
    /\d{11,}/g,
    (digits) => `${digits.slice(0, 6)}${'*'.repeat(digits.length - 10)}${digits.slice(-4)}`,
  );
}

function expiryOf(yymm: string): string {
  return `20${yymm.slice(0, 2)}/${yymm.slice(2, 4)}`;
}

/** In the terminal's own time zone, which is the counter's. */
function timeOf(at: number): string {
  const time = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return (
    `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())} ` +
    `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  );
}
