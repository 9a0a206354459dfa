import { ANOTHER_BATCH } from '../host/response-codes.ts';
import type { Entry } from '../journal/entry.ts';
import type { EntryType } from '../journal/types.ts';
import { acknowledged, untilSeen } from '../operator/ask.ts';
import type { Draw } from '../operator/operator.ts';
import { accepted, adviceRefused } from '../operator/screens/advice.ts';
import { Fault } from '../values/problem.ts';
import { begin, type Cancelled, type Charge, type Refused, refuse, type Unsettled } from './charge.ts';
import type { Counter } from './counter.ts';
import { inFlow } from './in-flow.ts';
import { saysOfOriginal, signOff } from './result.ts';
import { showDoubted } from './unsettled.ts';

/** Transactions that the terminal finishes by itself, without waiting for the bank's answer. */
export type AcceptedType = Extract<EntryType, 'offline' | 'voice' | 'completion-advice' | 'tip' | 'adjust'>;

export type AcceptedEnd = { end: 'accepted'; entry: Entry } | Cancelled | Refused | Unsettled;

type Acceptance = Omit<Charge, 'pin' | 'type'> & { readonly type: AcceptedType };

/** Writes the row, then shows how the transaction stands: pending until the bank has taken it. */
export async function acceptAndShow(counter: Counter, charge: Acceptance): Promise<AcceptedEnd> {
  let entry: Entry;
  try {
    entry = accept(counter, { ...charge, pin: null });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return refuse(counter, error.problem, null);
  }
  if (entry.isDoubted) return showDoubted(counter, entry);
  await showAccepted(counter, entry, charge.type);
  return { end: 'accepted', entry };
}

/**
 * Writes the row of a transaction that the terminal finishes by itself; from here on the outbox tells the bank in the
 * background until the bank has taken it. Throws a Fault if the disk refuses, with nothing begun; if nobody can say
 * whether the disk has refused, returns the entry in doubt (`isDoubted`).
 */
export function accept(counter: Counter, charge: Charge): Entry {
  const { entry, prepared } = begin(counter, charge);
  prepared.wipe();
  try {
    entry.accepted();
  } catch (error) {
    // The flow gives it up: a row that was begun, never accepted, and is in no flow's hands counts as declined here.
    entry.handOver();
    if (!(error instanceof Fault && entry.isDoubted)) throw error;
    return entry;
  }
  counter.outbox.wake();
  return entry;
}

/**
 * The cardholder signs for a charge that the bank was not asked about; a tip and its total are signed on the first
 * slip.
 */
const signed: readonly AcceptedType[] = ['offline', 'voice'];
/** Types that change an original; where the bank has taken the original, it stands without them. */
const ofOriginal: readonly AcceptedType[] = ['tip', 'adjust'];

/** Stays until Enter. The bank's answer appears on it at once, and a refusal must be seen before it closes. */
async function showAccepted(counter: Counter, entry: Entry, type: AcceptedType): Promise<void> {
  const { operator, customer, paper, journal, signedIn } = counter;
  const { amount, trace } = entry;
  const sign = signed.includes(type);
  let shown: Entry['state'] | null = null;
  const draw = () => {
    const { state, history, facts } = entry;
    const { authorisation = null } = history.answer ?? {};
    if (state !== shown) customer.due(amount, wordFor(state), ...(sign ? (['display.sign'] as const) : []));
    if (state === 'declined' && shown !== state) {
      // Drops keys that were meant for the screen before: they must not dismiss a refusal that nobody has seen.
      operator.flush();
      operator.beep('refused');
    }
    shown = state;
    if (state === 'declined') {
      operator.show(refusalOf(counter, entry));
      return;
    }
    operator.show((text, bar) =>
      accepted(text, bar, {
        ...{ title: `accepted.${type}`, amount, trace, sign, slip: paper.stateOf(entry) },
        authorisation: facts.particulars.authorisation ?? authorisation,
        state: state === 'approved' || state === 'parked' ? state : 'pending',
      }),
    );
  };
  operator.flush();
  operator.beep('done');
  const stops = [paper.watch(draw), journal.watch(draw)];
  try {
    draw();
    paper.print(entry);
    await acknowledged(operator, ['enter']);
    if (entry.state === 'declined') saw(entry, signedIn);
    else if (sign) signOff(entry, signedIn);
  } finally {
    for (const stop of stops) stop();
  }
}

/**
 * Shows each transaction that the bank has refused after the counter had finished with it, each until Enter. The
 * refusal may have come at night or after a power cut; it stays on the idle screen until somebody has seen it.
 */
export async function showRefusals(standing: Counter): Promise<void> {
  for (const { entry, debt } of standing.journal.debts()) {
    if (debt === 'tell') await showUntilSeen(standing, entry);
  }
}

export async function showUntilSeen(standing: Counter, entry: Entry): Promise<void> {
  const { operator } = inFlow(standing, entry.facts.type as AcceptedType);
  await untilSeen(operator, 'refused', ['enter'], refusalOf(standing, entry));
  saw(entry, standing.signedIn);
}

function refusalOf({ codeWords }: Counter, entry: Entry): Draw {
  const { amount, trace, history, facts } = entry;
  const code = history.answer?.code ?? '';
  const original = ofOriginal.includes(facts.type as AcceptedType) && entry.original?.state !== 'declined';
  const refused = {
    ...{ amount, trace, code, why: codeWords(code).title, original, left: code === ANOTHER_BATCH },
    // For a tip or an adjustment the screen says no more of the original than that it was not changed.
    ofOriginal: facts.type === 'completion-advice' && saysOfOriginal(entry),
  };
  return (text, bar) => adviceRefused(text, bar, refused);
}

/** Records who has seen the refusal. If the disk cannot record it, the refusal is shown again later. */
function saw(entry: Entry, operator: string): void {
  try {
    entry.seen(operator);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

function wordFor(state: Entry['state']) {
  if (state === 'approved') return 'display.approved';
  if (state === 'parked') return 'display.unknown';
  return state === 'declined' ? 'display.declined' : 'display.pending';
}
