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
    more: { field?: string; facts?: Record<string, unknown> } = {},
  ) {
    super(error);
    this.name = 'Refusal';
    this.status = status;
    this.remedy = remedy;
    this.field = more.field ?? null;
    this.facts = more.facts ?? {};
  }

  toJSON(): Record<string, unknown> {
    const field = this.field === null ? {} : { field: this.field };
    return { error: this.message, remedy: this.remedy, ...field, ...this.facts };
  }
}
