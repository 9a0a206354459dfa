import type { TextId } from '../config/texts.ts';
import { type Fen, fen, yuan } from '../values/fen.ts';
import type { TransactionType } from '../values/transaction-type.ts';
import { guitaiMark } from './guitai-mark.ts';
import { paperTime } from './paper-time.ts';
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
  /** Who approved it beside the operator. */
  readonly supervisor?: string | null;
  readonly issuer: string | null;
  readonly acquirer: string | null;
  /** `622202******1234`. */
  readonly maskedPan: string;
  readonly entry: Entry;
  /** YYMM; null where it was not read. */
  readonly expiry: string | null;
  readonly batch: string;
  readonly trace: string;
  /** The transaction that this one undoes, completes, adds to or changes. */
  readonly original?: SlipOriginal | null;
  /** The authorisation code; of a voice authorisation, the one that the bank's clerk said by telephone. */
  readonly authorisation: string | null;
  readonly reference: string | null;
  /** Milliseconds since 1970, the counter's own time: it is the same on every copy, whenever the bank was told. */
  readonly at: number;
  /** MMDD, only where the bank booked it under another day: the day that a clerk types to find it again. */
  readonly bankDay?: string | null;
  /** The amount; of a tip, the amount that it is added to; of an adjustment, the new total. */
  readonly amount: Fen;
  readonly tip?: Fen;
  /** Only of an adjustment: the total before it. */
  readonly before?: Fen;
  /** Lines for a tip and a total by hand on the merchant's copy, where the acquirer's profile takes tips. */
  readonly tipLine?: boolean;
  readonly instalment?: SlipInstalment;
  /** The counter has finished the transaction, and the bank has not been told of it yet. */
  readonly untold?: boolean;
  /** Set where the transaction succeeded and has been undone since. */
  readonly undone?: 'voided' | 'refunded' | null;
  /** A copy that was begun before and not confirmed, or a reprint (money rule 5). */
  readonly duplicate: boolean;
  /** The merchant's logo in dots; Guitai's mark where there is none. */
  readonly mark?: Mark;
  /** Where the e-receipt is, in ASCII. */
  readonly link?: string;
}

export interface SlipOriginal {
  readonly trace?: string | null;
  /** Only where it is not the slip's own batch. */
  readonly batch?: string | null;
  readonly reference?: string | null;
  readonly authorisation?: string | null;
  /** MMDD. */
  readonly date?: string | null;
}

export interface SlipInstalment {
  readonly periods: number;
  readonly plan: string;
  /** What is paid each time; null where the bank has not said it. */
  readonly each: Fen | null;
}

/** `agrees`: what the cardholder signs. `says`: what a slip of this type says beside its numbers. */
interface SlipKind {
  readonly agrees: 'charge' | 'give-back' | 'hold' | 'release';
  readonly says?: 'hold' | 'released' | 'hold-again' | 'offline';
}

const kinds = {
  sale: { agrees: 'charge' },
  void: { agrees: 'give-back' },
  refund: { agrees: 'give-back' },
  preauth: { agrees: 'hold', says: 'hold' },
  'preauth-add': { agrees: 'hold', says: 'hold' },
  'preauth-void': { agrees: 'release', says: 'released' },
  completion: { agrees: 'charge' },
  'completion-advice': { agrees: 'charge' },
  'completion-void': { agrees: 'give-back', says: 'hold-again' },
  instalment: { agrees: 'charge' },
  offline: { agrees: 'charge', says: 'offline' },
  voice: { agrees: 'charge' },
  adjust: { agrees: 'charge' },
  tip: { agrees: 'charge' },
} as const satisfies Record<TransactionType, SlipKind>;

export type SlipType = TransactionType;

export const slipTypes = Object.keys(kinds) as readonly SlipType[];

/** Rows of `firmware-config/texts`: Chinese slips carry the English beside each label, in brackets. */
export type ReceiptTextId = Extract<TextId, `receipt.${string}`>;

export type ReceiptText = (id: ReceiptTextId) => string;

