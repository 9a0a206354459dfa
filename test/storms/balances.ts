import { cardAccount, holdAccount } from '../../bank/ledger.ts';
import type { Office } from '../../bank/office.ts';
import { maskedPan, type WalletCard } from '../../board/virtual/wallet.ts';
import type { Row } from '../../src/journal/entry.ts';
import type { EntryType } from '../../src/journal/types.ts';
import type { Act, OtherTerminal } from './elsewhere.ts';
import { CARDS } from './flows.ts';
import type { Finding } from './oracles.ts';

/** Compares what each card has paid, and what is held of it, at the bank with what the terminal's rows say. */
export interface Balances {
  /** `rows`: what the journal holds when the day begins. */
  begin(rows: readonly Row[]): void;
  /** `rows`, newest first: the new ones, and older ones whose state may have changed. */
  check(rows: readonly Row[]): Finding[];
}

/** The sign with which a success counts toward what the card has paid; `worthOf` has the rule for an adjustment. */
const TAKES: Partial<Record<EntryType, 1 | -1>> = {
  ...{ sale: 1, instalment: 1, offline: 1, voice: 1, completion: 1, 'completion-advice': 1, tip: 1 },
  ...{ void: -1, 'completion-void': -1, refund: -1 },
};

const standing: readonly string[] = ['approved', 'voided', 'refunded'];

/** A pre-authorisation with what was made of it, each by its row and as its newest state has it. */
interface Hold {
  readonly card: string;
  amount: number;
  readonly additions: Map<number, number>;
  /** Releases and completions; true while one stands, so that the hold is over. A voided completion is false. */
  readonly ends: Map<number, boolean>;
}

/** `elsewhere`: what the merchant's other terminal has done; no row of this terminal shows it. */
export function balances(
  office: () => Office,
  wallet: readonly WalletCard[],
  elsewhere: Pick<OtherTerminal, 'acts'>,
): Balances {
  const masked = new Map(
    CARDS.map((id) => [maskedPan(wallet.find((card) => card.id === id)?.pan ?? ''), id as string]),
  );
  const taken = new Map<number, { readonly card: string; readonly fen: number }>();
  const paid = new Map<string, number>();
  const holds = new Map<string, Hold>();
  /** By a completion's trace: the hold that it ended, and the completion's own row. */
  const completed = new Map<string, { readonly hold: Hold; readonly id: number }>();
  let base: ReadonlyMap<string, Standing> = new Map();
  /** How many of the other terminal's acts were done before the day began. */
  let actsBefore = 0;

  function take(row: Row): void {
    const card = masked.get(row.card ?? '');
    if (card === undefined) return;
    const fen = standing.includes(row.state) ? worthOf(row) : 0;
    paid.set(card, (paid.get(card) ?? 0) + fen - (taken.get(row.id)?.fen ?? 0));
    taken.set(row.id, { card, fen });
    hold(row, card);
  }

  function hold(row: Row, card: string): void {
    const { type, trace, original, id, amount } = row;
    const stands = standing.includes(row.state);
    if (type === 'preauth') {
      const known = holds.get(trace) ?? { card, amount: 0, additions: new Map(), ends: new Map() };
      known.amount = stands ? amount : 0;
      holds.set(trace, known);
    }
    const of = holds.get(original ?? '');
    if (type === 'preauth-add') of?.additions.set(id, stands ? amount : 0);
    if (type === 'preauth-void') of?.ends.set(id, stands);
    if ((type === 'completion' || type === 'completion-advice') && of !== undefined) {
      of.ends.set(id, stands && !undone.has(id));
      completed.set(trace, { hold: of, id });
    }
    const completion = completed.get(original ?? '');
    if (type !== 'completion-void' || completion === undefined) return;
    if (stands) undone.add(completion.id);
    completion.hold.ends.set(completion.id, !undone.has(completion.id));
  }
  /** Rows of completions that were voided. */
  const undone = new Set<number>();

  function heldOf(card: string): number {
    let sum = 0;
    for (const { card: of, amount, additions, ends } of holds.values()) {
      if (of !== card || amount === 0 || [...ends.values()].includes(true)) continue;
      sum += [...additions.values()].reduce((left, addition) => left + addition, amount);
    }
    return sum;
  }

  const atBank = (card: string): Standing => {
    const { ledger } = office();
    const held = ledger.balance(holdAccount(card));
    return { held, paid: -ledger.balance(cardAccount(card)) - held };
  };

  return {
    begin(rows) {
      for (const row of rows.toReversed()) take(row);
      actsBefore = elsewhere.acts.length;
      // The difference between the bank and the rows at the start of the day: only what changes after it is compared.
      base = new Map(
        CARDS.map((card) => {
          const there = atBank(card);
          return [card, { paid: there.paid - (paid.get(card) ?? 0), held: there.held - heldOf(card) }];
        }),
      );
    },
    check(rows) {
      for (const row of rows.toReversed()) take(row);
      return CARDS.flatMap((card) => {
        const there = atBank(card);
        const acts = elsewhere.acts.slice(actsBefore).filter((act) => masked.get(act.card ?? '') === card);
        const elsewhereOf = (of: keyof Standing) => acts.reduce((sum, act) => sum + movedBy(act)[of], 0);
        const here = { paid: (paid.get(card) ?? 0) + elsewhereOf('paid'), held: heldOf(card) + elsewhereOf('held') };
        const before = base.get(card) ?? { paid: 0, held: 0 };
        const [more, held] = [there.paid - before.paid - here.paid, there.held - before.held - here.held];
        return [
          ...(more === 0
            ? []
            : [
                {
                  kind: more > 0 ? 'doubled' : 'lost',
                  text: `${card} has paid ${more} fen more at the bank than the rows say`,
                } as const,
              ]),
          ...(held === 0
            ? []
            : [{ kind: 'books', text: `${held} fen more are held of ${card} at the bank than the rows say` } as const]),
        ];
      });
    },
  };
}

function movedBy({ what, amount }: Act): Standing {
  if (what === 'refund') return { paid: -amount, held: 0 };
  return { paid: what === 'completion' ? amount : 0, held: -amount };
}

interface Standing {
  readonly paid: number;
  readonly held: number;
}

function worthOf({ type, amount, particulars }: Row): number {
  if (type === 'adjust') return amount - (particulars.before ?? amount);
  return (TAKES[type] ?? 0) * amount;
}
