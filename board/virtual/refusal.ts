/** The names of refusals that a user of the page can meet; the page has a text of its own for each. */
export const PROBLEMS = [
  'no-power',
  'crashed',
  'no-card-now',
  'reader-off',
  'not-fitted',
  'bank-away',
  'board-failed',
] as const;

/** Thrown where the control API refuses a call: an HTTP status, what was wrong, and what to do. */
export class Refusal extends Error {
  readonly status: number;
  readonly remedy: string;
  /** The field of the request that is at fault, where one is. */
  readonly field: string | null;
  /** Further facts for the caller, beside `error` and `remedy`. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    error: string,
    remedy: string,
    more: { field?: string; facts?: Record<string, unknown>; problem?: (typeof PROBLEMS)[number] } = {},
  ) {
    super(error);
    this.name = 'Refusal';
    this.status = status;
    this.remedy = remedy;
    this.field = more.field ?? null;
    this.facts = { ...more.facts, ...(more.problem === undefined ? {} : { problem: { kind: more.problem } }) };
  }

  toJSON(): Record<string, unknown> {
    const field = this.field === null ? {} : { field: this.field };
    return { error: this.message, remedy: this.remedy, ...field, ...this.facts };
  }
}

/** Turns any error into a Refusal. Others are bugs of the board: their texts go to its log, not to the caller. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return new Refusal(500, 'the virtual board failed', 'See board.log in GUITAI_DIR.', { problem: 'board-failed' });
}
