import { groupOf } from '../config/institutions.ts';
import type { Answer } from '../host/answers.ts';
import type { SaleCard } from '../host/messages.ts';
import type { Prepared } from '../host/prepared.ts';
import type { Entry } from '../journal/entry.ts';
import type { EntryType, Particulars } from '../journal/types.ts';
import { untilSeen } from '../operator/ask.ts';
import { saleRefused } from '../operator/screens/result.ts';
import { saleConnecting } from '../operator/screens/sale.ts';
import { keptOf, requestOf } from '../outbox/request.ts';
import type { Fen } from '../values/fen.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { PinBlock } from '../vault/pin-entry.ts';
import type { Counter } from './counter.ts';
import { type Again, showApproved, showDeclined } from './result.ts';
import { showDoubted, showUnsettled } from './unsettled.ts';
import { whileWaiting } from './waiting.ts';

/** `again`: how the counter wants to take the payment once more; null where it does not. */
export type ChargeEnd =
  | Cancelled
  | Refused
  | { end: 'declined'; entry: Entry; again: Again | null }
  | Unsettled
  | { end: 'approved'; entry: Entry };

/** The operator or the customer has gone back before anything was begun. */
export type Cancelled = { end: 'cancelled' };

/** Nothing has left for the bank. */
export type Refused = { end: 'refused'; problem: Problem; again: Again | null };

/** Nobody knows yet how the transaction ends. */
export type Unsettled = { end: 'unsettled'; entry: Entry; again: Again | null };

/**
 * Takes the payment once, asking for its amount, and then again as often as the operator wants. Before each new try it
 * signs in, if the bank's answer has asked for that.
 */
export async function asOftenAsWanted(counter: Counter, take: (how: Again) => Promise<ChargeEnd>): Promise<ChargeEnd> {
  let how: Again = { digit: '0' };
  for (;;) {
    const end = await take(how);
    if (!('again' in end) || end.again === null || !(await counter.signInFirst())) return end;
    how = end.again;
  }
}

export interface Charge {
  readonly type: EntryType;
  readonly amount: Fen;
  readonly card: SaleCard;
  readonly pin: PinBlock | null;
  /** What it undoes, adds to or changes; absent where there is nothing, or the journal does not hold it. */
  readonly original?: Entry;
  readonly particulars?: Particulars;
}

/**
 * Why no payment can begin, checked before the card is read: the journal cannot be written, a settlement is open, or a
 * key is missing. Null if one can.
 */
export function whyNoPayment({ journal, vault }: Counter): Problem | null {
  try {
    journal.checkWritable();
    if (journal.isBeingSettled) return { kind: 'settlement-open' };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.problem;
  }
  return missingKey(vault);
}

function missingKey(vault: Counter['vault']): Problem | null {
  const missing = (['PIK', 'MAK'] as const).find((slot) => vault.kcvOf(slot) === null);
  return missing === undefined ? null : { kind: 'keys-missing', slot: missing };
}

/** Asks for the PIN, then takes the transaction from its row in the journal to the screen that says how it ended. */
export async function chargeAsking(
  counter: Counter,
  charged: Omit<Charge, 'pin'>,
  ask: () => Promise<{ readonly block: PinBlock | null } | null>,
): Promise<ChargeEnd> {
  for (;;) {
    let pin: Awaited<ReturnType<typeof ask>>;
    try {
      pin = await ask();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // A sign-in in the background has dropped the old keys, so the PIN cannot be enciphered.
      return refuse(counter, error.problem, charged.amount);
    }
    if (pin === null) return { end: 'cancelled' };
    const end = await charge(counter, { ...charged, pin: pin.block });
    if (end !== 'pin-again') return end;
  }
}

