import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clearing, type Movement, sumsOf } from './clearing.ts';
import type { BusinessDay } from './days.ts';
import { writeWhole } from './files.ts';
import { localTime, type Office } from './office.ts';

/** One line: an entry that changed what the merchant is owed. Amounts in fen, negative where money goes back. */
export interface ReconciliationRow {
  readonly entry: number;
  readonly kind: string;
  /** Local, YYYYMMDD and hhmmss. */
  readonly date: string;
  readonly time: string;
  readonly terminal: string;
  readonly batch: string;
  readonly trace: string;
  readonly reference: string;
  readonly authorisation: string;
  readonly type: string;
  readonly card_group: string;
  /** Masked. */
  readonly pan: string;
  readonly amount: number;
  readonly fee: number;
  readonly net: number;
}

export interface Reconciliation {
  readonly merchant: string;
  readonly date: string;
  /** False while the day is open: more may come. */
  readonly closed: boolean;
  readonly rows: readonly ReconciliationRow[];
  readonly totals: {
    readonly debits: number;
    readonly debit: number;
    readonly credits: number;
    readonly credit: number;
    readonly fee: number;
    readonly net: number;
  };
}

/**
 * What the bank's books say of a merchant's day, line by line; the lines add up to what the merchant gets for the day.
 */
export function reconcile(office: Office, clearing: Clearing, merchant: string, day: BusinessDay): Reconciliation {
  const last = day.lastEntry ?? Number.MAX_SAFE_INTEGER;
  const movements = clearing.movements(merchant, day.firstEntry, last);
  const sum = sumsOf(movements);
  return {
    merchant,
    date: day.date,
    closed: day.lastEntry !== null,
    rows: movements.map((movement) => rowOf(office, movement)),
    totals: {
      ...{ debits: sum.debits, debit: sum.debit, credits: sum.credits, credit: sum.credit },
      ...{ fee: sum.fee, net: sum.debit - sum.credit - sum.fee },
    },
  };
}

/** Writes the files of the days that are closed and have none: MERCHANT-YYYYMMDD.csv. Returns their names. */
export function fileClosedDays(office: Office, clearing: Clearing, dir: string): string[] {
  const names: string[] = [];
  for (const day of office.days.unfiled()) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const merchant of clearing.merchants()) {
      const reconciled = reconcile(office, clearing, merchant, day);
      // A merchant that was removed from the seed gets files while something still moves, but no empty ones.
      if (reconciled.rows.length === 0 && !office.seed.merchants.has(merchant)) continue;
      const name = fileNameOf(reconciled);
      writeWhole(join(dir, name), csvOf(reconciled), 0o600);
      names.push(name);
    }
    office.books.atomically(() => office.days.filed(day.date));
  }
  return names;
}

export function fileNameOf({ merchant, date }: Reconciliation): string {
  return `${merchant}-${date}.csv`;
}

const COLUMNS = [
  ...['entry', 'kind', 'date', 'time', 'terminal', 'batch', 'trace', 'reference', 'authorisation', 'type'],
  ...['card_group', 'pan', 'amount', 'fee', 'net'],
] as readonly (keyof ReconciliationRow)[];

/** RFC 4180 with a header line; the last line is `total` with debits, debit, credits, credit, fee and net. */
export function csvOf({ rows, totals }: Reconciliation): string {
  const { debits, debit, credits, credit, fee, net } = totals;
  const lines = [
    COLUMNS.join(','),
    ...rows.map((row) => COLUMNS.map((column) => row[column]).join(',')),
    ['total', debits, debit, credits, credit, fee, net].join(','),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function rowOf(office: Office, { entry, kind, trade: id, at, amount, fee }: Movement): ReconciliationRow {
  const trade = id === null ? null : office.trades.byId(id);
  // A correction without a trade takes terminal, batch, trace and card from its case.
  const of = trade ?? (kind === 'correction' ? office.cases.ofEntry(entry) : null);
  const { date, time } = localTime(office, at);
  return {
    ...{ entry, kind, date, time },
    terminal: of?.terminal ?? '',
    batch: of?.batch ?? '',
    trace: of?.trace ?? '',
    reference: trade?.reference ?? '',
    authorisation: trade?.authorisation ?? '',
    type: trade?.type ?? '',
    card_group: office.seed.cardsById.get(of?.card ?? '')?.group ?? '',
    pan: of?.pan ?? '',
    ...{ amount, fee, net: amount - fee },
  };
}
