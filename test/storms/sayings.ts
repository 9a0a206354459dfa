import { cardAccount } from '../../bank/ledger.ts';
import type { Office } from '../../bank/office.ts';
import type { Trade } from '../../bank/trades.ts';
import type { Row } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { type Screen, textsOf } from '../../src/operator/screen.ts';
import { Fault } from '../../src/values/problem.ts';
import { openStates, type State } from '../../src/values/state.ts';
import { amountOn, nodesOf, type Seen } from './eye.ts';
import { chargedHold } from './holds.ts';
import type { Finding } from './oracles.ts';
import { TERMINAL } from './settled.ts';
import { fenOf } from './slips.ts';
import { languages, patternOf } from './texts.ts';

/** What a screen says of the money, and how the books were when it came up: an early word that comes true is a lie. */
export interface Moment {
  /** The trace of the request that it is about; null where it says that none was begun. */
  readonly trace: string | null;
  /** `yes`: the bank has taken it · `no`: it has not, and will not · `open`: nobody knows · `held`: it holds, and charges nothing. */
  readonly says: Says;
  /** The amount that stands there, in fen; null where none does. */
  readonly amount: number | null;
  /** The bank's trade with that trace; with the newest row's trace, where no request was begun. */
  readonly trade: Stand | null;
  /** The state of the newest row, where the screen is about that one; otherwise null. */
  readonly row: State | null;
  /** The id of the journal's newest row. */
  readonly newest: number;
}

interface Stand extends Pick<Trade, 'id' | 'state'> {
  /** Whether a completion has charged it; null where it is no hold. */
  readonly charged: boolean | null;
}

type Says = 'yes' | 'no' | 'open' | 'held';

/** The texts that say how the money of a request stands, by their rows of `firmware-config/texts`. */
export const SAYS: Readonly<Record<Says, readonly string[]>> = {
  yes: [
    ...['charged', 'voided', 'held', 'hold-raised', 'released', 'held-again', 'refunded'].map((of) => `money.${of}`),
    ...['payment', 'hold', 'refund', 'release'].map((kind) => `charged.${kind}.charged`),
  ],
  no: [
    ...['not-charged', 'still-charged', 'not-held', 'hold-unchanged', 'still-held', 'no-tip'].map(
      (of) => `money.${of}`,
    ),
    ...['money.not-adjusted', 'money.not-refunded', 'money.nothing-done'],
    ...['payment', 'hold', 'refund', 'release'].map((kind) => `charged.${kind}.not-charged`),
  ],
  open: [
    ...['money.unknown', 'unknown.money', 'refund.unknown.money', 'accepted.pending', 'accepted.parked'],
    ...['payment', 'hold', 'refund', 'release'].flatMap((kind) => [
      `charged.${kind}.unknown`,
      `charged.${kind}.being-reversed`,
    ]),
  ],
  held: ['money.held-not-charged'],
};

const TRACE = new RegExp(patternOf(['result.trace'], { trace: '(\\d{6})' }));

/** What each text says, in both languages: where two ids have the same text, they say the same of the money. */
const saidBy: ReadonlyMap<string, Says> = new Map(
  languages.flatMap((texts) => {
    return Object.entries(SAYS).flatMap(([says, ids]) => ids.map((id) => [texts[id] ?? id, says as Says] as const));
  }),
);

/** Screens that end a flow before its request was begun. */
const UNBEGUN = /\.(refused|card\.different|impossible)$/;
/** Screens of a request, by the last part of their ids. */
const RESULT =
  /\.(approved|declined|reversed|reversed-unconfirmed|unknown|reversing|repeating|parked|doubted|accepted|accepted\.refused|told)$/;
const AGAIN = /\.(connecting|accepted)$/;

/** Whether it ends a flow whose request was not begun. */
export function isUnbegun({ id }: Screen): boolean {
  return UNBEGUN.test(id) && !id.endsWith('.accepted.refused');
}

/** A balance on the screen that is not the card's at the bank, in words; null where it is right or none is shown. */
export function falseBalance(office: Office, screen: Screen): string | null {
  if (screen.id !== 'balance.told') return null;
  const shown = amountOn(screen);
  const masked = textsOf(screen)
    .find((text) => text.includes('*'))
    ?.replaceAll(' ', '');
  const card = [...office.seed.cards.values()].find(({ pan }) => pan.masked === masked);
  if (card === undefined) return `balance.told is of no card: ${masked}`;
  const is = Math.abs(office.ledger.balance(cardAccount(card.id)) + card.credit);
  return shown === is ? null : `balance.told says ${shown} of ${card.id}, which has ${is}`;
}

