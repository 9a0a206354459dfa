import type { Trade } from '../../bank/trades.ts';
import type { Slip } from '../../board/virtual/far-ends.ts';
import type { PrinterFarEnd } from '../../board/virtual/printer.ts';
import type { Row } from '../../src/journal/entry.ts';
import type { Finding } from './oracles.ts';
import {
  answerOn,
  detailsOn,
  fenOf,
  isUnfinished,
  netOn,
  nextBatchOn,
  type Part,
  partsOf,
  type Receipt,
  receiptOn,
  sidesOn,
} from './slips.ts';

/** The books that the paper is compared with. */
export interface Books {
  rowOf(batch: string, trace: string): Row | null;
  /** Whether the batch is open: none of it has moved to the archive, which may be lost. */
  isOpen(batch: string): boolean;
  tradeOf(batch: string, trace: string): Trade | null;
  /** As `chargedHold`. */
  charged(trade: Trade): boolean | null;
  /** All rows of a batch. */
  rowsIn(batch: string): readonly Row[];
  /** F48 of the settlement with which the bank has closed this batch; null where it has not. */
  countedOf(batch: string): string | null;
}

/** Every slip that has come out: of sales by row and copy, of settlements by batch, and what was asked for. */
export interface PaperLedger {
  /** What is wrong with the slips since the last call. Rows up to `printedTo` had their first copies before today. */
  read(printer: Pick<PrinterFarEnd, 'slips'>, books: Books): Finding[];
  /** What is wrong with a row's copies: each is there and whole if the row stands, and otherwise there is none. */
  check(row: Row): Finding[];
  /** What is wrong with the slip of a settlement that is over: it must be there and whole. */
  settled(batch: string): string[];
}

const standing: readonly string[] = ['approved', 'voided', 'refunded'];

export function paperLedger(printedTo: number): PaperLedger {
  /** The newest slip that was read: if it was not cut off then, it may have become longer since. */
  let newest: Slip = { n: 0, text: '', cut: false };
  const onSlip = new Map<number, readonly Part[]>();
  /** The numbers of the slips that hold a part of something, by its `keyOf`. */
  const slipsOf = new Map<string, Set<number>>();

  const keyOf = ({ kind, batch, trace }: Part) => `${kind} ${batch} ${kind === 'settlement' ? '' : trace}`;
  const all = (key: string): Part[] =>
    [...(slipsOf.get(key) ?? [])].flatMap((n) => (onSlip.get(n) ?? []).filter((part) => keyOf(part) === key));

  function note(slip: Slip): Part[] {
    const { n, text, cut } = newest;
    newest = slip;
    if (slip.n === n && slip.text === text && slip.cut === cut) return [];
    const parts = partsOf(slip);
    onSlip.set(slip.n, parts);
    for (const part of parts) {
      const slips = slipsOf.get(keyOf(part)) ?? new Set();
      slipsOf.set(keyOf(part), slips.add(slip.n));
    }
    return parts;
  }

  return {
    read({ slips }, books) {
      const fresh = slips(newest.n).flatMap(note);
      const read = (part: Part) =>
        part.kind === 'receipt' ? receiptRead(part, books) : (readers[part.kind]?.(part, books) ?? []);
      const wrong = new Set(fresh.flatMap(read));
      for (const key of new Set(fresh.map(keyOf))) for (const text of twice(key)) wrong.add(text);
      return [...wrong].map((text) => ({ kind: 'paper', text }));
    },
    check(row) {
      const which = `${row.type} ${row.batch} ${row.trace} (${row.state})`;
      const of = all(`receipt ${row.batch} ${row.trace}`);
      return (['merchant', 'cardholder'] as const).flatMap((copy): Finding[] => {
        const copies = of.filter((part) => receiptOn(part).copy === copy);
        if (!standing.includes(row.state))
          return copies.length === 0 ? [] : [{ kind: 'paper', text: `a ${copy} copy of ${which}` }];
        const whole = copies.some((part) => part.ended && isWhole(row, receiptOn(part)));
        return whole ? [] : [{ kind: 'paper', text: `no whole ${copy} copy of ${which}` }];
      });
    },
    settled(batch) {
      const whole = all(`settlement ${batch} `).some(
        (part) => part.text.trimEnd() !== '' && nextBatchOn(part) !== null,
      );
      return whole ? [] : [`no whole settlement slip of batch ${batch}`];
    },
  };

  /** What has come out more than once without DUPLICATE. */
  function twice(key: string): string[] {
    const [kind, batch, trace] = key.split(' ');
    // A part that broke off before its batch or trace belongs to nothing that could be named.
    if (batch === 'null' || (kind === 'receipt' && trace === 'null')) return [];
    const plain = all(key).filter(({ duplicate }) => !duplicate);
    if (kind === 'receipt') {
      return (['merchant', 'cardholder'] as const).flatMap((copy) => {
        const copies = plain.filter((part) => receiptOn(part).copy === copy).length;
        return copies > 1 ? [`${copies} ${copy} copies without DUPLICATE of ${batch} ${trace}`] : [];
      });
    }
    // DUPLICATE stands above the figures: a slip that broke off before them does not count yet.
    const figured = kind === 'settlement' ? plain.filter((part) => sidesOn(part).length > 0).length : 0;
    return figured > 1 ? [`${figured} settlement slips without DUPLICATE of batch ${batch}`] : [];
  }

  /** A row of an earlier day, whose first copies have been printed. */
  function isOld(row: Row | null): boolean {
    return row !== null && row.id <= printedTo;
  }

  function receiptRead(part: Part, books: Books): string[] {
    if (part.batch === null || part.trace === null) return [];
    const row = books.rowOf(part.batch, part.trace);
    const which = `a sales slip of ${part.batch} ${part.trace}`;
    if (row === null) return books.isOpen(part.batch) ? [`${which}, which no row has`] : [];
    const { type, card, amounts, copy } = receiptOn(part);
    const wrong: string[] = [];
    if (!standing.includes(row.state)) wrong.push(`${which}, which is ${row.state}`);
    if (!part.duplicate && isOld(row))
      wrong.push(`a second ${copy} copy without DUPLICATE of ${part.batch} ${part.trace}`);
    if (type !== null && type !== row.type) wrong.push(`${which} says ${type}, and it is a ${row.type}`);
    if (card !== null && card !== row.card) wrong.push(`${which} says ${card}, and it is ${row.card}'s`);
    if (amounts.length >= amountsOf(row) && !isAmountOf(row, amounts))
      wrong.push(`${which} says ${amounts.join(' ')}, and it is ${row.amount}`);
    return wrong;
  }
}

