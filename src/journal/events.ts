import type { Paper, Progress, Stage, Undone } from './progress.ts';
import { type EntryType, type Lost, losses, types } from './types.ts';

/** What the host made of an answer, or of its absence. */
export interface Answered {
  readonly money: 'charged' | 'not charged' | 'unknown';
  readonly code: string | null;
  /** Why nothing is known; null where the bank's code decides. */
  readonly why: Doubt | null;
  readonly authorisation: string | null;
  readonly reference: string | null;
  readonly issuer: string | null;
  readonly acquirer: string | null;
  readonly host_time: { readonly hhmmss: string; readonly mmdd: string } | null;
}

export type Doubt = 'silent' | 'line-lost' | 'bad-mac' | 'no-mac' | 'mismatch' | 'garbled' | 'unlisted';

export type Copy = 'merchant' | 'cardholder';

/** Two people who, with the bank's reference, end what the bank has not acknowledged (money rule 13). */
export interface Ruling {
  readonly money: 'charged' | 'not charged';
  readonly people: readonly [string, string];
  readonly reference: string;
}

/** What can happen to an entry. A kind is a row of `steps`; its detail is stored as JSON. */
export type EntryEvent =
  /** From here its bytes may have left. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'answered'; readonly answer: Answered }
  /** An answer that came after the result was settled or given up: kept as evidence, changes nothing (money rule 4). */
  | { readonly kind: 'late'; readonly answer: Answered }
  /** The counter has finished with it before the bank has heard of it; from here on the bank is told. */
  | { readonly kind: 'accepted' }
  /** What the bank made of a request that was sent again, or of an advice. */
  | { readonly kind: 'told'; readonly answer: Answered }
  /** Somebody at the counter has seen that the bank refused it. */
  | { readonly kind: 'seen'; readonly operator: string }
  | { readonly kind: 'completed' }
  | { readonly kind: 'reversal-begun' }
  | { readonly kind: 'reversal-unanswered' }
  | { readonly kind: 'reversed'; readonly code: string }
  | { readonly kind: 'no-original'; readonly code: string }
  | { readonly kind: 'confirmed'; readonly by: string }
  /** The bank has the original after all, after it had said that it knew none. */
  | { readonly kind: 'found'; readonly by: string }
  | { readonly kind: 'parked' }
  | { readonly kind: 'ruled'; readonly ruling: Ruling }
  | { readonly kind: 'copy-begun'; readonly copy: Copy }
  | { readonly kind: 'copy-printed'; readonly copy: Copy }
  | { readonly kind: 'signed-off'; readonly operator: string; readonly matches: boolean };

export type EventKind = EntryEvent['kind'];

/** Everything that an entry's events add up to. */
export interface History {
  readonly lost: Progress['lost'];
  readonly stage: Stage;
  readonly undone: Undone;
  readonly parked: boolean;
  /** Reversals, repeats or advices that left and brought no definite answer. */
  readonly tries: number;
  /** The counter has finished with it before the bank was told. */
  readonly accepted: boolean;
  readonly answer: Answered | null;
  readonly copies: ReadonlyMap<Copy, 'owed' | 'begun' | 'done'>;
  readonly signedOff: { readonly operator: string; readonly matches: boolean } | null;
  readonly events: number;
}

interface Step {
  /** The values of `lost`, `stage` and `undone` at which the event may happen; at any other it is a bug and throws. */
  readonly lost?: readonly Lost[];
  readonly stage: readonly Stage[];
  readonly undone: readonly Undone[];
  /** The values of `undone` for a request that has no reversal, where they differ. */
  readonly repeated?: readonly Undone[];
  readonly change: (history: History, event: never) => Partial<History>;
}

const ANY_STAGE = ['begun', 'sent', 'unknown', 'accepted', 'refused', 'declined', 'charged', 'completed'] as const;
const OPEN = ['sent', 'unknown', 'charged'] as const;
const REVERSED = ['reverse'] as const;
const ANY_UNDONE = ['no', 'begun', 'unconfirmed', 'yes', 'stands'] as const;

const stageOf = { charged: 'charged', 'not charged': 'declined', unknown: 'unknown' } as const;
const rulingOf = { charged: 'stands', 'not charged': 'yes' } as const;

type Of<Kind extends EventKind> = Extract<EntryEvent, { kind: Kind }>;

