import type { Fen } from '../src/values/fen.ts';
import type { Opened } from './cases.ts';
import type { Office } from './office.ts';
import type { Counted, Settlement, Uploaded } from './settlements.ts';

type Difference = Omit<Opened, 'at'>;
/** `id` null: it was never settled. */
type OfBatch = Pick<Settlement, 'terminal' | 'merchant' | 'batch'> & { readonly id: number | null };

/**
 * Compares the bank's books with the upload of a batch that did not balance: one row for each transaction that differs.
 */
export function differences(office: Office, settlement: Settlement): Difference[] {
  const { id, terminal, batch, counted } = settlement;
  const theirs = new Map(office.settlements.uploaded(id).map((row) => [row.trace, row]));
  const ours = new Map(office.settlements.entries(terminal, batch).map((entry) => [entry.trace, entry]));
  const balanced = { home: counted[30] === '1', foreign: counted[61] === '1' };
  const found: Difference[] = [];
  for (const trace of new Set([...ours.keys(), ...theirs.keys()])) {
    const entry = ours.get(trace) ?? null;
    const row = theirs.get(trace) ?? null;
    // The terminal uploads nothing of a group that balances.
    if (row === null && entry !== null && balanced[entry.group]) continue;
    const one = differenceOf(office, settlement, { trace, entry, row });
    if (one !== null) found.push(one);
  }
  if (found.length > 0) return found;
  // Every transaction agrees, so the terminal has added them up wrongly.
  const whole = { reason: 'totals' as const, trace: '000000', trade: null, card: null, pan: null };
  const amounts = { amount: 0 as Fen, bankAmount: 0 as Fen, terminalAmount: 0 as Fen };
  return [{ ...whole, ...amounts, ...of(settlement) }];
}

/** How one transaction differs, the bank's entry beside the terminal's row; null where it does not. */
export function differenceOf(
  office: Office,
  settlement: OfBatch,
  { trace, entry, row }: { trace: string; entry: Counted | null; row: Uploaded | null },
): Difference | null {
  const reason = reasonOf(entry, row);
  return reason === null ? null : difference(office, settlement, trace, { entry, row, reason });
}

function reasonOf(entry: Counted | null, row: Uploaded | null): Difference['reason'] | null {
  if (row === null) return entry === null ? null : 'bank-only';
  if (entry === null) return 'terminal-only';
  if (entry.card !== row.card) return 'another-card';
  if (entry.amount !== row.amount) return 'another-amount';
  return entry.group === row.group ? null : 'another-group';
}

function difference(
  office: Office,
  settlement: OfBatch,
  trace: string,
  { entry, row, reason }: { entry: Counted | null; row: Uploaded | null; reason: Difference['reason'] },
): Difference {
  const { terminal, batch } = settlement;
  const bankAmount = entry?.amount ?? (0 as Fen);
  const terminalAmount = row?.amount ?? (0 as Fen);
  const amount = {
    'another-group': 0,
    'another-card': bankAmount,
  }[reason as string];
  return {
    reason,
    trace,
    // A declined or reversed trade is no entry that counts, but it has a row.
    trade: entry?.trade ?? office.trades.find({ terminal, batch, trace })?.id ?? null,
    card: entry?.card ?? row?.card ?? null,
    pan: entry?.pan ?? row?.pan ?? null,
    amount: (amount ?? Math.abs(bankAmount - terminalAmount)) as Fen,
    bankAmount,
    terminalAmount,
    ...of(settlement),
  };
}

function of({ id, terminal, merchant, batch }: OfBatch) {
  return { settlement: id, terminal, merchant, batch };
}