/** How many amounts stand on a slip of the row's type. */
function amountsOf({ type }: Row): number {
  return type === 'tip' || type === 'adjust' ? 3 : 1;
}

/** Printed down to its last line. */
function isWhole(row: Row, { amounts, toTheEnd }: Receipt): boolean {
  return toTheEnd && amounts.length >= amountsOf(row);
}

/** A tip's slip shows the amount, the tip and the total; an adjustment's shows the new total last. */
function isAmountOf({ type, amount }: Row, amounts: readonly number[]): boolean {
  if (type === 'tip') return amounts[1] === amount && amounts[2] === (amounts[0] ?? 0) + amount;
  return amounts.at(type === 'adjust' ? -1 : 0) === amount;
}

/** The figures of a balanced settlement's slip must be the bank's and the rows'. */
function settlementRead(part: Part, { countedOf, rowsIn }: Books): string[] {
  const { batch, text } = part;
  const sides = sidesOn(part);
  const counted = batch === null ? null : countedOf(batch);
  // Not compared: one that was not balanced, which shows the bank's figures too, and one closed by two people.
  if (batch === null || nextBatchOn(part) === null || counted === null || sides.length !== 6) return [];
  const said = sides.slice(0, 4).flat();
  const there = [0, 15, 31, 46].flatMap((at) => [
    Number(counted.slice(at + 12, at + 15)),
    Number(counted.slice(at, at + 12)),
  ]);
  const here = sumsOf(rowsIn(batch));
  const wrong: string[] = [];
  if (said.join() !== there.join()) wrong.push(`the settlement slip of ${batch} says ${said}, and the bank ${there}`);
  if (said.join() !== here.join()) wrong.push(`the settlement slip of ${batch} says ${said}, and the rows ${here}`);
  const net = fenOf(/RMB (-?[\d,.]+)/.exec(text)?.[1] ?? '');
  const sum = (here[1] ?? 0) - (here[3] ?? 0) + (here[5] ?? 0) - (here[7] ?? 0);
  if (net !== sum) wrong.push(`the settlement slip of ${batch} comes to ${net}, and the rows to ${sum}`);
  return wrong;
}

