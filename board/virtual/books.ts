/** Compares the terminal's journal with the bank's books, row by row, by batch and trace. */

export interface Agreement {
  readonly terminal: number;
  readonly bank: number;
  /** Rows without a final state yet (unknown, being reversed). They do not count as differing. */
  readonly open: number;
  readonly differing: readonly {
    readonly batch: string;
    readonly trace: string;
    readonly terminal: string;
    readonly bank: string;
  }[];
}

const ABSENT = 'absent';

/** The bank's states that agree with each state of the terminal's journal (`money.md` 17). */
const agreeing: Readonly<Record<string, readonly string[]>> = {
  approved: ['posted'],
  declined: ['declined', ABSENT],
  reversed: ['reversed', 'tombstone', ABSENT],
  'reversed-unconfirmed': ['reversed', 'tombstone', 'declined', ABSENT],
  voided: ['voided'],
  refunded: ['posted', 'refunded'],
};
const stillOpen: ReadonlySet<string> = new Set(['pending', 'unknown', 'reversing', 'parked']);

/** Lists as long as `most` may have been cut off: then a row that is in one list only is not compared. */
export function agreement(
  journal: readonly unknown[],
  transactions: readonly unknown[],
  most = Number.POSITIVE_INFINITY,
): Agreement {
  const cutOff = journal.length >= most || transactions.length >= most;
  const ours = byTrace(journal);
  const theirs = byTrace(transactions.filter((row) => isMoney(row)));
  // A void whose result is open leaves its sale open too: the bank may have voided it.
  const undone = new Set(
    [...ours.values()].flatMap(({ state, undoes }) => (stillOpen.has(state) ? (undoes ?? []) : [])),
  );
  const differing = [];
  let open = 0;
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const terminal = ours.get(key)?.state ?? ABSENT;
    const bank = theirs.get(key)?.state ?? ABSENT;
    if (cutOff && (terminal === ABSENT || bank === ABSENT)) continue;
    if (stillOpen.has(terminal)) open++;
    else if (undone.has(key)) continue;
    else if (
      terminal === ABSENT ? bank === 'posted' : !agree(terminal, bank) || !sameAmount(ours.get(key), theirs.get(key))
    ) {
      const [batch = '', trace = ''] = key.split('/');
      differing.push({ batch, trace, terminal, bank });
    }
  }
  return { terminal: ours.size, bank: theirs.size, open, differing };
}

function agree(terminal: string, bank: string): boolean {
  return (agreeing[terminal] ?? [terminal]).includes(bank);
}

/** A tombstone always agrees: the bank does not know the amount of an original that never came. */
function sameAmount(ours: Row | undefined, theirs: Row | undefined): boolean {
  return ours === undefined || theirs === undefined || theirs.state === 'tombstone' || ours.amount === theirs.amount;
}

interface Row {
  readonly state: string;
  readonly amount: number;
  /** The key of the row that this one undoes. */
  readonly undoes: string | null;
}

function byTrace(rows: readonly unknown[]): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const { batch, trace, state, amount, original } = row as Record<string, unknown>;
    const undoes = typeof original === 'string' ? keyOf(batch, original) : null;
    found.set(keyOf(batch, trace), { state: String(state), amount: Number(amount) + tippedOn(row), undoes });
  }
  return found;
}

/** For a tip the bank's row has the total, the terminal's row the tip and the amount before it, which is added here. */
function tippedOn(row: unknown): number {
  const { type, particulars } = row as { type?: unknown; particulars?: { before?: unknown } };
  return type === 'tip' && typeof particulars?.before === 'number' ? particulars.before : 0;
}

/** One side may write 45 where the other writes 000045. A void is in the same batch as its sale. */
function keyOf(batch: unknown, trace: unknown): string {
  return `${String(batch).padStart(6, '0')}/${String(trace).padStart(6, '0')}`;
}

function isMoney(row: unknown): boolean {
  const { type } = row as Record<string, unknown>;
  return !['signin', 'signout', 'echo', 'reversal'].includes(String(type));
}
