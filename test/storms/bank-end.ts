import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { acquirer } from '../../bank/acquirer.ts';
import { type Desk, desk } from '../../bank/desk.ts';
import { faults } from '../../bank/faults.ts';
import { moveBatch } from '../../bank/left-batch.ts';
import { silentLog } from '../../bank/log.ts';
import { type Office, openOffice } from '../../bank/office.ts';
import type { Seed } from '../../bank/seed.ts';
import { Unable } from '../../bank/unable.ts';
import { authoriseByVoice } from '../../bank/voice.ts';
import { unpack } from '../../src/host/codec.ts';
import type { Clock, Random } from '../../src/values/clock.ts';

/** The bank itself, over its own books on a memory disk: everything of it but the sockets. */
export interface BankEnd {
  readonly office: Office;
  readonly open: boolean;
  /** Takes one whole message. The answer's frame comes in this turn of the clock or the next; null ends the line. */
  submit(body: Uint8Array, answer: (frame: Uint8Array | null) => void): void;
  /** Two of the bank's people take this message's batch away and give the terminal another one. */
  move(body: Uint8Array): void;
  /** The batches that `move` has taken away. */
  readonly moved: ReadonlySet<string>;
  /** The authorisation that its clerk gives by telephone: six digits, or null where the bank does not approve. */
  telephone(card: string, amount: number): string | null;
  /** Ends its process: what it had in memory is lost, the books stay. */
  stop(): void;
  start(): void;
  /** Gives its folder back. */
  remove(): void;
}

export interface BankParts {
  /** A folder of its own, best in memory: what the bank has committed is never lost here. */
  readonly dir: string;
  readonly seed: Seed;
  readonly clock: Clock;
  readonly random: Random;
}

/** How far from its own number a batch is moved. */
const MOVES = [100, 200, 300, 400, 500, 600, 700, 800, 900];
const BY_HAND = { people: ['Li', 'Wang'], reference: 'letter 17' } as const;

export function bankEnd({ dir, seed, clock, random }: BankParts): BankEnd {
  const moved = new Set<string>();
  let moves = 0;
  let running: { office: Office; counter: Desk } | null = null;
  const soon = (work: () => void) => clock.after(0, work);
  const start = () => {
    if (running !== null) return;
    const office = openOffice(dir, { seed, clock, random });
    running = { office, counter: desk(office, acquirer(office), faults(), silentLog, soon) };
  };
  const stop = () => {
    running?.counter.close();
    running?.office.books.close();
    running = null;
  };
  start();
  return {
    get office() {
      if (running === null) throw new Error('the bank is not open');
      return running.office;
    },
    get open() {
      return running !== null;
    },
    submit(body, answer) {
      const asked = running;
      if (asked === null) answer(null);
      asked?.counter.submit(Buffer.from(body), (reply) => {
        if (running === asked) answer('answer' in reply ? reply.answer : null);
      });
    },
    move(body) {
      const { terminal = '', batch: named = '' } = unpack(body);
      const batch = named.slice(2, 8);
      if (running === null || batch !== running.office.terminals.batch(terminal)) return;
      const { office } = running;
      const taken = (number: string) => {
        try {
          office.books.atomically(() => moveBatch(office, { terminal, batch: number, byHand: BY_HAND }));
          return true;
        } catch (error) {
          if (!(error instanceof Unable)) throw error;
          return false;
        }
      };
      // Every second time they first try to give back the batch that was taken away last. The bank refuses one that is
      // settled, that the terminal has asked to settle, or that has trades as this one has: then others are tried.
      const before = [...moved].at(-1);
      const back = before !== undefined && moves++ % 2 === 1 ? [before] : [];
      const others = MOVES.map((by) => String(Number(batch) + by).padStart(6, '0'));
      if (![...back, ...others].some(taken)) throw new Error(`batch ${batch} can be moved nowhere`);
      moved.add(batch);
    },
    moved,
    telephone(card, amount) {
      if (running === null) return null;
      const { office } = running;
      try {
        const said = office.books.atomically(() => authoriseByVoice(office, { card, amount }));
        return 'authorisation' in said ? String(said.authorisation) : null;
      } catch (error) {
        if (!(error instanceof Unable)) throw error;
        return null;
      }
    },
    stop,
    start,
    remove() {
      stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Copies the folder of a bank that is closed: its books and the key that seals them. */
export function copyBank(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const file of ['bank.db', 'file.key']) copyFileSync(join(from, file), join(to, file));
}
