import { type Clock, within } from '../values/clock.ts';
import { Fault, type Problem } from '../values/problem.ts';

/** The parts that the self-check asks, in the order of the screen. */
export type Part = 'keypad' | 'display' | 'reader' | 'printer' | 'storage' | 'clock' | 'keys' | 'line';

/** One question to one part, answered by a real exchange: a detail worth showing, or a Fault that says what is wrong. */
export interface Probe {
  readonly part: Part;
  /** Without it no sale is possible, so the check does not end while it fails. */
  readonly needed: boolean;
  readonly deadline_ms: number;
  /** Resolves to a short detail for the row ("18 ms"), or null where "ok" says all. */
  ask(signal: AbortSignal): Promise<string | null>;
}

export interface CheckupRow {
  readonly part: Part;
  readonly needed: boolean;
  readonly state: 'pending' | 'ok' | 'failed';
  readonly detail: string | null;
  readonly problem: Problem | null;
}

/**
 * Asks all parts at once and shows each row as its answer comes; resolves to the finished rows. A bug in a probe is
 * thrown, not shown.
 */
export async function checkUp(
  probes: readonly Probe[],
  clock: Clock,
  show: (rows: readonly CheckupRow[]) => void,
): Promise<readonly CheckupRow[]> {
  const rows: CheckupRow[] = probes.map(({ part, needed }) => ({
    part,
    needed,
    state: 'pending',
    detail: null,
    problem: null,
  }));
  show([...rows]);
  await Promise.all(
    probes.map(async (probe, place) => {
      rows[place] = await answerOf(probe, clock);
      show([...rows]);
    }),
  );
  return rows;
}

/** Whether a sale is possible: all that it needs has answered well. */
export function saleIsPossible(rows: readonly CheckupRow[]): boolean {
  return rows.every((row) => row.state === 'ok' || !row.needed);
}

/** Problems of a needed part with which a sale is still possible. */
const BEARABLE: readonly Problem['kind'][] = ['archive-broken'];

async function answerOf({ part, needed, deadline_ms, ask }: Probe, clock: Clock): Promise<CheckupRow> {
  try {
    const detail = await within(clock, deadline_ms, async (signal) => ({ of: await ask(signal) }));
    if (detail !== null) return { part, needed, state: 'ok', detail: detail.of, problem: null };
    const problem: Problem = { kind: 'part-silent', part, waited_ms: deadline_ms };
    return { part, needed, state: 'failed', detail: null, problem };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { problem } = error;
    return { part, needed: needed && !BEARABLE.includes(problem.kind), state: 'failed', detail: null, problem };
  }
}
