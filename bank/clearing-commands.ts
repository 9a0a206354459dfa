import {
  type Case,
  DECISIONS,
  nothingLeft,
  openAgain,
  type ReasonRow,
  type Ruling,
  reasons,
  type Said,
  type Todo,
} from './cases.ts';
import type { Clearing, Payout } from './clearing.ts';
import { type Command, limitOf, quoted, twoPeopleOf, wordsOf } from './command.ts';
import { decide, decisionsOf, givesBack, isOpenAgain, type WhyNot } from './correction.ts';
import { merchantPending, type Office } from './office.ts';
import { csvOf, fileNameOf, reconcile } from './reconciliation.ts';
import { referenceOf } from './settlement.ts';
import type { Counts, Settlement } from './settlements.ts';
import type { Trade } from './trades.ts';
import { Unable } from './unable.ts';
import { GROUPS, type Side, type Totals, totalsOf, wholeCount } from './upload.ts';

/** The longest cut-over, in seconds: the same bound as `cut_over_lasts_s` of the seed. */
const MOST_QUIET_S = 600;

interface Parts {
  readonly office: Office;
  readonly clearing: Clearing;
}

/** Settlement, clearing and cases, one row a command. */
export const clearingCommands: Readonly<Record<string, (parts: Parts, command: Command) => object>> = {
  day: ({ office }) => dayOf(office),
  'cut-over': ({ office, clearing }, command) => {
    const lasts_ms = lastsOf(command);
    const closed = office.books.atomically(() => clearing.cutOver(office.clock.now(), lasts_ms));
    return { closed: closed.date, ...dayOf(office) };
  },
  settlements: ({ office }, command) => ({
    settlements: office.settlements.list(limitOf(command)).map((one) => shownSettlement(office, one)),
  }),
  payouts: ({ clearing }, command) => ({ payouts: clearing.payouts(limitOf(command)).map(shownPayout) }),
  cases: ({ office }, command) => ({
    cases: office.cases.list(limitOf(command), command.open === true).map((one) => shownCase(office, one)),
  }),
  case: ({ office, clearing }, command) => {
    const { id } = command;
    const found = typeof id === 'number' && Number.isSafeInteger(id) ? office.cases.find(id) : null;
    if (found === null) throw new Unable(`no case ${quoted(id)}`, 'take an id of {"do":"cases"}');
    if (command.decide !== undefined) rule(office, clearing, found, command);
    else if (command.answer !== undefined) answer(office, found, command);
    return { case: shownCase(office, office.cases.find(found.id) ?? found) };
  },
  reconciliation: ({ office, clearing }, command) => {
    const merchant = command.merchant ?? office.seed.merchants.keys().next().value;
    if (typeof merchant !== 'string' || !clearing.merchants().includes(merchant)) {
      throw new Unable(`no merchant ${quoted(merchant)}`, 'take an id of {"do":"merchants"}');
    }
    const date = command.date ?? office.days.date();
    const day = typeof date === 'string' && /^\d{8}$/.test(date) ? office.days.find(date) : null;
    if (day === null)
      throw new Unable(`no business day ${quoted(date)}`, 'YYYYMMDD of a day on which the bank was open', {
        kind: 'no-day',
      });
    const reconciled = reconcile(office, clearing, merchant, day);
    return command.csv === true ? { name: fileNameOf(reconciled), csv: csvOf(reconciled) } : { ...reconciled };
  },
};

function rule(office: Office, clearing: Clearing, found: Case, command: Command): void {
  const decision = DECISIONS.find((name) => name === command.decide);
  if (decision === undefined) {
    throw new Unable(`"decide" is not one of its values`, `write one of ${DECISIONS.join(', ')}`);
  }
  const people = twoPeopleOf(command);
  const reference = wordsOf(command, 'reference', 80, 'slip 000123');
  const now = office.clock.now();
  const why = office.books.atomically(() => {
    const refused = decide(office, found, { decision, people, reference, at: now });
    const merchant = office.seed.merchants.get(found.merchant);
    if (refused === null && merchant !== undefined) clearing.atOnce(merchant, now);
    return refused;
  });
  if (why !== null) throw unable(why);
}