async function charge(counter: Counter, charge: Charge): Promise<ChargeEnd | 'pin-again'> {
  const { operator, customer, outbox, host, vault } = counter;
  const { amount } = charge;
  customer.due(amount, 'display.bank');
  operator.show((text, bar) =>
    saleConnecting(text, bar, { amount, line: host.line === 'backup' ? 'backup' : 'primary' }),
  );
  let begun: ReturnType<typeof begin>;
  try {
    // The protocol wants pending reversals sent before the next request (unionpay.md 7).
    await outbox.clearBeforeSale();
    const missing = missingKey(vault);
    if (missing !== null) return refuse(counter, missing, amount);
    // That may have included a sign-in. A PIN block under the old key would open to a wrong PIN, which counts against
    // the card.
    if (charge.pin !== null && charge.pin.kcv !== vault.kcvOf('PIK')) return 'pin-again';
    begun = begin(counter, charge);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return refuse(counter, error.problem, amount);
  }
  using entry = begun.entry;
  try {
    const answer = await authorise(counter, entry, begun.prepared);
    entry.answered(answer);
    if (answer.money === 'not charged') return { end: 'declined', entry, again: await showDeclined(counter, entry) };
    if (answer.money === 'unknown') return await unsettled(counter, entry);
    entry.completed();
  } catch (error) {
    if (!(error instanceof Fault)) throw error; // A bug: systemd restarts us, boot settles the entry.
    if (entry.isDoubted) return await showDoubted(counter, entry);
    if (entry.debt === 'nothing') return refuse(counter, error.problem, amount);
    return await unsettled(counter, entry);
  }
  // Money has moved. From here paper may fail, the sale may not.
  await showApproved(counter, entry);
  return { end: 'approved', entry };
}

async function unsettled(counter: Counter, entry: Entry): Promise<ChargeEnd> {
  const again = await showUnsettled(counter, entry);
  if (entry.state === 'approved') return { end: 'approved', entry };
  return { end: entry.state === 'declined' ? 'declined' : 'unsettled', entry, again };
}

/** Writes the row to the disk and prepares its request. A Fault here comes before the bank could have heard of it. */
export function begin(counter: Counter, charge: Charge): { entry: Entry; prepared: Prepared } {
  const { journal, vault, host, config, signedIn } = counter;
  const { type, amount, card, pin, original } = charge;
  const particulars = keptOf(type, original ?? null, charge.particulars ?? {});
  const place = journal.reserve();
  const prepared = host.prepare(type, {
    ...{ trace: place.trace, batch: place.batch, card, pin },
    ...requestOf({ type, amount, particulars }, original ?? null),
  });
  try {
    const entry = journal.begin({
      ...{ type, amount, particulars, place, operator: signedIn },
      ...(original === undefined ? {} : { original }),
      ...(prepared.digest === null ? {} : { digest: prepared.digest }),
      entryMode: prepared.entry_mode,
      card: {
        masked: card.pan.masked,
        sealed: vault.sealCard(card.pan, card.expiry),
        fingerprint: vault.fingerprint(card.pan),
        group: groupOf(card.pan.bin),
      },
      copies: config.terminal.receipt.copies,
    });
    return { entry, prepared };
  } catch (error) {
    prepared.wipe();
    throw error;
  }
}

/** Money rule 1: the row says `sent` before the first byte leaves. Throws a Fault where no byte left. */
function authorise(counter: Counter, entry: Entry, prepared: Prepared): Promise<Answer> {
  const { host, config } = counter;
  const answer_s = Math.ceil(config.network.answer_timeout_ms / 1000);
  return whileWaiting(counter, entry.amount, answer_s, (sent) =>
    host.send(prepared, () => {
      entry.sent();
      sent();
    }),
  );
}

/** Shows why nothing was sent to the bank; offers another try if the line may be back. */
export async function refuse(
  { operator, customer }: Counter,
  problem: Problem,
  amount: Fen | null = null,
): Promise<Refused> {
  const retry = problem.kind === 'line-down' && amount !== null;
  customer.say('display.cancelled', 'display.not-charged');
  const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
    saleRefused(text, bar, { problem, retry }),
  );
  return { end: 'refused', problem, again: retry && key === 'enter' ? { amount } : null };
}
