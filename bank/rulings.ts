import { type Fen, MOST_FEN } from '../src/values/fen.ts';
import type { Books } from './books.ts';
import { type Command, sixDigitsOf, wordsOf } from './command.ts';
import { type Office, sixDigits } from './office.ts';
import { nextReference } from './request.ts';
import { bury } from './reversal.ts';
import { asDecided } from './standing.ts';
import { TRADE_TYPES, type Trade, type TradeKey, type TradeState } from './trades.ts';
import { Unable } from './unable.ts';

export const WORDS = ['charged', 'not-charged'] as const;

/** What the bank's clerk has told two people at a counter, who type its reference there; it binds the bank. */
export interface Said {
  readonly reference: string;
  readonly trade: number;
  readonly money: (typeof WORDS)[number];
  readonly by: string;
  readonly at: number;
}

export interface Rulings {
  of(trade: number): Said | null;
  /** False where the reference has been given before. */
  give(said: Said): boolean;
}

export function rulings({ db }: Books): Rulings {
  const found = db.prepare('SELECT * FROM ruling WHERE trade = ?');
  const taken = db.prepare('SELECT 1 FROM ruling WHERE reference = ?');
  const given = db.prepare('INSERT INTO ruling (reference, trade, money, by, at) VALUES (?, ?, ?, ?, ?)');
  return {
    of(trade) {
      const row = found.get(trade);
      if (row === undefined) return null;
      const money = row.money === 'charged' ? 'charged' : 'not-charged';
      return { reference: String(row.reference), trade, money, by: String(row.by), at: Number(row.at) };
    },
    give({ reference, trade, money, by, at }) {
      if (taken.get(reference) !== undefined) return false;
      given.run(reference, trade, money, by, at);
      return true;
    },
  };
}

/**
 * The bank's accounts desk by telephone (money rule 13): says how a trade stands in the books, and gives the reference
 * under which two people end it at the terminal. Its word is kept: after `charged` a reversal that is still on its way
 * turns nothing back, after `not-charged` an original that is still on its way takes nothing. Moves no money; asked
 * again it gives the same reference.
 */
export function ruleByVoice(office: Office, terminal: string, command: Command): object {
  const { money } = command;
  const word = WORDS.find((name) => name === money);
  if (word === undefined) throw new Unable(`"money" is not one of its values`, `write one of ${WORDS.join(', ')}`);
  const key = { terminal, batch: sixDigitsOf(command, 'batch'), trace: sixDigitsOf(command, 'trace') };
  const by = wordsOf(command, 'person', 40, 'Li');
  return office.books.atomically(() => {
    const at = office.clock.now();
    const trade = office.trades.find(key) ?? (word === 'charged' ? null : buried(office, key, command, at));
    if (trade === null) {
      throw new Unable('the books have no such trade', 'say "not-charged", or compare the numbers', {
        kind: 'no-such-trade',
      });
    }
    refuseAnother(trade, command);
    const before = office.rulings.of(trade.id);
    if (before !== null && before.money !== word) {
      throw new Unable(`"${before.money}" was said under ${before.reference}`, 'what was said stands; see its case', {
        ...{ kind: 'said', money: before.money, reference: before.reference },
      });
    }
    const { state } = asDecided(office, trade);
    if (before === null) refuseOther(state, word);
    const { reference } = before ?? given(office, { trade: trade.id, money: word, by, at });
    return { reference, money: word, trade_state: state, amount: trade.amount, pan: trade.pan };
  });
}

/** How often to draw a random reference before giving up finding one that was never given. */
const MOST_DRAWN = 1000;

/**
 * A mistyped number may name another trade, so type and amount must agree where the caller says them. A tombstone is
 * not compared, as the books know only what was said of it; nor is a tip's amount, which includes the sale here but not
 * at the terminal.
 */
function refuseAnother({ type, amount, state }: Trade, said: Command): void {
  if (state === 'tombstone') return;
  const isSame = (said.type ?? type) === type && (type === 'tip' || (said.amount ?? amount) === amount);
  if (isSame) return;
  throw new Unable(`the books have a ${type} of ${amount} there`, 'compare the numbers with the terminal', {
    ...{ kind: 'another-trade', type, amount },
  });
}

/** The clerk must not say anything else than the books. */
function refuseOther(state: TradeState, word: Said['money']): void {
  if (word === 'charged' && state !== 'posted') {
    throw new Unable(`the books have it ${state}`, 'say "not-charged", unless it was voided', {
      kind: 'stands',
      state,
    });
  }
  if (word === 'not-charged' && (state === 'posted' || state === 'voided')) {
    throw new Unable(`the books have it ${state}`, 'let the terminal reverse it or void it, or say "charged"', {
      ...{ kind: 'stands', state },
    });
  }
}

function given(office: Office, said: Omit<Said, 'reference'>): Said {
  for (let tries = 0; tries < MOST_DRAWN; tries++) {
    const one = { ...said, reference: sixDigits(office) };
    if (office.rulings.give(one)) return one;
  }
  throw new Error('nearly every reference of six digits has been given');
}

/** Puts a tombstone in the place of a trade that never came, as a reversal does: if it comes later, it is refused. */
function buried(office: Office, key: TradeKey, { type, amount }: Command, at: number): Trade {
  const kind = TRADE_TYPES.find((name) => name === type);
  if (kind === undefined || !isAmount(amount)) {
    throw new Unable(
      'the books have no such trade',
      'add its "type" and its "amount" in fen, as the terminal says them',
      { kind: 'no-trade' },
    );
  }
  const about = { ...key, merchant: merchantOf(office, key.terminal), type: kind, amount, pan: null, entryMode: null };
  bury(office, { ...about, ...nextReference(office, at), reason: 'ruling', at }, new Uint8Array(0));
  const trade = office.trades.find(key);
  if (trade === null) throw new Error('what was buried is there');
  return trade;
}

function merchantOf({ seed }: Office, terminal: string): string {
  const row = seed.terminals.get(terminal);
  if (row === undefined) throw new Error(`no terminal ${terminal}`);
  return row.merchant;
}

function isAmount(amount: unknown): amount is Fen {
  return typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0 && amount <= MOST_FEN;
}
