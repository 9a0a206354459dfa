import type { Clock, Random } from '../src/values/clock.ts';
import { type Books, openBooks } from './books.ts';
import { type Cases, cases } from './cases.ts';
import { type Days, days } from './days.ts';
import { type Holds, holds } from './holds.ts';
import { cardAccount, holdAccount, type Ledger, ledger } from './ledger.ts';
import { type Rulings, rulings } from './rulings.ts';
import { DAY_MS, type Seed } from './seed.ts';
import { type Settlements, settlements } from './settlements.ts';
import { type Terminals, terminals } from './terminals.ts';
import { type Trades, trades } from './trades.ts';
import { type VoiceDesk, voiceDesk } from './voice.ts';

/** What all parts of the bank share: its customers, its books, its clock. */
export interface Office {
  readonly seed: Seed;
  readonly books: Books;
  readonly ledger: Ledger;
  readonly holds: Holds;
  readonly trades: Trades;
  readonly terminals: Terminals;
  readonly days: Days;
  readonly settlements: Settlements;
  readonly cases: Cases;
  readonly voice: VoiceDesk;
  readonly rulings: Rulings;
  readonly clock: Clock;
  readonly random: Random;
  /** The digit of a terminal's next answer header: what the host asks it to do after the transaction. Used once. */
  readonly processingRequests: Map<string, string>;
}

/** Opens the books of a bank's folder, opens accounts for the customers of `seed`, and recounts the ledger. */
export function openOffice(dir: string, given: { seed: Seed; clock: Clock; random: Random }): Office {
  const books = openBooks(dir);
  try {
    const accounts = ledger(books);
    const office: Office = {
      ...given,
      books,
      ledger: accounts,
      holds: holds(books, accounts),
      trades: trades(books),
      terminals: terminals(books, given.seed, given.random),
      days: days(books, given.seed, given.clock.now()),
      settlements: settlements(books, given.seed),
      cases: cases(books),
      voice: voiceDesk(books),
      rulings: rulings(books),
      processingRequests: new Map(),
    };
    openAccounts(office);
    return office;
  } catch (error) {
    books.close();
    throw error;
  }
}

/** The bank's local time: `date` YYYYMMDD, `time` hhmmss. */
export function localTime({ seed }: Office, at: number): { date: string; time: string; dayOfYear: number } {
  const local = new Date(at + seed.acquirer.utcOffsetMinutes * 60_000);
  const digits = local.toISOString().replace(/\D/g, '');
  const dayOfYear = Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  return { date: digits.slice(0, 8), time: digits.slice(8, 14), dayOfYear };
}

/**
 * When a window of `days` days after `from` is over: at the end of the last of these days by the bank's local calendar,
 * as terminals count too. Counted by hours, the bank would refuse what the counter has taken in time.
 */
export function lastDayEnds({ seed }: Office, from: number, days: number): number {
  const offset_ms = seed.acquirer.utcOffsetMinutes * 60_000;
  const today = Math.floor((from + offset_ms) / DAY_MS);
  return (today + days + 1) * DAY_MS - offset_ms;
}

/** F38: six digits at random. */
export function sixDigits({ random }: Office): string {
  return String(Buffer.from(random(4)).readUInt32BE() % 1_000_000).padStart(6, '0');
}

/** F37: the year's last digit, the day of the year, the trade's number. */
export function referenceOf(office: Office, id: number, at: number): string {
  const { date, dayOfYear } = localTime(office, at);
  return `${date.slice(3, 4)}${String(dayOfYear).padStart(3, '0')}${String(id % 100_000_000).padStart(8, '0')}`;
}

export const merchantPending = (merchant: string): string => `merchant:${merchant}:pending`;
export const merchantFees = (merchant: string): string => `merchant:${merchant}:fees`;
/** `payable`: cleared and on its way to the merchant; `paid`: arrived in its account. */
export const merchantPayable = (merchant: string): string => `merchant:${merchant}:payout`;
export const merchantPaid = (merchant: string): string => `merchant:${merchant}:settled`;
export const ACQUIRER_FEES = 'acquirer:fees';
export const TREASURY = 'bank:treasury';

/**
 * Opens the accounts of the seed that are not open yet; an opening balance is paid once, out of the bank's treasury.
 */
function openAccounts({ books, ledger, seed, clock }: Office): void {
  const forgiven = books.db.prepare('INSERT INTO card (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET wrong_pins = 0');
  books.atomically(() => {
    ledger.open({ id: TREASURY, kind: 'treasury', name: seed.acquirer.name.zh });
    ledger.open({ id: ACQUIRER_FEES, kind: 'fees', name: seed.acquirer.name.zh });
    for (const { id, name } of seed.merchants.values()) {
      ledger.open({ id: merchantPending(id), kind: 'pending', name: name.zh });
      ledger.open({ id: merchantFees(id), kind: 'fees', name: name.zh });
      ledger.open({ id: merchantPayable(id), kind: 'payout', name: name.zh });
      ledger.open({ id: merchantPaid(id), kind: 'settled', name: name.zh });
    }
    for (const card of seed.cards.values()) {
      // The count of wrong PINs begins again with each business day and each start of the bank.
      forgiven.run(card.id);
      const account = cardAccount(card.id);
      ledger.open({ id: holdAccount(card.id), kind: 'hold', name: card.name.zh });
      if (!ledger.open({ id: account, kind: card.kind, name: card.name.zh }) || card.opening === 0) continue;
      ledger.post({
        kind: 'opening',
        trade: null,
        at: clock.now(),
        postings: [
          { account, amount: card.opening },
          { account: TREASURY, amount: -card.opening },
        ],
      });
    }
  });
  ledger.recount();
}
