import type { Office } from '../../bank/office.ts';
import type { Trade } from '../../bank/trades.ts';
import type { WalletCard } from '../../board/virtual/wallet.ts';
import type { Row } from '../../src/journal/entry.ts';
import type { EntryType } from '../../src/journal/types.ts';
import type { State } from '../../src/values/state.ts';
import { balances } from './balances.ts';
import type { Errand } from './clerk.ts';
import { disagreements, leftOn } from './customer.ts';
import { type Elsewhere, liesAbout, type OtherTerminal } from './elsewhere.ts';
import type { Seen } from './eye.ts';
import { chargedHold } from './holds.ts';
import { type Books, paperLedger } from './paper.ts';
import { contradictions } from './sayings.ts';
import { atRest, misfigured, settledBooks, TERMINAL } from './settled.ts';
import type { World } from './world.ts';

/** Something wrong at a counter that has come to rest. `lost` and `doubled` are about money. */
export interface Finding {
  readonly kind: 'lost' | 'doubled' | 'books' | 'owed' | 'paper' | 'screen' | 'crash' | 'stuck' | 'refused';
  readonly text: string;
}

/** The ledgers that must agree: the bank's, the terminal's journal, the paper and what the screens said. */
export interface Oracles {
  /** Remembers the newest row and the newest trade. */
  begin(): void;
  /** Checks everything that has happened since `begin`. */
  check(errand: Errand): readonly Finding[];
  /** Checks the whole day after one more sign-in, and adds up every posting of the bank's ledger again. */
  recount(): readonly Finding[];
}

/** The bank's states that agree with each state here; null: at rest no entry may have it. */
const agreed: Readonly<Record<State, readonly (Trade['state'] | 'none')[] | null>> = {
  approved: ['posted'],
  voided: ['voided'],
  declined: ['declined', 'none'],
  // An inquiry has said that nothing was ever taken.
  reversed: ['reversed', 'tombstone'],
  'reversed-unconfirmed': ['tombstone'],
  refunded: ['posted'],
  pending: null,
  unknown: null,
  reversing: null,
  parked: null,
};

/** Types whose amount the clerk types, and checks before Enter. */
export const asksItself: readonly string[] = ['sale', 'preauth', 'instalment', 'offline', 'voice'];
const charged: readonly string[] = ['posted', 'voided', 'refunded'];
const standing: readonly string[] = ['approved', 'voided', 'refunded'];

/** How many older rows and trades are compared again after an errand, and how many in all at the day's end. */
const OLDER = 6;
const OF_A_DAY = 200;
/** How long the journal keeps a closed batch by default. */
const KEPT_MS = 400 * 86_400_000;

/** Stands for another terminal that has done nothing. */
const NOBODY: Pick<OtherTerminal, 'did' | 'acts'> = { did: () => null, acts: [] };