/** Why a decision is refused, and what to do instead. */
const whyNots = {
  closed: ['the case is closed', 'what was decided stands; see {"do":"cases"}'],
  'open-again': ['the terminal has the batch again', 'settle it at the terminal (menu 7), then decide'],
  'given-back': [
    'a reversal, a void, a refund or another case has given it back already',
    'decide "reject", or see the case of the void',
  ],
  taken: ['the bank, or another case, has taken it already', 'decide "reject", or see the other case'],
  'no-merchant': ['the merchant is not in merchants.json', 'restore its row, restart'],
  'no-card': ['the case names no card of this bank', 'decide "reject": no account can be moved'],
} as const satisfies Record<WhyNot, readonly [says: string, remedy: string]>;

function unable(why: WhyNot): Unable {
  const [says, remedy] = whyNots[why];
  return new Unable(says, remedy, { kind: why });
}

function answer(office: Office, found: Case, command: Command): void {
  if (found.state === 'closed') throw unable('closed');
  const text = wordsOf(command, 'answer', 200, 'the merchant has the signed slip');
  const by = wordsOf(command, 'person', 40, 'Li');
  office.books.atomically(() => office.cases.answer(found.id, { answer: text, by, at: office.clock.now() }));
}

/**
 * How long the cut-over answers 90, in milliseconds; undefined, for the configured time, where the command is silent.
 */
function lastsOf({ lasts_s }: Command): number | undefined {
  if (lasts_s === undefined) return undefined;
  if (typeof lasts_s === 'number' && Number.isInteger(lasts_s) && lasts_s >= 0 && lasts_s <= MOST_QUIET_S) {
    return lasts_s * 1000;
  }
  throw new Unable(`"lasts_s" is no number of seconds`, `a whole number from 0 to ${MOST_QUIET_S}`, {
    ...{ kind: 'seconds', most: MOST_QUIET_S },
  });
}

function dayOf({ days, clock, seed: { acquirer } }: Office) {
  const now = clock.now();
  const until = days.quietUntil(now);
  return {
    ...{ day: days.date(), cutting_over: until !== null, quiet_until: timeOf(until) },
    ...{ next: days.following(now), ahead_days: days.ahead(now) },
    ...{ ends: timeOf(days.ends()), lasts_s: acquirer.cutOverLastsMs / 1000 },
  };
}

/** `left`: the terminal was moved to another batch before this one was closed; its case says what became of it. */
function stateOf({ terminals }: Office, { closedAt, batch, terminal }: Settlement): 'open' | 'closed' | 'left' {
  if (closedAt !== null) return 'closed';
  return terminals.batch(terminal) === batch ? 'open' : 'left';
}

function shownSettlement(office: Office, settlement: Settlement) {
  const { id, terminal, merchant, batch, operator, asked, counted, countedAt, ended, nextBatch, closedAt } = settlement;
  const said = (totals: string) => totalsOf(`${totals.slice(0, 30)}0${totals.slice(31, 61)}0`);
  // The present counts serve to restore the thousands: the few reversals that came since do not matter for that.
  const counts = office.settlements.counts(terminal, batch);
  const flags = { home: counted[30], foreign: counted[61] };
  return {
    ...{ id, reference: referenceOf(id), terminal, merchant, batch, operator },
    state: stateOf(office, settlement),
    balanced: GROUPS.every((group) => flags[group] === '1'),
    flags: { home: Number(flags.home), foreign: Number(flags.foreign) },
    terminal_totals: wholeTotals(said(asked), counts),
    bank_totals: wholeTotals(said(counted), counts),
    ended,
    next_batch: nextBatch,
    counted: timeOf(countedAt),
    closed: timeOf(closedAt),
  };
}

