/** The names of all reasons why a command cannot be done; a page has a text of its own for each. */
export const PROBLEMS = [
  ...(['words', 'two-people', 'six-digits', 'seconds', 'no-trade', 'no-such-trade', 'said', 'stands'] as const),
  ...(['closed', 'given-back', 'taken', 'no-merchant', 'no-card', 'settled', 'traded', 'settling', 'no-day'] as const),
  ...(['open-batch', 'open-again', 'asked', 'same', 'whose-card', 'slip-amount', 'another-trade', 'failed'] as const),
];

/** A reason's name, with the facts for a sentence about it. */
export type Problem = Readonly<Record<string, string | number>> & { readonly kind: (typeof PROBLEMS)[number] };

/** Thrown where a command cannot be done; says why, and what to do instead. */
export class Unable extends Error {
  readonly remedy: string;
  readonly problem: Problem | null;
  constructor(message: string, remedy: string, problem: Problem | null = null) {
    super(message);
    this.remedy = remedy;
    this.problem = problem;
  }
}