/** `lastRow`: the newest row of a journal that is there already. */
export function oracles(world: World, wallet: readonly WalletCard[], lastRow = 0, other = NOBODY): Oracles {
  const { did } = other;
  const paper = paperLedger(lastRow);
  const settlements = settledBooks(world, paper);
  const cards = balances(() => world.bank.office, wallet, other);
  /** The newest row that has been looked at; null before any has. */
  let seenTo: number | null = null;
  let lastTrade = 0;

  /** This terminal's trades after `id`, newest first. */
  const tradesAfter = (id: number): Trade[] => {
    const found: Trade[] = [];
    for (let next = newestTrade(); next > Math.max(id, 0); next--) {
      const trade = world.bank.office.trades.byId(next);
      // The merchant's other terminal has a journal of its own.
      if (trade?.terminal === TERMINAL) found.push(trade);
    }
    return found;
  };
  const tradesOfDay = () => tradesAfter(newestTrade() - OF_A_DAY);
  const rows = (limit: number) => world.journal?.rows({ limit }) ?? [];
  const newestTrade = () => world.bank.office.trades.nextId() - 1;
  const newestRow = () => world.journal?.last()?.id;
  /** Older rows and trades are looked up one by one: few slips are about them. */
  const booksOf = (entries: readonly Row[], pairs: readonly (readonly [Row, Trade | null])[]): Books => {
    const { office } = world.bank;
    const is = (batch: string, trace: string) => (of: { batch: string; trace: string }) =>
      of.batch === batch && of.trace === trace;
    return {
      rowOf: (batch, trace) => entries.find(is(batch, trace)) ?? rows(OF_A_DAY).find(is(batch, trace)) ?? null,
      isOpen: (batch) => batch === world.journal?.batch,
      tradeOf: (batch, trace) =>
        pairs.find(([row]) => is(batch, trace)(row))?.[1] ?? office.trades.find({ terminal: TERMINAL, batch, trace }),
      charged: (trade) => chargedHold(office, trade),
      rowsIn(batch) {
        for (let limit = OF_A_DAY; ; limit *= 4) {
          const all = rows(limit);
          // Otherwise the batch may have more rows further back.
          if (all.length < limit || all.at(-1)?.batch !== batch) return all.filter((row) => row.batch === batch);
        }
      },
      countedOf(batch) {
        const closed = office.settlements.find(TERMINAL, batch);
        return closed?.ended != null ? closed.counted : null;
      },
    };
  };

  return {
    begin() {
      lastRow = newestRow() ?? lastRow;
      lastTrade = newestTrade();
    },
    check(errand) {
      const { journal, crashes } = world;
      const findings: Finding[] = crashes.map((text) => ({ kind: 'crash', text }));
      findings.push(...world.lookout.ghosts.map((text): Finding => ({ kind: 'books', text })));
      findings.push(...world.lookout.balances.map((text): Finding => ({ kind: 'screen', text })));
      if (journal === null) return [...findings, { kind: 'refused', text: JSON.stringify(world.refused) }];
      const book = tradesAfter(lastTrade - OLDER);
      // The rows that prepared the errand are checked too.
      const newest = newestRow() ?? 0;
      const from = Math.min(lastRow, seenTo ?? lastRow);
      const entries = rows(newest - from + OLDER);
      if (seenTo === null) cards.begin(rows(OF_A_DAY));
      seenTo = newest;
      const of = placed(entries, book);
      for (const [row, trade] of of.pairs) findings.push(...compared(row, trade, lastRow, did(row.trace)));
      findings.push(...unlinked(of.pairs, lastRow, world.bank.office));
      for (const trade of of.unknown) {
        if (trade.id > lastTrade) findings.push({ kind: 'lost', text: `no row of ${said(trade)}` });
      }
      const taken = book.filter(({ id, state }) => id > lastTrade && state === 'posted');
      const asked = askedFor(errand.flow.type, world.lookout.seen);
      const posted = taken.filter(({ type }) => asked.includes(type));
      // A child's keys, or a key that bounced, may open another flow than the clerk's.
      const isSure = !world.meter.struck.some(({ fault }) => fault === 'finger' || fault === 'key-bounce');
      for (const trade of isSure ? taken : []) {
        if (!posted.includes(trade)) findings.push({ kind: 'books', text: `nobody has asked for ${said(trade)}` });
      }
      if (posted.length > 1) findings.push({ kind: 'doubled', text: posted.map(said).join(' and ') });
      for (const trade of posted) {
        if (asksItself.includes(trade.type) && trade.amount !== errand.amount) {
          findings.push({ kind: 'books', text: `${said(trade)}, and ${errand.amount} was meant` });
        }
      }
      findings.push(...cards.check(entries));
      const books = booksOf(entries, of.pairs);
      findings.push(...paper.read(world.devices.printer, books));
      for (const row of entries) if (row.id > from) findings.push(...paper.check(row));
      findings.push(...settlements.check(books), ...atRest(world), ...misfigured(world.lookout.seen, books));
      // A screen may be about a trade that is older than those compared.
      const told = (trace: string) => ofTrace(book, trace) ?? ofTrace(tradesOfDay(), trace);
      const tradeOf = (row: Row) => of.pairs.find(([entry]) => entry === row)?.[1] ?? null;
      findings.push(
        ...contradictions(world.lookout.seen, {
          entries,
          book,
          lastRow,
          lastTrade,
          told,
          tradeOf,
          charged: books.charged,
        }),
      );
      const originalOf = (trace: string) => entries.find((row) => row.trace === trace)?.original ?? null;
      findings.push(...liesAbout(world.lookout.seen, (trace) => did(trace) ?? did(originalOf(trace) ?? '')));
      findings.push(
        ...disagreements(world.lookout.glances),
        ...leftOn(world.screen?.id, world.lookout.customerReads()),
      );
      return findings;
    },
    recount() {
      const { pairs, unknown } = placed(rows(OF_A_DAY), tradesOfDay());
      const findings = pairs.flatMap(([row, trade]) => compared(row, trade, 0, did(row.trace)));
      const { journal, bank } = world;
      const there = bank.office.terminals.batch(TERMINAL);
      if (journal?.batch !== there) {
        findings.push({ kind: 'books', text: `batch ${journal?.batch} here after a sign-in, ${there} at the bank` });
      }
      // Rows may be missing where the archive was set aside with them, or where they are older than the journal keeps.
      const kept = unknown.filter(({ at }) => at > world.clock.now() - KEPT_MS);
      const lost = world.journal?.archiveProblem === null ? kept : [];
      findings.push(...lost.map((trade): Finding => ({ kind: 'lost', text: `no row of ${said(trade)}` })));
      try {
        world.bank.office.ledger.recount();
      } catch (error) {
        findings.push({ kind: 'books', text: error instanceof Error ? error.message : String(error) });
      }
      return findings;
    },
  };
}

