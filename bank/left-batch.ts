import { type Fen, fen } from '../src/values/fen.ts';
import { foundOut } from './cases.ts';
import type { Office } from './office.ts';
import { totalsOfEntries } from './settlements.ts';
import { Unable } from './unable.ts';
import { GROUPS, type Totals, totalsOf } from './upload.ts';

/** Two people of the bank and their paper: they may take a batch away from a terminal that is settling it. */
export interface ByHand {
  readonly people: readonly [string, string];
  readonly reference: string;
}

/** The batch that the terminal had before, and how many transactions count in it that were never settled. */
export interface Left {
  readonly batch: string;
  readonly unsettled: number;
}

/**
 * Moves a terminal to another batch. What it has not settled of the old one is cleared like everything else, and a case
 * follows it. While the terminal is settling, only two people may do this (else it throws an `Unable`): every further
 * step of that settlement is then answered 77, and two people close the batch at the terminal too. To be called inside
 * a transaction.
 */
export function moveBatch(
  office: Office,
  { terminal, batch, byHand }: { terminal: string; batch: string; byHand: ByHand | null },
): Left {
  const from = office.terminals.batch(terminal);
  if (batch === from) return { batch: from, unsettled: 0 };
  if (isOver(office, terminal, batch)) {
    throw new Unable(
      `batch ${batch} of ${terminal} is over`,
      'a number that neither {"do":"settlements"} nor {"do":"cases"} shows',
      { kind: 'settled', batch },
    );
  }
  if ((office.cases.of(caseOf(terminal, batch))?.askedAt ?? null) !== null) {
    throw new Unable(
      `the terminal ${terminal} has asked to settle batch ${batch} since it was left: two people may have closed it there`,
      'a number that is new; what is in that batch is settled under its case',
      { kind: 'asked', batch },
    );
  }
  if (office.trades.isIn(terminal, batch) && office.trades.isIn(terminal, from)) {
    throw new Unable(`batch ${batch} of ${terminal} has had trades, and batch ${from} too`, 'a number that is new', {
      ...{ kind: 'traded', batch },
    });
  }
  const underway = office.settlements.find(terminal, from);
  if (underway !== null && byHand === null) {
    throw new Unable(
      `batch ${from} of ${terminal} is being settled`,
      'finish it at the terminal (menu 7); where it cannot, add "people": ["Li", "Wang"] and "reference": the batch is' +
        ' left to a case, and two people close it at the terminal',
      { kind: 'settling', batch: from },
    );
  }
  // Two people's move opens a case even where nothing counts here: the terminal may still have unsent entries.
  const unsettled = followUnsettled(office, { terminal, batch: from, asked: null, empty: byHand !== null });
  office.terminals.setBatch(terminal, batch);
  if (byHand !== null) {
    const answer = foundOut.moved(batch, byHand.reference);
    office.cases.answerBatch(terminal, from, { answer, by: byHand.people.join(', '), at: office.clock.now() });
  }
  return { batch: from, unsettled };
}

/**
 * Whether the terminal was moved away from this batch before a settlement or two people ended it: advices of what the
 * counter had finished in it are still accepted. A batch without a trade or a case is not known here and so is not
 * left.
 */
export function isLeft(office: Office, terminal: string, batch: string): boolean {
  const isKnown = hasAny(office, terminal, batch);
  return batch !== office.terminals.batch(terminal) && isKnown && !isOver(office, terminal, batch);
}

/** Whether the bank has a trade or a case of the batch. */
function hasAny({ cases, trades }: Office, terminal: string, batch: string): boolean {
  return cases.of(caseOf(terminal, batch)) !== null || trades.isIn(terminal, batch);
}

/** Whether the terminal has had the batch before: a settlement never moves it to such a number. */
export function wasHad(office: Office, terminal: string, batch: string): boolean {
  return hasAny(office, terminal, batch) || isOver(office, terminal, batch);
}

/** Whether a settlement or two people have ended it: nothing comes into it again. */
export function isOver({ settlements, cases }: Office, terminal: string, batch: string): boolean {
  const settled = settlements.find(terminal, batch)?.closedAt ?? null;
  const one = cases.of(caseOf(terminal, batch));
  // A terminal that says something else afterwards reopens the case, not the batch.
  return settled !== null || (one !== null && (one.state === 'closed' || cases.wasClosed(one.id)));
}

/** The key of the case about a batch as a whole. */
function caseOf(terminal: string, batch: string) {
  return { reason: 'unsettled', terminal, batch, trace: '000000' } as const;
}

/**
 * Opens the one case of a batch that terminal and bank have not settled, or brings it up to date with what the terminal
 * said last: now (`asked`), or else earlier. A batch of which the bank has nothing gets no case, as any 0500 can name
 * one, unless `empty` is set. Returns how many transactions count in it.
 */
export function followUnsettled(
  office: Office,
  { terminal, batch, asked, empty = false }: { terminal: string; batch: string; asked: Totals | null; empty?: boolean },
): number {
  const settlement = office.settlements.find(terminal, batch);
  const entries = office.settlements.entries(terminal, batch);
  const before = office.cases.of(caseOf(terminal, batch));
  if (settlement === null && entries.length === 0 && !empty && before === null) return 0;
  const bank = netOf(totalsOfEntries(entries));
  const said = asked ?? (settlement === null ? null : totalsOf(settlement.asked));
  const saidNet = said === null ? null : netOf(said);
  // A late advice or reversal does not say the total: what a refused 0500 has said of it stays.
  const theirs = asked === null ? (before?.terminalNet ?? saidNet) : saidNet;
  office.cases.followBatch({
    ...{ ...caseOf(terminal, batch), settlement: settlement?.id ?? null },
    ...{ merchant: office.seed.terminals.get(terminal)?.merchant ?? '', trade: null, card: null, pan: null },
    amount: theirs === null ? (0 as Fen) : fen(Math.abs(bank - theirs)),
    bankAmount: fen(Math.abs(bank)),
    terminalAmount: fen(Math.abs(theirs ?? 0)),
    at: office.clock.now(),
  });
  if (asked !== null) office.cases.askedBatch(terminal, batch, { net: theirs, at: office.clock.now() });
  return entries.length;
}

/** What the merchant is owed for it, before fees; below zero where more was given back than sold. */
function netOf(totals: Totals): number {
  return GROUPS.reduce((net, group) => net + totals[group].debit.amount - totals[group].credit.amount, 0);
}
