/** What somebody at the page may be refused by hand, by name: the page says each in words of its own. */
export const PROBLEMS = [
  'no-power',
  'crashed',
  'no-card-now',
  'reader-off',
  'not-fitted',
  'bank-away',
  'board-failed',
] as const;

/** What the control API answers instead of doing: an HTTP status, what was wrong, and what to do. */
export class Refusal extends Error {
  readonly status: number;
  readonly remedy: string;
  /** The field of the request that is at fault, where one is. */
  readonly field: string | null;
  /** Facts that help whoever asked, beside `error` and `remedy`. */
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

/** A bug of the board: its words go to the board's log, not to whoever asked. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return new Refusal(500, 'the virtual board failed', 'See board.log in GUITAI_DIR.', { problem: 'board-failed' });
}