function placed(rows: readonly Row[], trades: readonly Trade[]) {
  const key = ({ batch, trace }: { batch: string; trace: string }) => `${batch} ${trace}`;
  const byKey = new Map(trades.map((trade) => [key(trade), trade]));
  const known = new Set(rows.map(key));
  return {
    pairs: rows.map((row) => [row, byKey.get(key(row)) ?? null] as const),
    unknown: trades.filter((trade) => !known.has(key(trade))),
  };
}

function compared(row: Row, trade: Trade | null, lastRow: number, elsewhere: Elsewhere | null): Finding[] {
  const found = trade?.state ?? 'none';
  const both = `${row.type} ${row.batch} ${row.trace} ${row.amount} is ${row.state} here and ${found} at the bank`;
  // A hold that the other terminal has released is still approved in this journal.
  const allowed = elsewhere === 'preauth-void' && row.state === 'approved' ? ['voided'] : agreed[row.state];
  if (allowed === null) return [{ kind: charged.includes(found) ? 'lost' : 'owed', text: both }];
  // The trade of an older row may just not be among those compared.
  if (found === 'none' && row.id <= lastRow) return [];
  if (allowed.includes(found)) {
    return trade === null || (amountOf(trade) === row.amount && trade.type === row.type)
      ? []
      : [{ kind: 'books', text: `${both}, as a ${trade.type} of ${trade.amount}` }];
  }
  const lost = charged.includes(found) !== standing.includes(row.state);
  return [{ kind: lost ? 'lost' : 'books', text: both }];
}

/** Findings where the bank's trade has another original than the row names. */
function unlinked(pairs: readonly (readonly [Row, Trade | null])[], lastRow: number, { trades }: Office): Finding[] {
  return pairs.flatMap(([row, trade]): Finding[] => {
    if (trade === null || row.id <= lastRow || row.original === null || trade.original === null) return [];
    const { trace } = trades.byId(trade.original) ?? {};
    const text = `${row.type} ${row.trace} is of ${row.original} here, and of ${trace} at the bank`;
    return trace === row.original ? [] : [{ kind: 'books', text }];
  });
}

/** A tip's request names the new total; the tip itself is what moves. */
function amountOf({ type, amount, moved, state }: Trade): number {
  return type === 'tip' && state === 'posted' ? moved : amount;
}

function ofTrace(trades: readonly Trade[], trace: string): Trade | undefined {
  return trades.find((trade) => trade.trace === trace);
}

function said({ type, batch, trace, amount, state }: Trade): string {
  return `${type} ${batch} ${trace} ${amount} ${state}`;
}

/**
 * The types that the clerk has asked for. Voids and refunds share a place of the menu: the terminal proposes the one
 * that the original's batch allows, which may be open again, and the clerk confirms it on a screen of its own.
 */
function askedFor(meant: EntryType | null, seen: readonly Seen[]): readonly string[] {
  if (meant !== 'void' && meant !== 'refund') return meant === null ? [] : [meant];
  const stood = (id: string) => seen.some(({ screen }) => screen.id === id);
  return [meant, ...(stood('void.confirm') ? ['void'] : []), ...(stood('refund.amount') ? ['refund'] : [])];
}
