import { type InquiryEnd, isAnothers, isOfHold, isTaken } from '../host/inquiry.ts';
import type { Entry, EntryFacts } from '../journal/entry.ts';
import type { History } from '../journal/events.ts';
import { type EntryType, makesOf, types } from '../journal/types.ts';
import type { ChargedKind, ChargedMoney, ChargedSays } from '../operator/screens/charged.ts';
import type { Fen } from '../values/fen.ts';
import { openStates, type State } from '../values/state.ts';
import { type Evidence, evidenceOf } from './evidence.ts';

/** What can be said about the money, from the journal and, where it was asked, from the bank. */
export interface Answer {
  readonly money: ChargedMoney;
  /** Why that is so, in one sentence. */
  readonly says: ChargedSays;
  /** The bank's books say something else than ours: somebody is to be called. */
  readonly differs: boolean;
  readonly evidence: readonly Evidence[];
}

/** The parts of an entry that an answer needs. */
export interface Subject {
  readonly facts: Pick<EntryFacts, 'type' | 'trace' | 'begun_ms' | 'card'>;
  readonly amount: Fen;
  /** The amount with the tips and adjustments that are approved or pending. */
  readonly total: Fen;
  /** The amount with only those that the bank has taken. */
  readonly taken: Fen;
  readonly state: State;
  readonly history: Pick<History, 'lost' | 'stage' | 'accepted' | 'undone'>;
  readonly sequels: readonly Subject[];
  readonly story: Entry['story'];
}

/** The bank's answer to an inquiry, when it came. */
export type Heard = InquiryEnd & { readonly at_ms: number };

type Verdict = Omit<Answer, 'evidence'>;

/**
 * "Was I charged?" `not-charged` needs the bank's definite word, or that no byte ever left (money rules 2, 3, 15);
 * anything less is `unknown`, or `being-reversed` where the bank is being told to undo it. `doubted`: the bank has
 * refused something that was begun on this entry, so the journal's word alone is not enough.
 */
export function answerOf(subject: Subject, heard: Heard | null, doubted = false): Answer {
  const ours = byTheJournal(subject);
  const unheard = doubted && isDefinite(ours) ? ofRecordAlone : ours;
  const verdict = heard === null || heard.end === 'refused' ? unheard : byTheBank(subject, ours, heard);
  return { ...verdict, evidence: evidenceOf(subject, heard) };
}

export function isDefinite({ money }: Pick<Answer, 'money'>): boolean {
  return money === 'charged' || money === 'not-charged';
}

export function kindOf(type: EntryType): ChargedKind {
  if (type === 'preauth' || type === 'preauth-add') return 'hold';
  if (type === 'preauth-void') return 'release';
  return types[type].moves === 'out' ? 'refund' : 'payment';
}

const ofRecordAlone: Verdict = { money: 'unknown', says: 'recorded-here', differs: false };

/** The answer for each state, before anything else is looked at. */
const own = {
  pending: ['unknown', 'in-hand'],
  approved: ['charged', 'approved'],
  declined: ['not-charged', 'declined'],
  unknown: ['unknown', 'unknown'],
  reversing: ['being-reversed', 'reversing'],
  reversed: ['not-charged', 'reversed'],
  'reversed-unconfirmed': ['unknown', 'unconfirmed'],
  voided: ['not-charged', 'voided'],
  // The card was charged, and then credited: "not charged" would be wrong.
  refunded: ['charged', 'refunded'],
  parked: ['being-reversed', 'parked'],
} as const satisfies Record<State, readonly [ChargedMoney, ChargedSays]>;

function byTheJournal(subject: Subject): Verdict {
  const { state, history, facts, sequels } = subject;
  const [money, says] = own[state];
  const verdict = (money: ChargedMoney, says: ChargedSays): Verdict => ({ money, says, differs: false });
  const isHold = kindOf(facts.type) === 'hold';
  // Not for a hold: there two people have ruled that it was taken, which is no charge.
  if (history.undone === 'stands' && state === 'approved' && !isHold) return verdict(money, 'ruled');
  if (history.undone === 'yes' && history.lost !== 'reverse') return verdict('not-charged', 'ruled');
  if (state === 'declined' && history.stage === 'begun') return verdict(money, 'never-sent');
  // No byte has left, but the disk may have kept the refused event that would let it leave at the next start.
  if (state === 'unknown' && history.stage === 'begun') return verdict(money, 'doubted');
  // The counter's word is not the bank's: it will be told, and may refuse.
  if (history.stage === 'accepted') return verdict('unknown', state === 'parked' ? 'parked' : 'accepted');
  if (history.lost !== 'reverse' && (state === 'unknown' || state === 'parked')) {
    return verdict('unknown', state === 'parked' ? 'parked' : 'asking-again');
  }
  if (state === 'voided' && isHold) return verdict('not-charged', 'released');
  if (state !== 'approved') return verdict(money, says);

  const of = (makes: 'voided' | 'completed') => sequels.filter(({ facts: { type } }) => makesOf(type) === makes);
  if (of('voided').some((sequel) => openStates.includes(sequel.state))) return verdict('unknown', 'being-voided');
  if (!isHold) return verdict(money, says);
  const completions = of('completed');
  if (completions.some((sequel) => sequel.state === 'approved')) return verdict('charged', 'approved');
  if (completions.some((sequel) => sequel.state === 'refunded')) return verdict('charged', 'refunded');
  if (completions.some((sequel) => openStates.includes(sequel.state))) return verdict('unknown', 'being-completed');
  // Another terminal of the merchant may have completed or voided the hold since, or it may have expired.
  return verdict('unknown', 'held-here');
}

