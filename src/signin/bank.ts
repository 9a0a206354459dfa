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
  /** Whether the bank is asked which transaction of this terminal is its newest. */
  readonly compares: boolean;
}

/** Whether the bank can say which transaction of this terminal is its newest. */
export function comparesNewest({ inquiry }: Pick<Transactions, 'inquiry'>): boolean {
  return inquiry.offered && inquiry.newest !== false;
}

/**
 * Signs the operator in at the bank: new working keys, and the batch that the bank has open. Throws the Faults of the
 * line. Throws `bank-ahead` if the bank has had a request of this terminal that the journal does not hold, and drops
 * the working keys so that nothing is paid under them, whoever asked for the sign-in (money rule 12). Throws
 * `newest-unsaid` if the bank does not name its newest transaction and the journal was not compared since this start.
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

/**
 * A journal that was compared once cannot be swapped for a backup while it is open: from then on a bank that does not
 * name its newest transaction holds nobody up.
 */
async function compareAtSignIn(desk: BankDesk): Promise<void> {
  try {
    await compareWithBank(desk);
  } catch (error) {
    const isUnsaid = error instanceof Fault && error.problem.kind === 'newest-unsaid';
    if (!isUnsaid || !desk.journal.compared) throw error;
  }
}

/**
 * Finds a journal that is older than the bank's books. A cloned memory card or a restored backup would use traces again
 * that the bank has seen, and reverse what was approved after the backup was made. Throws a Fault of kind `bank-ahead`,
 * `newest-unsaid` if nobody can say, and those of the line.
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

/**
 * Batch and trace of the bank's newest transaction; `none` if it has none, or does not offer this. If it refuses
 * otherwise, or does not tell the place, the newest may be any transaction: throws.
 */
function newestOf(end: InquiryEnd): { readonly batch: Batch; readonly trace: Trace } | 'none' {
  if (end.end === 'none') return 'none';
  if (end.end === 'found' && end.place) return end.place;
  if (end.end === 'found') throw new Fault({ kind: 'newest-unsaid', code: '00' });
  if (end.signInAgain) throw new Fault({ kind: 'mac-wrong' });
  // The bank says under its MAC that it does not offer this to anybody: the same as a profile that does not compare.
  if (end.code === NOT_OFFERED) return 'none';
  throw new Fault({ kind: 'newest-unsaid', code: end.code });
}

/** Compares before the outbox sends anything. If the keys are not the bank's it cannot be asked: then signs in. */
export async function compareOrSignIn(desk: Comparing, signIn: () => Promise<boolean>): Promise<void> {
  try {
    await compareWithBank(desk);
  } catch (error) {
    // The sign-in compares by itself.
    const ofKeys = error instanceof Fault && SPOILT.includes(error.problem.kind);
    if (!ofKeys || !(await signIn())) throw error;
  }
}