/** One copy of a transaction's slip (签购单). */
export function saleReceipt(facts: SlipFacts, copy: Copy, text: ReceiptText): ReceiptTable {
  const pair = (id: ReceiptTextId, value: string | null | undefined): ReceiptRow[] => paired(text(id), value);

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
    ...pair('receipt.supervisor', facts.supervisor),
    ...pair('receipt.issuer', facts.issuer),
    ...pair('receipt.acquirer', facts.acquirer),
    { kind: 'rule' },
    { kind: 'prominent', label: text('receipt.card'), value: `${masked(facts.maskedPan)} /${facts.entry}` },
    ...pair('receipt.expiry', facts.expiry === null ? null : expiryOf(facts.expiry)),
    ...pair('receipt.type', text(`receipt.type.${facts.type}`)),
    ...pair('receipt.batch', facts.batch),
    ...pair('receipt.trace', facts.trace),
    ...pair(facts.type === 'voice' ? 'receipt.authorisation.voice' : 'receipt.authorisation', facts.authorisation),
    ...pair('receipt.reference', facts.reference),
    ...originalRows(facts.original ?? {}, text),
    ...pair('receipt.time', paperTime(facts.at)),
    ...pair('receipt.bank-day', facts.bankDay ? slashed(facts.bankDay) : null),
    { kind: 'rule' },
    ...moneyRows(facts, copy, text),
    ...noteRows(facts, text),
    { kind: 'rule' },
    ...(copy === 'merchant' ? signed(facts, text) : handed(facts, text)),
    { kind: 'feed', lines: 3 },
    { kind: 'cut' },
  ];
}

function originalRows({ trace, batch, reference, authorisation, date }: SlipOriginal, text: ReceiptText): ReceiptRow[] {
  const day = date ? slashed(date) : null;
  return [
    ...paired(text('receipt.original'), trace),
    ...paired(text('receipt.original.batch'), batch),
    ...paired(text('receipt.original.authorisation'), authorisation),
    ...paired(text('receipt.original.reference'), reference),
    ...paired(text('receipt.original.date'), day),
  ];
}

/** `12/02` of `1202`. */
function slashed(mmdd: string): string {
  return `${mmdd.slice(0, 2)}/${mmdd.slice(2, 4)}`;
}

function moneyRows(facts: SlipFacts, copy: Copy, text: ReceiptText): ReceiptRow[] {
  const { amount, tip, before, tipLine, instalment } = facts;
  if (tip !== undefined) {
    return [
      ...paired(text('receipt.amount'), rmb(amount)),
      ...paired(text('receipt.tip'), rmb(tip)),
      { kind: 'amount', label: text('receipt.total'), value: rmb(fen(amount + tip)) },
    ];
  }
  if (before !== undefined) {
    const change = fen(Math.abs(amount - before));
    return [
      ...paired(text('receipt.amount.before'), rmb(before)),
      ...paired(text('receipt.amount.change'), `${amount < before ? '-' : '+'}${rmb(change)}`),
      { kind: 'amount', label: text('receipt.amount.after'), value: rmb(amount) },
    ];
  }
  return [
    { kind: 'amount', label: text('receipt.amount'), value: rmb(amount) },
    ...(instalment === undefined ? [] : instalmentRows(instalment, text)),
    ...(tipLine === true && copy === 'merchant'
      ? [{ kind: 'fill', label: text('receipt.tip') } as const, { kind: 'fill', label: text('receipt.total') } as const]
      : []),
  ];
}

function instalmentRows({ periods, plan, each }: SlipInstalment, text: ReceiptText): ReceiptRow[] {
  return [
    ...paired(text('receipt.instalment.periods'), String(periods)),
    ...paired(text('receipt.instalment.plan'), plan),
    ...paired(text('receipt.instalment.each'), each === null ? null : rmb(each)),
  ];
}

/** Notes for somebody who finds the slip in a drawer: whether money has moved, and whether the bank knows of it. */
function noteRows({ type, untold, undone }: SlipFacts, text: ReceiptText): ReceiptRow[] {
  const { says }: SlipKind = kinds[type];
  const notes = [
    ...(says === undefined ? [] : [text(`receipt.note.${says}`)]),
    ...(untold === true ? [text('receipt.note.untold')] : []),
    ...(undone ? [text(`receipt.note.${undone}`)] : []),
  ];
  if (notes.length === 0) return [];
  return [
    { kind: 'text', text: text('receipt.note') },
    // Each language begins on a line of its own: the English follows the last Chinese character and a space.
    ...notes
      .flatMap((note) => note.split(/(?<=[^ -~]) /))
      .map((part) => ({ kind: 'text', text: part, bold: true }) as const),
  ];
}

function paired(label: string, value: string | null | undefined): ReceiptRow[] {
  return value === null || value === undefined || value.trim() === '' ? [] : [{ kind: 'pair', label, value }];
}

function rmb(amount: Fen): string {
  return `RMB ${yuan(amount, true)}`;
}

/** The cardholder signs the merchant's copy alone. */
function signed({ type }: SlipFacts, text: ReceiptText): ReceiptRow[] {
  return [
    { kind: 'signature', label: text('receipt.signature') },
    { kind: 'text', text: text(`receipt.agreement.${kinds[type].agrees}`) },
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
