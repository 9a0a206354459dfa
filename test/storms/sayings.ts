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
  /** Of the request that it is about; null where it says that none was begun. */
  readonly trace: string | null;
  /** `yes`: the bank has taken it · `no`: it has not, and will not · `open`: nobody knows · `held`: it holds, and charges nothing. */
  readonly says: Says;
  /** What stands there, in fen; null where no amount does. */
  readonly amount: number | null;
  /** The bank's of that trace; of the newest row's, where none was begun. */
  readonly trade: Stand | null;
  /** Of the newest row, where the screen is about that one. */
  readonly row: State | null;
  /** The journal's newest row. */
  readonly newest: number;
}

interface Stand extends Pick<Trade, 'id' | 'state'> {
  /** Whether a completion has charged it; null of what is no hold. */
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

/** Two rows with one text say the same of the money. */
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

/** What the customer is told to be on the card, where it is not. Null of every other screen. */
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
 * Null of a screen that says nothing of money. `before`: of the same screen, where it stands already and is drawn once more,
 * with another bar or another second: what says the same says it of that moment.
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
  // What the bank has been asked about has its answer in the place of the title.
  const says = saidBy.get(wordOf('money')) ?? saidBy.get(wordOf('title'));
  if (trace === undefined || says === undefined) return null;
  const large = nodes.find((node) => node.node === 'amount');
  const yuan = large?.node === 'amount' ? large.yuan : /¥([\d,.]+)/.exec(numbers)?.[1];
  const amount = yuan === undefined ? null : fenOf(yuan);
  if (before !== null && before.trace === trace && before.says === says && before.amount === amount) return before;
  // One that says something new is drawn because its row has changed.
  const ours = last !== null && last.trace === trace;
  return {
    ...{ trace, says, newest, amount },
    trade: tradeOf(office, trace),
    row: ours ? readable(() => last.state) : null,
  } satisfies Moment;
}

/** This terminal's newest with this trace: what a screen is about was begun a moment ago. */
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

/** A disk that does not give what is read says nothing here. */
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
  /** The bank's, of this errand and a few before. */
  readonly book: readonly Trade[];
  /** Where the journal and the bank were when the errand began. */
  readonly lastRow: number;
  readonly lastTrade: number;
  /** The newest of the bank's whole day with that trace. */
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

/** Nothing was begun: no request of this flow that was there by then stands, nor one that has come true since. */
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
  // Another row may have come to the same number meanwhile.
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

/** Whether the bank's state of the request is what was said of it; `charged` of a hold, which stays posted either way. */
function fits(says: Says, state: string, isTold: boolean, charged: boolean | null): boolean {
  // What was voided is not charged any more, and the question is about now.
  const isCharged = charged ?? state === 'posted';
  switch (says) {
    case 'yes':
      return isTold ? isCharged : TAKEN.includes(state);
    case 'no':
      return isTold ? !isCharged : !TAKEN.includes(state);
    case 'held':
      // Of a completion: the hold is what stands.
      return isTold ? state === 'posted' && charged === false : !TAKEN.includes(state);
    case 'open':
      return true;
  }
}

/** How the row is while such a screen comes up. */
function words(id: string, says: Says): readonly State[] {
  if (id.endsWith('.told')) return [...openStates, 'approved', 'declined', 'reversed', 'voided', 'refunded'];
  if (id.endsWith('.reversed')) return ['reversed'];
  if (id.endsWith('.reversed-unconfirmed')) return ['reversed-unconfirmed'];
  if (says === 'open') return id.endsWith('.parked') ? ['parked'] : openStates;
  if (says === 'yes') return ['approved', 'voided', 'refunded'];
  return ['declined', 'reversed'];
}

/** With what has been added and changed since. */
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