interface Books {
  readonly office: Office | null;
  readonly journal: Journal | null;
}

/**
 * Null for a screen that says nothing of money. `before`: the moment of the same screen when it was last drawn. One
 * that is drawn again and says the same (only its status bar or a counted second has changed) keeps that moment.
 */
export function momentOf({ office, journal }: Books, screen: Screen, before: Moment | null): Moment | null {
  const unbegun = isUnbegun(screen);
  if (office === null || journal === null || (!unbegun && !RESULT.test(screen.id))) return null;
  const last = readable(() => journal.last());
  const newest = last?.id ?? 0;
  if (unbegun) {
    if (before !== null && before.trace === null) return before;
    const trade = last === null ? null : tradeOf(office, last.trace);
    return { trace: null, says: 'no', amount: null, trade, row: null, newest } satisfies Moment;
  }
  const nodes = nodesOf(screen);
  const keyed = (key: string) => nodes.find((node) => node.node === 'text' && node.key === key);
  const wordOf = (key: string) => {
    const node = keyed(key);
    return node?.node === 'text' ? node.text : '';
  };
  const numbers = wordOf('numbers');
  const trace = TRACE.exec(numbers)
    ?.slice(1)
    .find((digits) => digits !== undefined);
  // Where the bank was asked what became of a request, its answer stands in the title.
  const says = saidBy.get(wordOf('money')) ?? saidBy.get(wordOf('title'));
  if (trace === undefined || says === undefined) return null;
  const large = nodes.find((node) => node.node === 'amount');
  const yuan = large?.node === 'amount' ? large.yuan : /¥([\d,.]+)/.exec(numbers)?.[1];
  const amount = yuan === undefined ? null : fenOf(yuan);
  if (before !== null && before.trace === trace && before.says === says && before.amount === amount) return before;
  // A screen that says something new is drawn because its row has changed, so the row's state is looked at now.
  const ours = last !== null && last.trace === trace;
  return {
    ...{ trace, says, newest, amount },
    trade: tradeOf(office, trace),
    row: ours ? readable(() => last.state) : null,
  } satisfies Moment;
}

/** This terminal's newest trade with this trace: a screen is about a request that was begun a moment ago. */
function tradeOf(office: Office, trace: string): Stand | null {
  let find = byTrace.get(office);
  if (find === undefined) {
    const newest = office.books.db.prepare(
      'SELECT id FROM trade WHERE terminal = ? AND trace = ? ORDER BY id DESC LIMIT 1',
    );
    find = (of) => Number(newest.get(TERMINAL, of)?.id ?? 0);
    byTrace.set(office, find);
  }
  const trade = office.trades.byId(find(trace));
  return trade === null ? null : { id: trade.id, state: trade.state, charged: chargedHold(office, trade) };
}

const byTrace = new WeakMap<Office, (trace: string) => number>();

/** Null where the disk cannot be read. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** The books at rest. */
export interface Known {
  /** The newest rows, newest first. */
  readonly entries: readonly Row[];
  /** The bank's trades of this errand and a few before. */
  readonly book: readonly Trade[];
  /** Where the journal and the bank were when the errand began. */
  readonly lastRow: number;
  readonly lastTrade: number;
  /** The newest trade with that trace of the bank's whole day. */
  told(trace: string): Trade | undefined;
  tradeOf(row: Row): Trade | null;
  /** As `chargedHold`. */
  charged(trade: Trade): boolean | null;
}

const TAKEN: readonly string[] = ['posted', 'voided'];

/** What the screens of an errand have said, against the bank when they said it and against both books at rest. */
export function contradictions(seen: readonly Seen[], known: Known): Finding[] {
  return seen.flatMap((one, at) => {
    const { moment, screen } = one;
    if (moment === null) return [];
    const found =
      moment.trace === null ? unbegun(screen.id, moment, seen.slice(at + 1), known) : wrongs(screen.id, moment, known);
    return found.map((text): Finding => ({ kind: 'screen', text: `${screen.id} ${text}` }));
  });
}

