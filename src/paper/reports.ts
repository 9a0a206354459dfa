import type { Config } from '../config/config.ts';
import type { Text } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { owesMoney } from '../journal/progress.ts';
import { type Difference, type Settlement, sinceCompared } from '../journal/settlements.ts';
import type { Sum } from '../journal/sums.ts';
import { type CardGroup, types } from '../journal/types.ts';
import { type DetailPage, ROWS_OF_A_PAGE } from '../receipt/detail-list.ts';
import { type Discrepancy, discrepancySlip } from '../receipt/discrepancy-slip.ts';
import type { FaultFacts } from '../receipt/fault-slip.ts';
import type { SlipType } from '../receipt/receipt.ts';
import type { ReportHead } from '../receipt/report.ts';
import { type SettledGroup, settlementSlip } from '../receipt/settlement-slip.ts';
import type { ReceiptTable } from '../receipt/table.ts';
import type { TotalsFacts, TotalsLine } from '../receipt/totals-slip.ts';
import { type Fen, fen } from '../values/fen.ts';

/** Who asks for a report, and when. */
export interface Asked {
  readonly config: Config;
  readonly operator: string;
  readonly at: number;
}

function headOf({ config, operator, at }: Asked, batch: string): ReportHead {
  const { merchant } = config.terminal;
  return { merchant, terminal: merchant.terminal, operator, batch, at };
}

/** The pages of the open batch's detail list, each read when its turn comes. */
export function* detailPages(journal: Journal, asked: Asked): Generator<DetailPage> {
  const head = headOf(asked, journal.batch);
  const pages = Math.max(1, Math.ceil(countOf(journal) / ROWS_OF_A_PAGE));
  let after = 0;
  for (let page = 1; page <= pages; page++) {
    const entries = journal.page({ after, limit: ROWS_OF_A_PAGE });
    after = entries.at(-1)?.id ?? after;
    yield { head, page, pages, rows: entries.map(detailOf) };
  }
}

/** How many entries are read at once where they are only counted. */
const AT_ONCE = 500;

function countOf(journal: Journal): number {
  let count = 0;
  for (let after = 0; ; ) {
    const entries = journal.page({ after, limit: AT_ONCE });
    const last = entries.at(-1);
    if (last === undefined) return count;
    count += entries.length;
    after = last.id;
  }
}

function detailOf({ trace, amount, state, facts }: Entry) {
  return { trace, type: facts.type, amount, maskedPan: facts.card, state, at: facts.begun_ms };
}

/** The totals of the open batch; asking closes nothing. */
export function totalsOf(journal: Journal, asked: Asked): TotalsFacts {
  const { approved, pending } = journal.totals();
  const owing = journal.debts().filter(({ debt, entry }) => owesMoney(debt) && entry.batch === journal.batch);
  return {
    head: headOf(asked, journal.batch),
    approved: approved.map(lineOf),
    pending: pending.map(lineOf),
    owed: new Set(owing.map(({ entry }) => entry.id)).size,
  };
}

function lineOf(sum: Sum): TotalsLine {
  return { ...sum, side: types[sum.type].settles };
}

/** The slip of a settlement and its discrepancies, with the operator and the time of its beginning. */
export function settlementTables(settlement: Settlement, config: Config, text: Text, duplicate: boolean): ReceiptTable {
  const compared = settlement.step('compared');
  const group = (name: CardGroup): SettledGroup => ({
    ours: settlement.totals[name],
    bank: compared?.bank[name] ?? null,
    flag: compared?.flags[name] ?? null,
  });
  const head = headOf({ config, operator: settlement.operator, at: settlement.begun_ms }, settlement.batch);
  const rows = (sinceCompared(settlement, 'differs')?.differences ?? []).map(discrepancyOf);
  const unsaid = rows.filter(({ why }) => why === 'unsaid').length;
  const ruled = settlement.step('ruled');
  const reference = compared?.reference ?? null;
  const phone = config.terminal.support.accounts;
  const slip = settlementSlip(
    {
      ...{ head, reference, duplicate, ruled, phone, unsaid },
      groups: { home: group('home'), foreign: group('foreign') },
      next: settlement.step('ended')?.next ?? ruled?.next ?? null,
      differences: rows.length - unsaid,
      unsent: unsentOf(settlement),
    },
    text,
  );
  return rows.length === 0 ? slip : [...slip, ...discrepancySlip({ head, reference, rows, phone }, text)];
}

/** How many transactions of the unbalanced groups the upload left out: this device could not open their card data. */
function unsentOf(settlement: Settlement): number {
  const flags = settlement.step('compared')?.flags;
  const off = (['home', 'foreign'] as const).filter((group) => flags !== undefined && flags[group] !== 1);
  const counts = off.flatMap((group) => Object.values(settlement.totals[group]).map(({ count }) => count));
  return counts.reduce((sum, count) => sum + count, 0) - (sinceCompared(settlement, 'uploaded')?.rows ?? 0);
}

/** The terminal asks the bank only about its own entries: so `type` is always one of the journal's types. */
function discrepancyOf({ trace, type, card, here, there, why, code, bankCard, unsent }: Difference): Discrepancy {
  const amountOf = (amount: number | null): Fen | null => (amount === null ? null : fen(amount));
  return {
    ...{ trace, type: type as SlipType, maskedPan: card, here: amountOf(here), there: amountOf(there) },
    ...{ why: why ?? null, code: code ?? '', bankPan: bankCard ?? null, unsent: unsent === true },
    givesBack: types[type as SlipType].settles === 'credit',
  };
}

/** The facts of an entry on the exceptions list, for its note. */
export function faultOf({ trace, batch, amount, facts, history }: Entry, asked: Asked): FaultFacts {
  return {
    head: headOf(asked, batch),
    ...{ trace, batch, amount, type: facts.type, maskedPan: facts.card, at: facts.begun_ms },
    attempts: history.tries,
    lost: history.lost === 'reverse' ? 'reverse' : 'tell',
    phone: asked.config.terminal.support.accounts,
  };
}
