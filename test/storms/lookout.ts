import type { Journal } from '../../src/journal/journal.ts';
import type { Screen } from '../../src/operator/screen.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { BankEnd } from './bank-end.ts';
import type { CustomersEye, Glance } from './customer.ts';
import type { Seen } from './eye.ts';
import type { Meter } from './faults.ts';
import { ghosts, hasFailed } from './ghosts.ts';
import { falseBalance, isUnbegun, momentOf } from './sayings.ts';

/** What was to be seen of one operation, with the books as they were when it stood there. */
export interface Lookout {
  /** Of the screens, newest last. */
  readonly seen: readonly Seen[];
  /** What stood on the screen and on the customer's display at once, for each result. */
  readonly glances: readonly Glance[];
  /** What a start would find and the terminal that runs does not know of, asked where its disk has failed. */
  readonly ghosts: readonly string[];
  /** Balances that were told and are others. */
  readonly balances: readonly string[];
  /** Looks for ghosts now. */
  haunt(): void;
  /** What the customer reads; null where it is dark, or the display has been struck. */
  customerReads(): readonly string[] | null;
}

export interface LookoutParts {
  readonly clock: VirtualClock;
  readonly bank: BankEnd;
  readonly meter: Meter;
  readonly customer: () => CustomersEye;
  /** Of the terminal that has power. */
  readonly journal: () => Journal | null;
  /** Where SQLite has it. */
  readonly location: string;
  readonly standing: () => Screen | null;
}

/** Less than the shortest press: the display has said the same by then, and nobody is past the screen. */
const READ_MS = 20;

export function lookout(parts: LookoutParts): Lookout & { saw(screen: Screen): void; begin(): void } {
  const { clock, bank, meter, journal, standing, location, customer } = parts;
  let seen: Seen[] = [];
  let glances: Glance[] = [];
  let haunted: string[] = [];
  let balances: string[] = [];

  function now(screen: Screen): Seen {
    const before = seen.at(-1);
    const last = before?.screen.id === screen.id ? before.moment : null;
    const books = { office: bank.open ? bank.office : null, journal: journal() };
    return { at_ms: clock.now(), screen, moment: momentOf(books, screen, last) };
  }

  function haunt(): void {
    const there = journal();
    if (there !== null && hasFailed(meter.struck)) haunted.push(...ghosts(there, location));
  }

  /** One that was struck is drawn again within two seconds. */
  function customerReads(): readonly string[] | null {
    const isStruck = meter.struck.some(({ port, fault }) => port === 'display' || fault === 'display-off');
    return isStruck || standing() === null ? null : customer().rows();
  }

  function glance({ screen, moment }: Seen): void {
    if (moment === null) return;
    clock.after(READ_MS, () => {
      const rows = standing() === screen ? customerReads() : null;
      if (rows !== null) glances.push({ screen: screen.id, moment, rows });
    });
  }

  return {
    get seen() {
      return seen;
    },
    get glances() {
      return glances;
    },
    get ghosts() {
      return haunted;
    },
    get balances() {
      return balances;
    },
    haunt,
    customerReads,
    saw(screen) {
      if (isUnbegun(screen)) haunt();
      const wrong = bank.open ? falseBalance(bank.office, screen) : null;
      if (wrong !== null) balances.push(wrong);
      const before = seen.at(-1)?.moment ?? null;
      const one = now(screen);
      seen.push(one);
      if (one.moment !== before) glance(one);
    },
    begin() {
      const screen = standing();
      seen = [];
      if (screen !== null) seen.push(now(screen));
      glances = [];
      haunted = [];
      balances = [];
    },
  };
}
