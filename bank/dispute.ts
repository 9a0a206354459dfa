import { type Fen, fen, MOST_FEN } from '../src/values/fen.ts';
import type { Case } from './cases.ts';
import { type Command, sixDigitsOf } from './command.ts';
import { differenceOf } from './differences.ts';
import { merchantPending, type Office } from './office.ts';
import type { Counted, Uploaded } from './settlements.ts';
import { asDecided, CREDITS, movedBy } from './standing.ts';
import type { Trade, TradeKey } from './trades.ts';
import { Unable } from './unable.ts';

/**
 * Opens a case for one transaction of a batch that was left, as a settlement would have done. `terminal_amount` is what
 * the terminal's paper says, 0 where it has nothing; `card` is needed where the bank knows no card. Throws an `Unable`
 * where both sides have the same, or where the batch is still to be settled.
 */
export function dispute(office: Office, terminal: string, command: Command): Case {
  const batch = sixDigitsOf(command, 'batch');
  const trace = sixDigitsOf(command, 'trace');
  if (batch === office.terminals.batch(terminal)) {
    throw new Unable(`batch ${batch} of ${terminal} is open`, 'its settlement names what differs', {
      ...{ kind: 'open-batch', batch },
    });
  }
  const entry = entryOf(office, { terminal, batch, trace });
  const row = rowOf(office, command, trace, entry);
  const merchant = office.seed.terminals.get(terminal)?.merchant ?? '';
  const id = office.settlements.find(terminal, batch)?.id ?? null;
  const difference = differenceOf(office, { id, terminal, merchant, batch }, { trace, entry, row });
  if (difference === null) {
    throw new Unable(`both have the same of ${batch} ${trace}`, 'a trace of {"do":"transactions"} that differs', {
      ...{ kind: 'same', trace },
    });
  }
  office.books.atomically(() => office.cases.open({ ...difference, at: office.clock.now() }));
  const opened = office.cases.of(difference);
  if (opened === null) throw new Error(`the case of ${batch} ${trace} was not kept`);
  return opened;
}

/** What the bank has of the transaction, with the corrections of cases, even where it was never posted. */
function entryOf(office: Office, key: TradeKey): Counted | null {
  const { trades, cases, settlements, seed } = office;
  const counted = settlements.entries(key.terminal, key.batch).find(({ trace }) => trace === key.trace) ?? null;
  const trade = trades.find(key);
  if (trade !== null && !cases.hasCorrected(trade.id)) return counted;
  const { amount, isBack, card, pan } = trade === null ? leftWithout(office, key) : leftOf(office, trade);
  if (amount === 0) return null;
  return {
    ...{ trade: trade?.id ?? null, trace: key.trace, side: isBack ? 'credit' : 'debit', card, pan },
    group: seed.cardsById.get(card ?? '')?.group ?? 'home',
    amount: fen(Math.abs(amount)),
  };
}

function leftOf(office: Office, trade: Trade) {
  const { card, pan, type } = asDecided(office, trade);
  return { amount: movedBy(office, trade).amount, isBack: CREDITS.includes(type), card, pan };
}

/** What two people have collected, or given back, on the terminal's word alone. */
function leftWithout({ cases, seed }: Office, key: TradeKey) {
  const merchant = seed.terminals.get(key.terminal)?.merchant ?? '';
  const amount = cases.movedWithout(key, merchantPending(merchant));
  const { card, pan } = cases.lastWithout(key) ?? { card: null, pan: null };
  return { amount, isBack: amount < 0, card, pan };
}

/** What the terminal's paper says, as an upload would have said it; null where it has nothing. */
function rowOf(office: Office, command: Command, trace: string, entry: Counted | null): Uploaded | null {
  const amount = amountOf(command);
  if (amount === 0) return null;
  const card = command.card === undefined ? (entry?.card ?? null) : String(command.card);
  const known = card === null ? undefined : office.seed.cardsById.get(card);
  if (known === undefined)
    throw new Unable('"card" is no card of this bank', 'take an id of {"do":"accounts"}', { kind: 'whose-card' });
  return { trace, amount, group: known.group, card: known.id, pan: known.pan.masked };
}

function amountOf({ terminal_amount: amount }: Command): Fen {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0 || amount > MOST_FEN) {
    throw new Unable('"terminal_amount" is no amount in fen', 'what the slip says, 0 where there is none', {
      kind: 'slip-amount',
    });
  }
  return fen(amount);
}