/** A screen says that nothing was begun: no request of its flow may have been taken by then, or come true since. */
function unbegun(id: string, { newest, trade: early }: Moment, later: readonly Seen[], known: Known): string[] {
  const flow = id.replace(UNBEGUN, '');
  const again = later.some(({ screen }) => screen.id.startsWith(`${flow}.`) && AGAIN.test(screen.id));
  const before = known.entries.filter((row) => row.type === flow && row.id > known.lastRow && row.id <= newest);
  const rows = before.map((row) => known.tradeOf(row)).filter((trade) => trade !== null);
  const atOnce = rows
    .filter((trade) => trade.id === early?.id)
    .map((trade) => ({ ...trade, state: early?.state ?? trade.state }));
  const since = again ? [] : known.book.filter((trade) => trade.id > known.lastTrade && trade.type === flow);
  return [...new Set([...rows, ...atOnce, ...since])]
    .filter(({ state }) => TAKEN.includes(state))
    .map(({ trace, amount, state }) => `was said, and ${trace} of ${amount} is ${state}`);
}

function wrongs(id: string, moment: Moment, known: Known): string[] {
  const { trace = '', says, amount } = moment;
  const end = known.told(trace ?? '');
  const wrong: string[] = [];
  const [atOnce, atRest] = [moment.trade?.state ?? 'none', end?.state ?? 'none'];
  const isTold = id.endsWith('.told');
  const hold = moment.trade?.charged ?? null;
  const holdAtRest = end === undefined ? null : known.charged(end);
  if (!fits(says, atOnce, isTold, hold))
    wrong.push(`says ${says} of ${trace}, which was ${atOnce}${chargedWord(hold)} at the bank`);
  // Not where another trade has come to the same trace meanwhile.
  else if ((moment.trade === null || moment.trade.id === end?.id) && !fits(says, atRest, isTold, holdAtRest))
    wrong.push(`says ${says} of ${trace}, which is ${atRest}${chargedWord(holdAtRest)} at the bank`);
  if (id.endsWith('.reversed') && !['reversed', 'tombstone'].includes(atOnce))
    wrong.push(`of ${trace}, which was ${atOnce} at the bank`);
  if (moment.row !== null && !words(id, says).includes(moment.row))
    wrong.push(`of ${trace}, which was ${moment.row} here`);
  const row = known.entries.find((entry) => entry.trace === trace);
  if (row === undefined) return wrong;
  if (amount !== null && amount !== row.amount && !(isTold && amount === takenOf(row, known.entries)))
    wrong.push(`says ${amount} of ${trace}, which is of ${row.amount}`);
  return wrong;
}

function chargedWord(hold: boolean | null): string {
  return hold === null ? '' : hold ? ' and completed' : ' and not completed';
}

/** Whether the bank's state agrees with what was said; `charged`: for a hold, whose trade stays posted either way. */
function fits(says: Says, state: string, isTold: boolean, charged: boolean | null): boolean {
  // `.told` answers how it is now: a voided sale is not charged any more.
  const isCharged = charged ?? state === 'posted';
  switch (says) {
    case 'yes':
      return isTold ? isCharged : TAKEN.includes(state);
    case 'no':
      return isTold ? !isCharged : !TAKEN.includes(state);
    case 'held':
      // Said of a completion that was not taken: the hold still stands.
      return isTold ? state === 'posted' && charged === false : !TAKEN.includes(state);
    case 'open':
      return true;
  }
}

/** The states that the row may have when such a screen comes up. */
function words(id: string, says: Says): readonly State[] {
  if (id.endsWith('.told')) return [...openStates, 'approved', 'declined', 'reversed', 'voided', 'refunded'];
  if (id.endsWith('.reversed')) return ['reversed'];
  if (id.endsWith('.reversed-unconfirmed')) return ['reversed-unconfirmed'];
  if (says === 'open') return id.endsWith('.parked') ? ['parked'] : openStates;
  if (says === 'yes') return ['approved', 'voided', 'refunded'];
  return ['declined', 'reversed'];
}

/** The row's amount with what tips, additions and adjustments have changed since. */
function takenOf(row: Row, entries: readonly Row[]): number {
  const sequels = entries.filter(
    ({ original, id, state }) => original === row.trace && id > row.id && state === 'approved',
  );
  return sequels
    .reverse()
    .reduce(
      (sum, { type, amount }) =>
        type === 'tip' || type === 'preauth-add' ? sum + amount : type === 'adjust' ? amount : sum,
      row.amount as number,
    );
}