/**
 * The bank's word decides where our books do not know, and is compared where they do: a difference is never hidden. If
 * the bank has no such record, that settles nothing: the request may still be on its way.
 */
function byTheBank(subject: Subject, ours: Verdict, heard: Exclude<Heard, { end: 'refused' }>): Verdict {
  // What is in doubt is another request than the one that the bank was asked about, or the request is on the line now.
  if (doubtsOfOthers.includes(ours.says)) return ours;
  const verdict = (money: ChargedMoney, says: ChargedSays, differs = false): Verdict => ({ money, says, differs });
  if (heard.end === 'none') {
    const wasThere = ours.money === 'charged' || ['held-here', 'voided', 'released'].includes(ours.says);
    return wasThere ? verdict('unknown', 'bank-none', true) : ours;
  }
  const kind = kindOf(subject.facts.type);
  // Another request's row under the same trace says nothing about this one (94).
  const isOurs = !isAnothers(heard, { amounts: amountsOf(subject), card: subject.facts.card });
  if (!isOurs || (isOfHold(heard) && kind !== 'hold')) return { ...ours, differs: true };

  if (!isTaken(heard)) {
    const isVoided = ours.says === 'voided' || ours.says === 'released';
    if (ours.money === 'not-charged' && isVoided === (heard.state === 'voided')) return ours;
    if (ours.says === 'held-here' && heard.state === 'voided') return verdict('not-charged', 'bank-released');
    return verdict('not-charged', heard.state === 'declined' ? 'bank-declined' : 'bank-undone', isDefinite(ours));
  }
  if (isOwedBack(ours)) return verdict('being-reversed', 'bank-posted-reversing');
  if (kind === 'hold') {
    const found = ofHold(ours, heard);
    return { ...found, differs: ours.money === 'not-charged' || (isDefinite(ours) && found.money !== ours.money) };
  }
  if (ours.says === 'refunded') return ours;
  // The bank has posted it: that differs from our books where they say that it is not charged.
  return verdict('charged', kind === 'payment' ? backAtBank(heard) : 'bank-posted', ours.money === 'not-charged');
}

type Found = Extract<Heard, { end: 'found' }>;

/** The answer for a hold that the bank has taken. A bank that says only that does not say that nothing was charged. */
function ofHold(ours: Verdict, heard: Found): Pick<Verdict, 'money' | 'says'> {
  // Our own books have its completion.
  if (ours.money === 'charged' && (heard.state === 'posted' || heard.state === 'completed')) return ours;
  if (heard.state === 'completed') {
    const back = backAtBank(heard);
    return { money: 'charged', says: back === 'bank-posted' ? 'bank-completed' : back };
  }
  if (heard.state === 'released') return { money: 'not-charged', says: 'bank-released' };
  // Our books say that it was never taken, or that it was charged; the bank's word fits neither.
  if (ours.says !== 'held-here') return { money: 'unknown', says: 'bank-posted' };
  return heard.state === 'held' ? { money: 'not-charged', says: 'held' } : ours;
}

/** Whether the bank has given back all, part or none of the charge, at any of the merchant's terminals. */
function backAtBank({ amount, completed = null, refunded }: Found): 'refunded' | 'part-refunded' | 'bank-posted' {
  if (refunded === 0) return 'bank-posted';
  return refunded >= (completed ?? amount) ? 'refunded' : 'part-refunded';
}

/** The amounts that the bank's row may have: as begun, with the approved changes, and with the pending ones too. */
function amountsOf({ amount, taken, total }: Subject): readonly Fen[] {
  return [amount, taken, total];
}

/**
 * The amount charged to the card. A tip or an adjustment counts once the bank has taken it: by its yes, or by its
 * record where that yes was lost. For a hold that was completed elsewhere it is the amount of that completion.
 */
export function chargedOf(subject: Subject, heard: Heard | null): Fen {
  const { total, taken, facts } = subject;
  if (heard?.end !== 'found' || !isTaken(heard)) return taken;
  const isCompleted = kindOf(facts.type) === 'hold' && heard.state === 'completed';
  if (isCompleted && !isAnothers(heard, { amounts: amountsOf(subject), card: facts.card }))
    return heard.completed ?? taken;
  return isAnothers(heard, { amounts: [total], card: facts.card }) ? taken : total;
}

const doubtsOfOthers: readonly ChargedSays[] = ['being-voided', 'being-completed', 'in-hand'];

/** Its reversal is owed, so what the bank has posted is on its way back. */
function isOwedBack({ money, says }: Verdict): boolean {
  return money === 'being-reversed' || says === 'unknown' || says === 'unconfirmed';
}
