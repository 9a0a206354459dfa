import { type Batch, batch } from '../values/trace.ts';
import type { Store } from './store.ts';
import type { SettlementTotals } from './sums.ts';
import type { CardGroup } from './types.ts';

/** 1 balanced, 2 unbalanced, 3 the bank finds that the figures contradict themselves. */
export type Flag = 1 | 2 | 3;
export type Flags = Readonly<Record<CardGroup, Flag>>;

/**
 * Why the bank's side has nothing: its books hold no such transaction, it declined or reversed it, it was told to reverse
 * it before it came, or it has refused to say.
 */
export type NotThere = 'none' | 'declined' | 'reversed' | 'tombstone' | 'unsaid';

/** An entry that the two books have differently: in its amount or in its card; or of which the bank would not say. */
export interface Difference {
  readonly trace: string;
  readonly type: string;
  readonly card: string | null;
  /** Fen; null where that side does not have it. */
  readonly here: number | null;
  readonly there: number | null;
  /** Where `there` is null, and the code that the bank gave for it; missing where the bank has it. */
  readonly why?: NotThere;
  readonly code?: string;
  /** The bank's card, masked, where it is another one. */
  readonly bankCard?: string;
  /** It counts here and was not uploaded: this device cannot open its card's number any more. */
  readonly unsent?: true;
}

/** What has been done of a settlement, in this order; each is on the disk before the next begins. */
export type SettlementStep =
  /** The bank has compared the totals, under a number of its own. */
  | { readonly kind: 'compared'; readonly flags: Flags; readonly bank: SettlementTotals; readonly reference?: string }
  /** Rows up to this entry's id have been taken by the bank. */
  | { readonly kind: 'uploaded'; readonly last: number; readonly rows: number }
  /** Each row that differs, asked one by one. */
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  /** The batch is closed at the bank, which has the next one open. */
  | { readonly kind: 'ended'; readonly next: string }
  /**
   * The bank takes no more of this batch and has another one open: two people have closed it here, under the bank's
   * reference. What it came to was not agreed. `code` is the bank's refusal.
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
  /** Of each kind the newest. */
  step<Kind extends SettlementStep['kind']>(kind: Kind): Extract<SettlementStep, { kind: Kind }> | null;
}

export interface Settlements {
  /** The one that has begun and not closed its batch yet: where that is the open one, it goes on before any other trade (money rule 6). */
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
  /** A batch is about to be closed. */
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
  /** Asked at each idle screen, sale and turn of the paper desk: forgotten before each write, whatever comes of that. */
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

/** The newest of a kind since the totals were compared last: what came before that is of another comparison. */
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
