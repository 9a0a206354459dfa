import type { Transactions } from '../config/config.ts';
import type { Host, SignInEnd } from '../host/host.ts';
import type { InquiryEnd } from '../host/inquiry.ts';
import { NOT_OFFERED } from '../host/response-codes.ts';
import type { Journal } from '../journal/journal.ts';
import { Fault, SPOILT } from '../values/problem.ts';
import type { SetClock } from '../values/set-clock.ts';
import type { Batch, Trace } from '../values/trace.ts';
import type { Vault } from '../vault/vault.ts';

export interface BankDesk {
  readonly host: Host;
  readonly journal: Journal;
  readonly clock: SetClock;
  readonly vault: Pick<Vault, 'forgetWorkingKeys'>;
  /** Whether the bank is asked for its newest. */
  readonly compares: boolean;
}

/** Whether the bank says which transaction is its newest. */
export function comparesNewest({ inquiry }: Pick<Transactions, 'inquiry'>): boolean {
  return inquiry.offered && inquiry.newest !== false;
}

/**
 * Signs the operator in at the bank: new working keys, and the batch that the bank has open. Throws a Fault of the line,
 * and `bank-ahead` where the bank has had a request of this terminal that its journal does not hold: then there are no
 * working keys either, so that nothing is paid under them, whoever asked for the sign-in (money rule 12). `newest-unsaid`
 * where it does not say, and has not said since this start.
 */
export async function signInToBank(desk: BankDesk, operator: string): Promise<SignInEnd> {
  const { host, journal, clock } = desk;
  const end = await host.signIn(operator, { trace: journal.takeTrace(), batch: journal.batch });
  if (end.end !== 'signed-in') return end;
  journal.openBatch(end.batch);
  if (end.host_time !== null) clock.set(end.host_time);
  if (desk.compares) await compareAtSignIn(desk);
  return end;
}

/** A journal that was compared is not changed for a backup while it is open: a bank that does not say holds nobody up. */
async function compareAtSignIn(desk: BankDesk): Promise<void> {
  try {
    await compareWithBank(desk);
  } catch (error) {
    const isUnsaid = error instanceof Fault && error.problem.kind === 'newest-unsaid';
    if (!isUnsaid || !desk.journal.compared) throw error;
  }
}

/**
 * A cloned card or a restored backup would take traces again that the bank has seen, and turn back what was approved after the
 * backup was made. Throws a Fault of kind `bank-ahead`, `newest-unsaid` where nobody can say, and those of the line.
 */
async function compareWithBank({ host, journal, vault }: Comparing): Promise<void> {
  const newest = { place: null, date: null, reference: null, authorisation: null };
  const end = await host.inquire({ trace: journal.takeTrace(), batch: journal.batch, of: newest });
  const place = newestOf(end);
  if (place === 'none' || journal.knows(place)) {
    journal.foundBanksNewest();
    return;
  }
  vault.forgetWorkingKeys();
  const found = journal.last();
  throw new Fault({
    kind: 'bank-ahead',
    batch: place.batch,
    trace: place.trace,
    found: found === null ? '-' : `${found.batch} ${found.trace}`,
  });
}

type Comparing = Pick<BankDesk, 'host' | 'journal' | 'vault'>;

/** Where the bank's newest stands. One that is refused, or told without its place, may be any: nothing is known of it. */
function newestOf(end: InquiryEnd): { readonly batch: Batch; readonly trace: Trace } | 'none' {
  if (end.end === 'none') return 'none';
  if (end.end === 'found' && end.place) return end.place;
  if (end.end === 'found') throw new Fault({ kind: 'newest-unsaid', code: '00' });
  if (end.signInAgain) throw new Fault({ kind: 'mac-wrong' });
  // Its word, under its MAC, that it compares with nobody: as where the profile says so.
  if (end.code === NOT_OFFERED) return 'none';
  throw new Fault({ kind: 'newest-unsaid', code: end.code });
}

/** The same before the outbox tells the bank anything: under other keys than the bank's it cannot be asked. */
export async function compareOrSignIn(desk: Comparing, signIn: () => Promise<boolean>): Promise<void> {
  try {
    await compareWithBank(desk);
  } catch (error) {
    // The sign-in compares by itself.
    const ofKeys = error instanceof Fault && SPOILT.includes(error.problem.kind);
    if (!ofKeys || !(await signIn())) throw error;
  }
}
