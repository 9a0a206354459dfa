/** Do the terminal's journal and the bank's books say the same? Row by row, by batch and trace. */

export interface Agreement {
  readonly terminal: number;
  readonly bank: number;
  /** Rows that are not at their end yet: unknown, being reversed. They are no disagreement so far. */
  readonly open: number;
  readonly differing: readonly {
    readonly batch: string;
    readonly trace: string;
    readonly terminal: string;
    readonly bank: string;
  }[];
}

const ABSENT = 'absent';

/** What the bank may say of a row that the terminal's journal shows in this state (`money.md` 17). */
const agreeing: Readonly<Record<string, readonly string[]>> = {
  approved: ['posted'],
  declined: ['declined', ABSENT],
  reversed: ['reversed', 'tombstone', ABSENT],
  'reversed-unconfirmed': ['reversed', 'tombstone', 'declined', ABSENT],
  voided: ['voided', 'reversed'],
  refunded: ['posted', 'refunded'],
};
const stillOpen: ReadonlySet<string> = new Set(['pending', 'unknown', 'reversing', 'parked']);

export function agreement(journal: readonly unknown[], transactions: readonly unknown[]): Agreement {
  const ours = byTrace(journal);
  const theirs = byTrace(transactions.filter((row) => isMoney(row)));
  const differing = [];
  let open = 0;
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const terminal = ours.get(key) ?? ABSENT;
    const bank = theirs.get(key) ?? ABSENT;
    if (stillOpen.has(terminal)) open++;
    else if (terminal === ABSENT ? bank === 'posted' : !(agreeing[terminal] ?? [terminal]).includes(bank)) {
      const [batch = '', trace = ''] = key.split('/');
      differing.push({ batch, trace, terminal, bank });
    }
  }
  return { terminal: ours.size, bank: theirs.size, open, differing };
}

function byTrace(rows: readonly unknown[]): Map<string, string> {
  const states = new Map<string, string>();
  for (const row of rows) {
    const { batch, trace, state } = row as Record<string, unknown>;
    // The same number may be written 45 by one side and 000045 by the other.
    states.set(`${String(batch).padStart(6, '0')}/${String(trace).padStart(6, '0')}`, String(state));
  }
  return states;
}

function isMoney(row: unknown): boolean {
  const { type } = row as Record<string, unknown>;
  return !['signin', 'signout', 'echo', 'reversal'].includes(String(type));
}
