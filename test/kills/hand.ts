import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Counter, Row, Seen } from '../stories/counter.ts';
import { isWhole, newest, since } from '../stories/outage.ts';

/** A clerk who stops at once when the terminal or the bank dies, and remembers what the screens said. */
export interface Hand {
  press(...keys: string[]): Promise<void>;
  swipe(card: string): Promise<void>;
  /** Waits for a screen; throws where it does not come, and when the terminal dies. */
  screen(wanted: string, timeout_ms?: number): Promise<void>;
  fault(fault: string, on: boolean): Promise<void>;
  /** The bank's next answer to a message of this type does not arrive. */
  loseAnswer(mti: string): Promise<void>;
  /** The code that the bank's desk gives by telephone, six digits. */
  authorisedByVoice(card: string, amount: number): Promise<string>;
  power(on: boolean): Promise<void>;
  /** Signs in and goes to idle; first finishes a settlement that was begun. */
  signIn(): Promise<void>;
  /** Goes to idle from any screen on which the bank's death has left the terminal; signs in where that is asked for. */
  toIdle(): Promise<void>;
  /** Waits until both copies of a slip have been cut that were not there at the call before. */
  slips(copies: 2): Promise<void>;
  /** Waits until a slip of a settlement has been cut that was not there at the call before. */
  settlementSlip(): Promise<void>;
  /** Waits until the bank has taken this amount. */
  charged(amount: number): Promise<void>;
  /** When the terminal last moved something into its archive, by the file's own time; 0 while there is no archive. */
  archivedAt(): number;
  /** Waits until the terminal has moved something since `at_ms`, and has finished doing so. */
  archivedSince(at_ms: number): Promise<void>;
  /** Waits until the bank has a settlement that it did not have before. */
  batchAtBank(): Promise<void>;
  /** Waits until nothing in the journal is open. */
  settled(): Promise<void>;
  /** An amount that no sale has had: for the same card and amount the terminal would ask whether it is meant. */
  otherAmount(): string;
  /** Every text of the screens that were waited for. */
  readonly said: readonly string[];
}

/** Thrown when the terminal or the bank was killed while the clerk was at work. */
export class Died extends Error {}

/** Thrown when the terminal has died without being killed. */
export class Crashed extends Error {}

/** What was there before the clerk came. */
export interface Before {
  /** The number of the newest slip. */
  readonly slips: number;
  /** Settlements that the bank had. */
  readonly settlements: number;
}

/** How a clerk gets to idle without charging anybody: with Cancel, except on these screens. */
const WAYS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^signin\.operator$/, ['0', '1', 'enter', '0', '0', '0', '0', 'enter']],
  [/^signin\.password$/, ['clear', 'clear', 'clear', 'clear', '0', '0', '0', '0', 'enter']],
  [/^handshake\.failed$/, ['enter']],
  [/(\.approved|\.accepted|\.done|\.degraded|^settlement\.open)$/, ['enter']],
];
const LONGEST_WAY_MS = 40_000;
/** Writes of one move come closer together than this. */
const QUIET_MS = 200;

