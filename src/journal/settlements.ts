import { type Batch, batch } from '../values/trace.ts';
import type { Store } from './store.ts';
import type { SettlementTotals } from './sums.ts';
import type { CardGroup } from './types.ts';

/** 1 balanced, 2 unbalanced, 3 the bank finds that the figures contradict themselves. */
export type Flag = 1 | 2 | 3;
export type Flags = Readonly<Record<CardGroup, Flag>>;

/**
 * Why the bank's side has no amount: its books hold no such transaction (`none`), it declined or reversed it, it was
 * told to reverse it before it came (`tombstone`), or it refused to say (`unsaid`).
 */
export type NotThere = 'none' | 'declined' | 'reversed' | 'tombstone' | 'unsaid';

/** An entry on which the two books differ, in its amount or its card, or about which the bank refused to answer. */
export interface Difference {
  readonly trace: string;
  readonly type: string;
  readonly card: string | null;
  /** Fen; null where that side does not have it. */
  readonly here: number | null;
  readonly there: number | null;
  /** Why `there` is null, and the code that the bank gave for it; missing where the bank has the entry. */
  readonly why?: NotThere;
  readonly code?: string;
  /** The bank's card, masked, where it is another one. */
  readonly bankCard?: string;
  /** The entry counts here and was not uploaded: this device cannot open its card's number any more. */
  readonly unsent?: true;
}

/** The steps of a settlement, in this order; each is on the disk before the next begins. */
export type SettlementStep =
  /** The bank has compared the totals, under a number of its own. */
  | { readonly kind: 'compared'; readonly flags: Flags; readonly bank: SettlementTotals; readonly reference?: string }
  /** Rows up to this entry's id have been taken by the bank. */
  | { readonly kind: 'uploaded'; readonly last: number; readonly rows: number }
  /** The rows that differ, found by asking the bank about each one. */
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  /** The batch is closed at the bank, which has the next one open. */
  | { readonly kind: 'ended'; readonly next: string }
  /**
   * The bank refuses this batch and has another one open: two people have closed it here, under the bank's reference.
   * Its totals were not agreed. `code` is the bank's refusal.
   */
  | {
      readonly kind: 'ruled';
      readonly people: readonly [string, string];
      readonly reference: string;
      readonly code: string;
      readonly next: string;
    }
  /** The slip's first byte is about to leave. */
  | { readonly kind: 'slip-begun' }
  | { readonly kind: 'slip-printed' };

export type Ruled = Extract<SettlementStep, { kind: 'ruled' }>;

/** A settlement as far as it has come. */
export interface Settlement {
  readonly id: number;
  readonly batch: Batch;
  readonly batchId: number;
  readonly operator: string;
  readonly totals: SettlementTotals;
  readonly begun_ms: number;
  readonly steps: readonly SettlementStep[];
  /** The newest step of this kind. */
  step<Kind extends SettlementStep['kind']>(kind: Kind): Extract<SettlementStep, { kind: Kind }> | null;
}

export interface Settlements {
  /** The settlement whose batch is not closed. For the open batch it goes before any other trade (money rule 6). */
  open(): Settlement | null;
  /** The newest, open or closed. */
  last(): Settlement | null;
  /** The oldest that has closed its batch and whose slip is owed still. */
  unprinted(): Settlement | null;
  begin(of: {
    readonly batchId: number;
    readonly operator: string;
    readonly totals: SettlementTotals;
    readonly now_ms: number;
  }): Settlement;
  note(settlement: Settlement, step: SettlementStep, now_ms: number): Settlement;
  /** Empties the cache: to be called before a batch is closed. */
  forget(): void;
}

const SETTLEMENT = `SELECT settlements.*, batches.number FROM settlements
  JOIN batches ON batches.id = settlements.batch`;

export function settlements(store: Store): Settlements {
  const newest = store.prepare(`${SETTLEMENT} ORDER BY settlements.id DESC LIMIT 1`);
  const unclosed = store.prepare(`${SETTLEMENT} WHERE settlements.batch NOT IN (SELECT batch FROM closings)
    ORDER BY settlements.id DESC LIMIT 1`);
  const owesSlip = store.prepare(`${SETTLEMENT} WHERE settlements.batch IN (SELECT batch FROM closings)
    AND settlements.id NOT IN (SELECT settlement FROM settlement_steps WHERE kind = 'slip-printed')
    ORDER BY settlements.id LIMIT 1`);
  const steps = store.prepare('SELECT kind, detail FROM settlement_steps WHERE settlement = ? ORDER BY number');
  const insert = store.prepare('INSERT INTO settlements (batch, operator, totals, begun_ms) VALUES (?, ?, ?, ?)');
  const insertStep = store.prepare(`INSERT INTO settlement_steps (settlement, number, kind, detail, at_ms)
    VALUES (?, ?, ?, ?, ?)`);

  const read = (row: Record<string, unknown> | undefined): Settlement | null => {
    if (row === undefined) return null;
    const found = steps.all(Number(row.id)).map(({ kind, detail }) => ({ kind, ...JSON.parse(String(detail)) }));
    return settlementOf(row, found);
  };
  const last = () => read(newest.get());
  /** A cache: idle screens, sales and the paper desk ask often. Emptied before each write, even one that then fails. */
  let known: { open?: Settlement | null; unprinted?: Settlement | null } = {};
  const forget = () => {
    known = {};
  };

  return {
    open() {
      if (known.open === undefined) known.open = read(unclosed.get());
      return known.open;
    },
    last,
    unprinted() {
      if (known.unprinted === undefined) known.unprinted = read(owesSlip.get());
      return known.unprinted;
    },
    forget,
    begin({ batchId, operator, totals, now_ms }) {
      forget();
      store.run(insert, batchId, operator, JSON.stringify(totals), now_ms);
      const begun = last();
      if (begun === null) throw new Error('the settlement that was just written is not there');
      return begun;
    },
    note(settlement, step, now_ms) {
      const { kind, ...detail } = step;
      forget();
      store.run(insertStep, settlement.id, settlement.steps.length, kind, JSON.stringify(detail), now_ms);
      return withSteps(settlement, [...settlement.steps, step]);
    },
  };
}

/** The newest step of this kind since the totals were last compared: an earlier one belongs to another comparison. */
export function sinceCompared<Kind extends SettlementStep['kind']>(
  { steps }: Settlement,
  kind: Kind,
): Extract<SettlementStep, { kind: Kind }> | null {
  const since = steps.slice(steps.findLastIndex((step) => step.kind === 'compared'));
  return newestOf(since, kind);
}

function newestOf<Kind extends SettlementStep['kind']>(steps: readonly SettlementStep[], kind: Kind) {
  return (steps.findLast((step) => step.kind === kind) ?? null) as Extract<SettlementStep, { kind: Kind }> | null;
}

function settlementOf(row: Record<string, unknown>, found: readonly SettlementStep[]): Settlement {
  const whole = {
    id: Number(row.id),
    batch: batch(String(row.number)),
    batchId: Number(row.batch),
    operator: String(row.operator),
    totals: JSON.parse(String(row.totals)),
    begun_ms: Number(row.begun_ms),
  };
  return withSteps(whole, found);
}

function withSteps(of: Omit<Settlement, 'steps' | 'step'>, steps: readonly SettlementStep[]): Settlement {
  return {
    ...of,
    steps,
    step: (kind) => newestOf(steps, kind),
  };
}
