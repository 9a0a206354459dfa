import type { BankLink } from './bank-link.ts';
import { type Agreement, agreement } from './books.ts';
import type { FarEnds } from './far-ends.ts';
import type { Faults } from './faults.ts';
import type { Finger } from './finger.ts';
import { Refusal } from './refusal.ts';
import type { ReplayDesk } from './replay-desk.ts';
import type { Status } from './status.ts';
import type { Crash, TerminalProcess } from './terminal-process.ts';
import type { ToldWires } from './told-wires.ts';
import { stripeOf, type WalletCard } from './wallet.ts';
import type { WireLog } from './wire-log.ts';

/** Everything around the terminal on its counter, for the control API and the page. */
export interface Counter {
  readonly devices: FarEnds;
  readonly terminal: TerminalProcess;
  readonly plug: Plug;
  readonly status: Status;
  readonly bank: BankLink;
  readonly faults: Faults;
  readonly finger: Finger;
  readonly log: WireLog;
  readonly told: ToldWires;
  readonly wallet: readonly WalletCard[];
  /** Null where the counter does not show a replay. */
  readonly replay: ReplayDesk | null;
}

export type CounterState =
  | { readonly power: 'off' }
  | {
      readonly power: 'on';
      readonly ready: boolean;
      /** The name of the flow's folder; `starting` before the terminal answers, `crashed` after it ended by itself. */
      readonly flow: string;
      readonly operator: string | null;
      readonly line: string | null;
      readonly crash?: Crash;
    };

export async function stateOf({ terminal, status }: Counter): Promise<CounterState> {
  if (terminal.crash !== null) {
    return { power: 'on', ready: false, flow: 'crashed', operator: null, line: null, crash: terminal.crash };
  }
  if (!terminal.running) return { power: 'off' };
  const told = await status.state();
  return { power: 'on', ...(told ?? { ready: false, flow: 'starting', operator: null, line: null }) };
}

/** Throws a Refusal where no terminal is running. */
export function needPower({ terminal }: Counter): void {
  if (terminal.running) return;
  const [what, problem] =
    terminal.crash === null
      ? (['the terminal is off', 'no-power'] as const)
      : (['the terminal has crashed', 'crashed'] as const);
  const remedy = 'Switch it on: POST /api/power {"on":true}; its words are in terminal.log.';
  throw new Refusal(409, what, remedy, { problem });
}

/** The plug of the terminal and its devices. */
export interface Plug {
  /** Resolves when it is done. Calls are carried out one after another. */
  turn(on: boolean): Promise<void>;
}

export function plugOf({ terminal, devices }: Pick<Counter, 'terminal' | 'devices'>): Plug {
  const turned = async (on: boolean) => {
    if (on) {
      if (terminal.running) return;
      devices.power(true);
      terminal.start();
      return;
    }
    // The process and its devices lose power together: neither must see the other go first.
    const gone = terminal.kill();
    devices.power(false);
    await gone;
  };
  let last: Promise<void> = Promise.resolve();
  return {
    turn(on) {
      const turning = last.then(() => turned(on));
      // A failure is reported to its own caller only, not to the next one.
      last = turning.catch(() => undefined);
      return turning;
    },
  };
}

export type Meeting = 'swipe' | 'insert' | 'tap' | 'remove';

export async function meetCard(counter: Counter, id: string, how: Meeting): Promise<void> {
  const card = counter.wallet.find((candidate) => candidate.id === id);
  if (card === undefined) {
    throw new Refusal(404, 'no such card in the wallet', 'GET /api/cards lists them.', { field: 'card' });
  }
  if (how !== 'swipe')
    throw notFitted(how === 'tap' ? 'contactless reader' : 'chip reader', 'Swipe the card: "how":"swipe".');
  needPower(counter);
  await counter.devices.swipe(stripeOf(card));
}

/** The Refusal for a part that this release of the board does not have. */
export function notFitted(part: string, remedy: string): Refusal {
  return new Refusal(409, `not fitted yet: no ${part}`, remedy, { problem: 'not-fitted' });
}

export interface Books {
  readonly accounts: unknown;
  readonly merchants: unknown;
  readonly ledger: unknown;
  /** The newest one; none where the bank has settled no batch yet. */
  readonly settlements: unknown;
  /** The newest that are not closed. */
  readonly cases: unknown;
  /** Null while the terminal cannot be asked. */
  readonly agreement: Agreement | null;
}

/** The most rows that the terminal's status socket gives at once. */
const COMPARED_ROWS = 1000;
const SHOWN_CASES = 100;

/** Null while the bank does not answer. */
export async function booksOf({ bank, status }: Counter): Promise<Books | null> {
  try {
    const [accounts, merchants, ledger, settlements, cases, transactions] = await Promise.all([
      bank.book('accounts'),
      bank.book('merchants'),
      bank.book('ledger', 1),
      bank.book('settlements', 1),
      bank.book('cases', SHOWN_CASES, true),
      bank.book('transactions', COMPARED_ROWS),
    ]);
    const journal = await status.journal(COMPARED_ROWS).catch(refusedAsNull);
    const both =
      journal === null || !Array.isArray(transactions) ? null : agreement(journal, transactions, COMPARED_ROWS);
    return { accounts, merchants, ledger, settlements, cases, agreement: both };
  } catch (error) {
    return refusedAsNull(error);
  }
}

function refusedAsNull(error: unknown): null {
  if (error instanceof Refusal) return null;
  throw error;
}
