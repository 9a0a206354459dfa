/** What the bank's desk may be told that it cannot do, by name: a page says each in words of its own. */
export const PROBLEMS = [
  ...(['words', 'two-people', 'six-digits', 'seconds', 'no-trade', 'no-such-trade', 'said', 'stands'] as const),
  ...(['closed', 'given-back', 'taken', 'no-merchant', 'no-card', 'settled', 'traded', 'settling', 'no-day'] as const),
  ...(['open-batch', 'open-again', 'asked', 'same', 'whose-card', 'slip-amount', 'another-trade', 'failed'] as const),
];

/** Its name, with the facts that fill in a sentence about it. */
export type Problem = Readonly<Record<string, string | number>> & { readonly kind: (typeof PROBLEMS)[number] };

/** What a command cannot do, and what to do instead. */
export class Unable extends Error {
  readonly remedy: string;
  readonly problem: Problem | null;
  constructor(message: string, remedy: string, problem: Problem | null = null) {
    super(message);
    this.remedy = remedy;
    this.problem = problem;
  }
}
