import type { Slip } from '../../board/virtual/far-ends.ts';
import { languages, patternOf } from './texts.ts';

/** What has come out under one title, as somebody reads it; several hang together where the paper was not cut. */
export interface Part {
  readonly kind: Kind;
  readonly text: string;
  /** It is the last part of a slip that has been cut off, so nothing more comes. */
  readonly ended: boolean;
  readonly batch: string | null;
  readonly trace: string | null;
  readonly duplicate: boolean;
}

const TITLES = {
  receipt: ['receipt.title'],
  settlement: ['report.settlement.title'],
  discrepancy: ['report.discrepancy.title'],
  evidence: ['report.evidence.title'],
  fault: ['report.fault.title.reverse', 'report.fault.title.tell'],
  totals: ['report.totals.title'],
  details: ['report.details.title'],
} as const;
export type Kind = keyof typeof TITLES;

const kindOf = new Map(
  Object.entries(TITLES).flatMap(([kind, ids]) =>
    languages.flatMap((texts) => ids.map((id) => [texts[id] ?? id, kind as Kind] as const)),
  ),
);
const TYPE_ID = 'receipt.type.';
const typeOf = new Map(
  languages.flatMap((texts) =>
    Object.entries(texts).flatMap(([id, word]) =>
      id.startsWith(TYPE_ID) ? [[word, id.slice(TYPE_ID.length)] as const] : [],
    ),
  ),
);
const titled = new RegExp(`^\\s*(${patternOf(Object.values(TITLES).flat())})\\s*$`, 'm');
/** A label and what stands beside it, or under it where there is no room. */
const labelled = (id: string, value: string) => new RegExp(`^\\s*${patternOf([id])}\\s+(${value})`, 'm');
const BATCH = labelled('receipt.batch', '\\d{6}');
/** The batch of the transaction that a report is about, where it differs from the report's own. */
const OF_BATCH = labelled('report.batch', '\\d{6}');
const TRACE = labelled('receipt.trace', '\\d{6}');
const TYPE = labelled('receipt.type', '\\S.*');
const NET = labelled('report.net', '(?:RMB )?-?[\\d,.]+');
const NEXT = labelled('report.settlement.next', '\\d{6}');
const MERCHANT = new RegExp(patternOf(['receipt.copy.merchant']));
/** A merchant's copy ends with what the cardholder agrees to (its first line is enough), the other copy with thanks. */
const END = new RegExp(patternOf(['receipt.signature', 'receipt.thanks']));
const DUPLICATE = 'DUPLICATE';
const UNFINISHED = new RegExp(patternOf(['report.pending', 'report.owed'], { count: '\\d+' }));
const ANSWERS = ['charged', 'not-charged', 'refunded', 'not-refunded', 'released', 'not-released'] as const;
const SIDE = new RegExp(`^ ?(${patternOf(['report.debit', 'report.credit'])})\\s+(\\d+)\\s+(-?[\\d,.]+)`, 'gm');

export function partsOf({ text, cut }: Slip): Part[] {
  const pieces = text.split(titled);
  const parts: Part[] = [];
  for (let at = 1; at < pieces.length; at += 2) {
    const kind = kindOf.get(pieces[at] ?? '');
    const body = pieces[at + 1] ?? '';
    if (kind === undefined) continue;
    const batch = OF_BATCH.exec(body)?.[1] ?? BATCH.exec(body)?.[1] ?? null;
    const trace = TRACE.exec(body)?.[1] ?? null;
    parts.push({
      kind,
      text: body,
      ended: cut && at + 2 >= pieces.length,
      batch,
      trace,
      duplicate: body.includes(DUPLICATE),
    });
  }
  return parts;
}

/** What a sales slip says. */
export interface Receipt {
  readonly copy: 'merchant' | 'cardholder';
  readonly type: string | null;
  readonly card: string | null;
  /** Every amount of money on it, in fen, from the top. */
  readonly amounts: readonly number[];
  /** Whether the last text of the slip is there. */
  readonly toTheEnd: boolean;
}

export function receiptOn({ text }: Part): Receipt {
  return {
    toTheEnd: END.test(text),
    copy: MERCHANT.test(text) ? 'merchant' : 'cardholder',
    type: typeOn(text),
    card: /\d{6}\*+\d{4}/.exec(text)?.[0] ?? null,
    amounts: [...text.matchAll(/RMB (-?[\d,]+\.\d\d)/g)].map(([, yuan]) => fenOf(yuan ?? '')),
  };
}

/** The type that the slip names; null where it names none that is known. */
function typeOn(text: string): string | null {
  return typeOf.get(TYPE.exec(text)?.[1]?.trim() ?? '') ?? null;
}

/** Debit and credit of home and of foreign cards, then of both, as `[count, fen]`. */
export function sidesOn({ text }: Part): readonly (readonly [number, number])[] {
  return [...text.matchAll(SIDE)].map(([, , count, yuan]) => [Number(count), fenOf(yuan ?? '')] as const);
}

export function netOn({ text }: Part): number | null {
  const yuan = NET.exec(text)?.[1];
  return yuan === undefined ? null : fenOf(yuan.replace('RMB ', ''));
}

export function nextBatchOn({ text }: Part): string | null {
  return NEXT.exec(text)?.[1] ?? null;
}

/** Something had no end yet when it was printed. */
export function isUnfinished({ text }: Part): boolean {
  return UNFINISHED.test(text);
}

const DETAIL = /^(\d{6}) .*?\s(-?[\d,]+\.\d\d)\n ?\S*\s+\d\d:\d\d(?::\d\d)?( \S+)?$/gm;

/** The rows of a list; `stands` where no remark follows one. */
export function detailsOn({ text }: Part): readonly { trace: string; fen: number; stands: boolean }[] {
  return [...text.matchAll(DETAIL)].map(([, trace = '', yuan = '', word]) => ({
    ...{ trace, fen: fenOf(yuan), stands: word === undefined },
  }));
}

/** The answer of a slip about one request; null where it says neither yes nor no. */
export function answerOn({ text }: Part): (typeof ANSWERS)[number] | null {
  const lines = text.split('\n').map((line) => line.trim());
  return (
    ANSWERS.find((answer) =>
      languages.some((texts) => lines.includes(texts[`report.evidence.answer.${answer}`] ?? '')),
    ) ?? null
  );
}

export function fenOf(yuan: string): number {
  return Math.round(Number(yuan.replaceAll(',', '')) * 100);
}
