import type { Journal } from '../../src/journal/journal.ts';
import type { Screen } from '../../src/operator/screen.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { BankEnd } from './bank-end.ts';
import type { CustomersEye, Glance } from './customer.ts';
import type { Seen } from './eye.ts';
import type { Meter } from './faults.ts';
import { ghosts, hasFailed } from './ghosts.ts';
import { falseBalance, isUnbegun, momentOf } from './sayings.ts';

/** What could be seen during one operation, with the books as they were at that moment. */
export interface Lookout {
  /** The screens, newest last. */
  readonly seen: readonly Seen[];
  /** What stood on the screen and on the customer's display at once, for each result. */
  readonly glances: readonly Glance[];
  /** Differences between the disk and the running terminal (`ghosts`), looked for where the disk has failed. */
  readonly ghosts: readonly string[];
  /** Balances on the screen that are not the bank's. */
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
  /** The running terminal's journal; null where none is open. */
  readonly journal: () => Journal | null;
  /** The journal's SQLite URI. */
  readonly location: string;
  readonly standing: () => Screen | null;
}

/** Shorter than the shortest press: by then the customer's display has caught up, and no key has left the screen. */
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

  /** A display that a fault has struck is not read: it is drawn again only within two seconds. */
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