export function handAt(counter: Counter, before: Before, otherAmount: () => string, died: AbortSignal): Hand {
  const said: string[] = [];
  const archive = join(counter.dir, 'terminal', 'journal', 'archive.db');
  let looked = before.slips;
  const alive = () => {
    if (died.aborted) throw new Died('it died');
  };
  const until = <T>(what: string, check: () => Promise<T | null | false>, timeout_ms?: number) =>
    counter.until(
      what,
      async () => {
        alive();
        return check();
      },
      timeout_ms,
    );

  /** The first of these screens that comes. */
  const oneOf = async (wanted: readonly string[], timeout_ms: number): Promise<string> => {
    alive();
    const over = new AbortController();
    const signal = AbortSignal.any([died, over.signal]);
    try {
      const seen = await Promise.any(wanted.map((name) => shown(counter, name, timeout_ms, signal)));
      said.push(...seen.texts);
      return seen.screen;
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    } finally {
      over.abort();
    }
  };

  const hand: Hand = {
    async press(...keys) {
      // One key a request: the board finishes a request even if the clerk should have stopped.
      for (const key of keys) {
        alive();
        await counter.press(key);
      }
    },
    async swipe(card) {
      alive();
      await counter.swipe(card);
    },
    async screen(wanted, timeout_ms = 8000) {
      await oneOf([wanted], timeout_ms);
    },
    fault: (fault, on) => counter.fault(fault, on),
    power: (on) => counter.power(on),
    async loseAnswer(mti) {
      await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti });
    },
    async authorisedByVoice(card, amount) {
      return String((await counter.tellBank({ do: 'voice', card, amount })).authorisation);
    },
    async signIn() {
      // A printer that is asked in the middle of a slip may be too busy for the self-check; the clerk goes on.
      if ((await oneOf(['signin.operator', 'checkup.degraded'], 20_000)) === 'checkup.degraded') {
        await hand.press('enter');
        await hand.screen('signin.operator');
      }
      await hand.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
      const signedIn = () => oneOf(['idle', 'settlement.open'], 15_000);
      const after = await signedIn().catch(async (error) => {
        // A traced terminal on a busy machine may miss a key; the clerk looks, and types the password again.
        if ((await counter.now()).screen !== 'signin.password') throw error;
        await hand.press('clear', 'clear', 'clear', 'clear', '0', '0', '0', '0', 'enter');
        return signedIn();
      });
      if (after === 'idle') return;
      await hand.press('enter');
      await hand.screen('settlement.done', 20_000);
      await hand.press('enter');
      await hand.screen('idle');
    },
    async toIdle() {
      let seen: Seen | null = null;
      await until(
        'the idle screen',
        async () => {
          // No answer comes while the terminal is starting.
          seen = await counter.now().catch(() => null);
          if (seen === null) {
            const { flow, crash } = await counter.get<{ flow?: string; crash?: { log: string[] } }>('state');
            if (flow === 'crashed') throw new Crashed(crash?.log.join(' | '));
            return false;
          }
          const { screen, texts } = seen;
          said.push(...texts);
          if (screen === 'idle') return true;
          const [, keys] = WAYS.find(([way]) => way.test(screen)) ?? [null, ['cancel']];
          // The terminal may be off by now.
          await counter.press(...keys).catch(() => undefined);
          return false;
        },
        LONGEST_WAY_MS,
      ).catch((error) => {
        if (error instanceof Crashed) throw error;
        throw new Error(`${error}; it shows ${JSON.stringify(seen)}`);
      });
    },
    async slips() {
      await until('both slips', async () => {
        const slips = await since(counter, looked);
        return isWhole(slips, 'merchant') && isWhole(slips, 'cardholder');
      });
      looked = await newest(counter);
    },
    async settlementSlip() {
      await until('the slip', async () =>
        (await since(counter, looked)).some((text) => text.includes(SETTLEMENT_SLIP)),
      );
      looked = await newest(counter);
    },
    async charged(amount) {
      // On a busy machine the reversal may have reached the bank already; its answer is lost too.
      await until('the charge', async () =>
        (await counter.bank()).some((row) => row.amount === amount && ['posted', 'reversed'].includes(row.state)),
      );
    },
    archivedAt: () => statSync(archive, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    async archivedSince(at_ms) {
      await until('the archive', async () => {
        const written_ms = hand.archivedAt();
        return written_ms > at_ms && written_ms < Date.now() - QUIET_MS;
      });
    },
    async batchAtBank() {
      await until('the settlement', async () => (await settlementsAt(counter)).length > before.settlements);
    },
    async settled() {
      await until('every row definite', async () => (await counter.journal()).every(isDefinite));
    },
    otherAmount,
    said,
  };
  return hand;
}

async function shown(counter: Counter, wanted: string, timeout_ms: number, signal: AbortSignal): Promise<Seen> {
  const query = `wait=${wanted}&timeout_ms=${timeout_ms}`;
  const seen = (await (await fetch(`${counter.url}/api/screen?${query}`, { signal })).json()) as Seen;
  if (seen.screen !== wanted) throw new Error(`not ${wanted} but ${seen.screen}: ${seen.texts?.join(' | ')}`);
  return seen;
}

export interface Settlement {
  readonly batch: string;
  readonly state: string;
  readonly balanced: boolean;
}

/** The bank's newest settlements. */
export async function settlementsAt(counter: Counter): Promise<readonly Settlement[]> {
  const { settlements } = await counter.tellBank({ do: 'settlements', limit: 1000 });
  return settlements as readonly Settlement[];
}

/** The title of a settlement's slip. */
export const SETTLEMENT_SLIP = '结算单';

export const isDefinite = ({ state }: Row): boolean => !['pending', 'unknown', 'reversing', 'parked'].includes(state);
