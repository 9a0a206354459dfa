import type { Config } from '../../src/config/config.ts';

/** How a day differs from the usual one; what is not said is as `firmware-config` has it. */
export interface Variety {
  readonly language?: 'en';
  /** The acquirer answers no inquiries, or does not say which transaction is its newest. */
  readonly inquiry?: 'none' | 'no-newest';
  /** A printer that knows GS r alone, or one that does not drop its buffers when it is told to. */
  readonly printer?: 'no-process-ids' | 'never-clears';
  /** A clock that a fault has set wrong stays wrong. */
  readonly clock?: 'stays-off';
  /** The day begins with settlements so far apart that the oldest batches are forgotten. */
  readonly years?: true;
}

/** How the day of this seed differs: a hundred seeds have several days of each kind; every pair occurs somewhere. */
export function varietyOf(seed: number): Variety {
  return {
    ...(seed % 3 === 2 && { language: 'en' }),
    ...(seed % 7 === 3 && { inquiry: 'none' }),
    ...(seed % 7 === 5 && { inquiry: 'no-newest' }),
    ...(seed % 11 === 4 && { printer: 'no-process-ids' }),
    ...(seed % 11 === 7 && { printer: 'never-clears' }),
    ...(seed % 5 === 1 && { clock: 'stays-off' }),
    ...(seed % 25 === 20 && { years: true }),
  };
}

export function configOf(config: Config, { language, inquiry, printer }: Variety): Config {
  const { terminal, profile, board } = config;
  const { transactions } = profile;
  return {
    ...config,
    // The board's description says how its printer confirms.
    board:
      printer === 'no-process-ids' ? { ...board, printer: { ...board.printer, confirms: 'queued-status' } } : board,
    terminal: language === undefined ? terminal : { ...terminal, language },
    profile: {
      ...profile,
      transactions: {
        ...transactions,
        ...(inquiry === 'none' && { inquiry: { offered: false } }),
        ...(inquiry === 'no-newest' && { inquiry: { offered: true, newest: false } }),
      },
    },
  };
}