/** When each event may happen, and what it changes. `sent` can happen only once per entry (money rule 1). */
const steps = {
  sent: { stage: ['begun'], undone: ['no'], change: () => ({ stage: 'sent' }) },
  answered: {
    stage: ['sent'],
    undone: ['no'],
    change: (_, { answer }: Of<'answered'>) => ({ stage: stageOf[answer.money], answer }),
  },
  late: { stage: ANY_STAGE, undone: ANY_UNDONE, change: () => ({}) },
  accepted: {
    lost: ['advise'],
    stage: ['begun'],
    undone: ['no'],
    change: () => ({ stage: 'accepted', accepted: true }),
  },
  told: {
    lost: ['repeat', 'advise'],
    stage: ['sent', 'unknown', 'accepted'],
    undone: ['no'],
    change: ({ stage, tries }, { answer }: Of<'told'>) =>
      answer.money === 'unknown'
        ? { stage: stage === 'accepted' ? stage : 'unknown', tries: tries + 1 }
        : { stage: answer.money === 'charged' ? 'completed' : stage === 'accepted' ? 'refused' : 'declined', answer },
  },
  seen: { lost: ['advise'], stage: ['refused'], undone: ['no'], change: () => ({ stage: 'declined' }) },
  completed: { stage: ['charged'], undone: ['no'], change: () => ({ stage: 'completed' }) },
  'reversal-begun': { lost: REVERSED, stage: OPEN, undone: ['no'], change: () => ({ undone: 'begun' }) },
  'reversal-unanswered': {
    lost: REVERSED,
    stage: OPEN,
    undone: ['begun'],
    change: ({ tries }) => ({ tries: tries + 1 }),
  },
  reversed: { lost: REVERSED, stage: OPEN, undone: ['begun'], change: () => ({ undone: 'yes' }) },
  'no-original': { lost: REVERSED, stage: OPEN, undone: ['begun'], change: () => ({ undone: 'unconfirmed' }) },
  confirmed: { lost: REVERSED, stage: OPEN, undone: ['unconfirmed'], change: () => ({ undone: 'yes' }) },
  found: { lost: REVERSED, stage: OPEN, undone: ['unconfirmed'], change: () => ({ undone: 'begun' }) },
  parked: {
    stage: [...OPEN, 'accepted'],
    undone: ['begun'],
    repeated: ['no'],
    change: () => ({ parked: true }),
  },
  ruled: {
    stage: [...OPEN, 'accepted'],
    undone: ['begun', 'unconfirmed'],
    repeated: ['no'],
    change: (_, { ruling }: Of<'ruled'>) => ({ undone: rulingOf[ruling.money] }),
  },
  'copy-begun': {
    stage: ANY_STAGE,
    undone: ANY_UNDONE,
    // Printing a finished copy again: if that fails, nothing is owed.
    change: ({ copies }, { copy }: Of<'copy-begun'>) =>
      copies.get(copy) === 'owed' ? copyIs(copies, copy, 'begun') : {},
  },
  'copy-printed': {
    stage: ANY_STAGE,
    undone: ANY_UNDONE,
    change: ({ copies }, { copy }: Of<'copy-printed'>) => (copies.has(copy) ? copyIs(copies, copy, 'done') : {}),
  },
  'signed-off': {
    stage: ['accepted', 'completed'],
    undone: ['no'],
    change: (_, { operator, matches }: Of<'signed-off'>) => ({ signedOff: { operator, matches } }),
  },
} as const satisfies Record<EventKind, Step>;

function copyIs(copies: History['copies'], copy: Copy, state: 'begun' | 'done'): Partial<History> {
  return { copies: new Map(copies).set(copy, state) };
}

/** The history of a new entry, which owes these copies of the slip if it succeeds. */
export function beginning(type: EntryType, copies: readonly Copy[]): History {
  return {
    lost: types[type].lost,
    stage: 'begun',
    undone: 'no',
    parked: false,
    tries: 0,
    accepted: false,
    answer: null,
    copies: new Map(copies.map((copy) => [copy, 'owed'])),
    signedOff: null,
    events: 0,
  };
}

export function mayHappen(history: History, kind: EventKind): boolean {
  const { lost = losses, stage, undone, repeated = undone }: Step = steps[kind];
  const undoings = history.lost === 'reverse' ? undone : repeated;
  return lost.includes(history.lost) && stage.includes(history.stage) && undoings.includes(history.undone);
}

/** The history with one more event. Throws where the event cannot happen: that is a bug, never a state of the world. */
export function after(history: History, event: EntryEvent): History {
  if (!mayHappen(history, event.kind)) {
    throw new Error(`${event.kind} cannot happen to an entry that is ${history.stage}, undone: ${history.undone}`);
  }
  const { change }: Step = steps[event.kind];
  return { ...history, ...change(history, event as never), events: history.events + 1 };
}

export function progressOf({ lost, stage, undone, parked, copies }: History): Progress {
  const paper: Paper = [...copies.values()].every((state) => state === 'done') ? 'done' : 'owed';
  return { lost, stage, undone, parked, paper };
}

/** The JSON that is stored beside the kind; null where the event has no more than its kind. */
export function detailOf({ kind: _, ...detail }: EntryEvent): string | null {
  return Object.keys(detail).length === 0 ? null : JSON.stringify(detail);
}

/** The event of a stored row. An unknown kind is an entry of a newer program: it is refused, never guessed at. */
export function eventOf(kind: string, detail: string | null): EntryEvent {
  if (!Object.hasOwn(steps, kind)) throw new Error(`the journal holds an event that is not known here: ${kind}`);
  return { kind, ...(detail === null ? {} : JSON.parse(detail)) } as EntryEvent;
}