const DEBITS: readonly string[] = ['sale', 'instalment', 'offline', 'voice', 'completion', 'completion-advice'];
const CREDITS: readonly string[] = ['void', 'completion-void', 'refund'];
/** The only foreign card of the storm begins with 4. */
const FOREIGN = /^4/;

/** Debit and credit, of home and of foreign cards: how many, and how much in fen. */
export function sumsOf(rows: readonly Row[]): number[] {
  const sums = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const { type, amount, card, state, particulars } of rows) {
    if (!standing.includes(state)) continue;
    const isChange = type === 'tip' || type === 'adjust';
    if (!isChange && !DEBITS.includes(type) && !CREDITS.includes(type)) continue;
    const at = (FOREIGN.test(card ?? '') ? 4 : 0) + (CREDITS.includes(type) ? 2 : 0);
    sums[at] = (sums[at] ?? 0) + (isChange ? 0 : 1);
    sums[at + 1] = (sums[at + 1] ?? 0) + (type === 'adjust' ? amount - (particulars.before ?? amount) : amount);
  }
  return sums;
}

/** The X report against the rows of its batch, where nothing in it was still on its way. */
function totalsRead(part: Part, { rowsIn }: Books): string[] {
  const net = netOn(part);
  if (part.batch === null || net === null || !part.ended || isUnfinished(part)) return [];
  const sums = sumsOf(rowsIn(part.batch));
  const here = (sums[1] ?? 0) - (sums[3] ?? 0) + (sums[5] ?? 0) - (sums[7] ?? 0);
  return net === here ? [] : [`the totals of ${part.batch} come to ${net}, and the rows to ${here}`];
}

/** A list of the open batch must show each row's amount, and a remark beside those that do not stand. */
function detailsRead(part: Part, { rowsIn }: Books): string[] {
  const { batch } = part;
  if (batch === null) return [];
  const rows = rowsIn(batch);
  return detailsOn(part).flatMap(({ trace, fen, stands }) => {
    const row = rows.find((one) => one.trace === trace);
    if (row === undefined) return [`the list of ${batch} has ${trace}, which no row has`];
    if (row.amount === fen && (!stands || standing.includes(row.state))) return [];
    return [
      `the list of ${batch} says ${fen}${stands ? '' : ', not done,'} of ${trace}: it is ${row.amount} and ${row.state}`,
    ];
  });
}

/** "Was I charged?" on paper. */
function evidenceRead(part: Part, books: Books): string[] {
  const answer = answerOn(part);
  if (part.trace === null || part.batch === null || answer === null) return [];
  const trade = books.tradeOf(part.batch, part.trace);
  const which = `the slip about ${part.batch} ${part.trace} says ${answer}`;
  // A hold is not charged, and stands: its completion charges it.
  const hold = trade === null ? null : books.charged(trade);
  const is = hold ?? trade?.state === 'posted';
  if (is === !answer.startsWith('not-')) return [];
  const state = hold === null ? (trade?.state ?? 'none') : hold ? 'completed' : 'not completed';
  return [`${which}, and it is ${state} at the bank`];
}

/** A slip about a failure that nobody could make good must show its row's type, card and amount. */
function faultRead(part: Part, books: Books): string[] {
  if (part.trace === null || part.batch === null || !part.ended) return [];
  const row = books.rowOf(part.batch, part.trace);
  const { amounts, type, card } = receiptOn(part);
  if (row === null) return books.isOpen(part.batch) ? [`a slip of a failure of ${part.trace}, which no row has`] : [];
  if (amounts[0] === row.amount && type === row.type && card === row.card) return [];
  return [
    `the slip of the failure of ${part.trace} says ${type} ${card} ${amounts}, and it is ${row.type} ${row.card} ${row.amount}`,
  ];
}

const readers: Partial<Record<Part['kind'], (part: Part, books: Books) => string[]>> = {
  settlement: settlementRead,
  totals: totalsRead,
  details: detailsRead,
  evidence: evidenceRead,
  fault: faultRead,
  // In a storm the books of bank and terminal always agree, so that no such slip may come out.
  discrepancy: ({ batch, text }) => [`a slip of discrepancies of ${batch}: ${text.trim().replaceAll(/\s+/g, ' ')}`],
};