/** The totals with whole counts: F48 carries only their last three digits. */
function wholeTotals(totals: Totals | null, near: Counts): Totals | null {
  if (totals === null) return null;
  const side = ({ amount, count }: Side, many: number): Side => ({ amount, count: wholeCount(count, many) });
  const group = (name: (typeof GROUPS)[number]) => ({
    debit: side(totals[name].debit, near[name].debit),
    credit: side(totals[name].credit, near[name].credit),
  });
  return { home: group('home'), foreign: group('foreign') };
}

function shownPayout({ at, ...rest }: Payout) {
  return { ...rest, time: timeOf(at) };
}

export function shownCase(office: Office, one: Case) {
  const trade = one.trade === null ? null : office.trades.byId(one.trade);
  const uploaded = one.settlement === null ? null : office.settlements.uploadedRow(one.settlement, one.trace);
  const decisions = decisionsOf(office, one);
  const todo = todoOf(office, one, trade, decisions);
  return {
    ...{ id: one.id, reason: one.reason, state: one.state, amount: one.amount },
    bank_amount: one.bankAmount,
    terminal_amount: one.terminalAmount,
    ...{ terminal: one.terminal, merchant: one.merchant, batch: one.batch, trace: one.trace },
    ...{ card: one.card, pan: one.pan, type: trade?.type ?? null, trade_state: trade?.state ?? null },
    trade_reference: trade?.reference ?? null,
    bank_pan: trade?.pan ?? null,
    bank_group: office.seed.cardsById.get(trade?.card ?? '')?.group ?? null,
    ...{ terminal_pan: uploaded?.pan ?? null, terminal_group: uploaded?.group ?? null },
    settlement: one.settlement,
    opened: timeOf(one.at),
    ...{ answer: one.answer, answered_by: one.answeredBy },
    ...{ decision: one.decision, people: one.people, reference: one.reference, correction: one.entry },
    postings: one.entry === null ? [] : office.ledger.postings(one.entry),
    closed: timeOf(one.closedAt),
    past: office.cases.past(one.id).map(shownPast),
    decisions,
    todo: todo?.zh ?? null,
    todo_en: todo?.en ?? null,
  };
}

function shownPast({ answer, answeredBy, decision, people, reference, closedAt }: Said) {
  return { answer, answered_by: answeredBy, decision, people, reference, closed: timeOf(closedAt) };
}

/** What the bank's people do about it; null once it is done. */
function todoOf(office: Office, one: Case, trade: Trade | null, decisions: readonly Ruling[]): Todo | null {
  const { reason, state, amount, card } = one;
  if (state === 'closed') return null;
  if (isOpenAgain(office, one)) return openAgain;
  // A trade that the terminal lacked and that was reversed since raises the same question as a late reversal.
  const asked = trade?.state === 'reversed' && reason === 'bank-only' ? 'late-reversal' : reason;
  const row: ReasonRow = reasons[asked];
  const isBack = givesBack(reason, trade, office.cases.movedWithout(one, merchantPending(one.merchant)));
  const wants = wantsOf(one, row, isBack);
  const isDone = decisions.length === 1 || (wants !== undefined && !decisions.includes(wants));
  if (amount > 0 && card !== null && isDone) return nothingLeft;
  if (isBack) return row.back ?? row;
  return trade === null ? row : (row.row ?? row);
}

/** The decision that would bring the two sides together. */
function wantsOf({ reason, bankAmount, terminalAmount }: Case, row: ReasonRow, isBack: boolean): ReasonRow['wants'] {
  const wants = reason === 'another-amount' ? (bankAmount > terminalAmount ? 'credit' : 'debit') : row.wants;
  if (!isBack || wants === undefined) return wants;
  return wants === 'credit' ? 'debit' : 'credit';
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
