import t from 'tap';
import { type Answer, answerOf, type Heard, type Subject } from '../../src/charged/answer.ts';
import type { BankState } from '../../src/host/inquiry.ts';
import { bankStates } from '../../src/host/inquiry.ts';
import { after, beginning, type EntryEvent, type History, mayHappen, progressOf } from '../../src/journal/events.ts';
import { debtsOf, stateOf } from '../../src/journal/progress.ts';
import { type EntryType, types } from '../../src/journal/types.ts';
import { fen } from '../../src/values/fen.ts';
import type { State } from '../../src/values/state.ts';
import { trace } from '../../src/values/trace.ts';
import { approval, refusal, silence } from '../journal-bench.ts';

const AMOUNT = fen(12_850);
const CARD = '622202******1234';
const OTHER_CARD = '622202******9999';
const events: readonly EntryEvent[] = [
  { kind: 'sent' },
  ...[approval, refusal, silence].map((answer) => ({ kind: 'answered', answer }) as const),
  { kind: 'late', answer: approval },
  { kind: 'accepted' },
  ...[approval, refusal, silence].map((answer) => ({ kind: 'told', answer }) as const),
  { kind: 'completed' },
  { kind: 'reversal-begun' },
  { kind: 'reversal-unanswered' },
  { kind: 'reversed', code: '00' },
  { kind: 'no-original', code: '25' },
  { kind: 'confirmed', by: 'inquiry' },
  { kind: 'found', by: 'inquiry' },
  { kind: 'parked' },
  ...(['charged', 'not charged'] as const).map(
    (money) => ({ kind: 'ruled', ruling: { money, people: ['00', '99'], reference: '000000000017' } }) as const,
  ),
];

interface Case {
  readonly history: History;
  readonly story: Subject['story'];
}

/** One way to each place that a request of this type can come to. */
function everyPlace(type: EntryType): readonly Case[] {
  const found = new Map<string, Case>();
  const look = (place: Case) => {
    const { history, story } = place;
    const { stage, undone, parked, accepted, answer } = history;
    const key = JSON.stringify([stage, undone, parked, accepted, answer?.money ?? null]);
    if (found.has(key)) return;
    found.set(key, place);
    for (const event of events.filter(({ kind }) => mayHappen(history, kind))) {
      look({ history: after(history, event), story: [...story, { event, at_ms: story.length }] });
    }
  };
  look({ history: beginning(type, []), story: [] });
  return [...found.values()];
}

function subjectOf(type: EntryType, { history, story }: Case, held: boolean, more: Partial<Subject> = {}): Subject {
  const facts = { type, trace: trace('000045'), begun_ms: 0, card: CARD };
  const state = stateOf(progressOf(history), held);
  return { ...{ facts, amount: AMOUNT, total: AMOUNT, taken: AMOUNT, state, history, sequels: [], story }, ...more };
}

const heard = (state: BankState, amount = AMOUNT, card: string | null = null): Heard => ({
  ...{
    end: 'found',
    state,
    code: '00',
    amount,
    refunded: fen(0),
    reference: '000000000017',
    authorisation: null,
    card,
  },
  at_ms: 99,
});
const none: Heard = { end: 'none', at_ms: 99 };
const refused: Heard = { end: 'refused', code: '96', signInAgain: false, at_ms: 99 };
const words = [
  ...[null, none, refused, ...bankStates.map((state) => heard(state)), heard('posted', fen(1))],
  ...[heard('posted', AMOUNT, CARD), heard('posted', AMOUNT, OTHER_CARD), heard('reversed', AMOUNT, OTHER_CARD)],
];
const isAnothers = (word: Heard | null) =>
  word?.end === 'found' && (word.amount !== AMOUNT || word.card === OTHER_CARD);

const definite = (answer: Answer) => answer.money === 'charged' || answer.money === 'not-charged';

t.test('every place of every type, with every word of the bank’s, has an answer that the rules allow', async (t) => {
  let seen = 0;
  for (const type of Object.keys(types) as EntryType[]) {
    for (const place of everyPlace(type)) {
      for (const held of [false, true]) {
        const subject = subjectOf(type, place, held);
        const { history } = place;
        const { state } = subject;
        const ours = answerOf(subject, null);
        const reversing = debtsOf(progressOf(history)).includes('reverse');
        const said = ['declined', 'refused'].includes(history.stage) || history.undone === 'yes';
        const isHold = type === 'preauth' || type === 'preauth-add';
        for (const word of words) {
          seen++;
          const answer = answerOf(subject, word);
          const name = `${type} ${state} ${history.stage} ${history.undone} ${JSON.stringify(word)}`;
          const bank = word?.end === 'found' && !isAnothers(word) ? word.state : null;
          if (answer.money === 'not-charged') {
            const ofTheBank = bank !== null && bank !== 'posted';
            const neverSent = history.stage === 'begun' && !held;
            const onlyHeld = isHold && state === 'approved' && !ofTheBank;
            if (!(said || neverSent || ofTheBank || onlyHeld)) t.fail(`not charged on nobody's word: ${name}`);
          }
          if (answer.money === 'charged' && state !== 'approved' && bank !== 'posted') t.fail(`charged: ${name}`);
          if (bank === 'posted' && answer.money === 'not-charged' && answer.says !== 'held') t.fail(`hidden: ${name}`);
          if (reversing && answer.money === 'charged') t.fail(`charged while it is being reversed: ${name}`);
          if ((bank === null || word === null) && word?.end !== 'none' && answer.money !== ours.money) {
            t.fail(`changed by no word: ${name}`);
          }
          if (definite(ours) && definite(answer) && ours.money !== answer.money && !answer.differs)
            t.fail(`agreed: ${name}`);
          if (isAnothers(word) && state !== 'pending') {
            if (!answer.differs || answer.money !== ours.money) t.fail(`another row's word: ${name}`);
          }
        }
      }
    }
  }
  t.ok(seen > 5000, `${seen} answers`);
});

/** A sale whose state is this, whatever brought it there. */
function sale(state: State, more: Partial<Subject> = {}): Subject {
  const history = { lost: 'reverse', stage: 'sent', accepted: false, undone: 'no' } as const;
  const facts = { type: 'sale', trace: trace('000045'), begun_ms: 0, card: CARD } as const;
  return {
    ...{ facts, amount: AMOUNT, total: AMOUNT, taken: AMOUNT, state, history, sequels: [], story: [] },
    ...more,
  };
}

type Short = readonly [Answer['money'], Answer['says'], 'differs'?];
const short = (answer: Answer): Short =>
  answer.differs ? [answer.money, answer.says, 'differs'] : [answer.money, answer.says];

t.test('a sale: each state by the journal alone, and beside each word of the bank’s', async (t) => {
  const back = ['not-charged', 'bank-undone'] as const;
  const backAgainst = [...back, 'differs'] as const;
  const table: Readonly<Record<State, readonly [Short, ...Short[]]>> = {
    // alone, none, posted, voided, declined, reversed, tombstone
    pending: Array(7).fill(['unknown', 'in-hand']) as never,
    approved: [
      ['charged', 'approved'],
      ['unknown', 'bank-none', 'differs'],
      ['charged', 'bank-posted'],
      ...[backAgainst, ['not-charged', 'bank-declined', 'differs'] as const, backAgainst, backAgainst],
    ],
    declined: [
      ...(Array(2).fill(['not-charged', 'declined']) as never as [Short, Short]),
      ['charged', 'bank-posted', 'differs'],
      backAgainst,
      ...(Array(3).fill(['not-charged', 'declined']) as Short[]),
    ],
    unknown: [
      ['unknown', 'unknown'],
      ['unknown', 'unknown'],
      ['being-reversed', 'bank-posted-reversing'],
      ...[back, ['not-charged', 'bank-declined'] as const, back, back],
    ],
    reversing: [
      ['being-reversed', 'reversing'],
      ['being-reversed', 'reversing'],
      ['being-reversed', 'bank-posted-reversing'],
      ...[back, ['not-charged', 'bank-declined'] as const, back, back],
    ],
    reversed: [
      ...(Array(2).fill(['not-charged', 'reversed']) as never as [Short, Short]),
      ['charged', 'bank-posted', 'differs'],
      backAgainst,
      ...(Array(3).fill(['not-charged', 'reversed']) as Short[]),
    ],
    'reversed-unconfirmed': [
      ['unknown', 'unconfirmed'],
      ['unknown', 'unconfirmed'],
      ['being-reversed', 'bank-posted-reversing'],
      ...[back, ['not-charged', 'bank-declined'] as const, back, back],
    ],
    voided: [
      ['not-charged', 'voided'],
      ['unknown', 'bank-none', 'differs'],
      ['charged', 'bank-posted', 'differs'],
      ['not-charged', 'voided'],
      ...[['not-charged', 'bank-declined', 'differs'] as const, backAgainst, backAgainst],
    ],
    refunded: [
      ['charged', 'refunded'],
      ['unknown', 'bank-none', 'differs'],
      ['charged', 'refunded'],
      ...[backAgainst, ['not-charged', 'bank-declined', 'differs'] as const, backAgainst, backAgainst],
    ],
    parked: [
      ['being-reversed', 'parked'],
      ['being-reversed', 'parked'],
      ['being-reversed', 'bank-posted-reversing'],
      ...[back, ['not-charged', 'bank-declined'] as const, back, back],
    ],
  };
  const asked = [null, none, ...bankStates.map((state) => heard(state))];
  for (const [state, answers] of Object.entries(table)) {
    const said = asked.map((word) => short(answerOf(sale(state as State), word)));
    t.strictSame(said, answers, state);
  }
});

t.test('a sale whose void has no result is neither charged nor not', async (t) => {
  for (const state of ['pending', 'unknown', 'reversing', 'reversed-unconfirmed', 'parked'] as const) {
    const undo = { ...sale(state), facts: { type: 'void', trace: trace('000046'), begun_ms: 5, card: CARD } } as const;
    for (const word of [null, heard('posted'), heard('voided')]) {
      t.same(short(answerOf(sale('approved', { sequels: [undo] }), word)), ['unknown', 'being-voided'], state);
    }
  }
  const undone = {
    ...sale('reversed'),
    facts: { type: 'void', trace: trace('000046'), begun_ms: 5, card: CARD },
  } as const;
  t.same(short(answerOf(sale('approved', { sequels: [undone] }), null)), ['charged', 'approved'], 'money rule 7');
});

t.test('a hold is no charge, until its completion', async (t) => {
  const hold = (sequels: readonly Subject[] = []) =>
    sale('approved', { facts: { type: 'preauth', trace: trace('000045'), begun_ms: 0, card: CARD }, sequels });
  const complete = (state: State) =>
    ({ ...sale(state), facts: { type: 'completion', trace: trace('000046'), begun_ms: 5, card: CARD } }) as const;
  t.same(short(answerOf(hold(), null)), ['not-charged', 'held']);
  t.same(short(answerOf(hold(), heard('posted'))), ['not-charged', 'held']);
  t.same(short(answerOf(hold([complete('approved')]), null)), ['charged', 'approved']);
  t.same(short(answerOf(hold([complete('refunded')]), null)), ['charged', 'refunded']);
  t.same(short(answerOf(hold([complete('refunded')]), heard('posted'))), ['charged', 'refunded']);
  t.same(short(answerOf(hold([complete('unknown')]), null)), ['unknown', 'being-completed']);
  t.same(short(answerOf(hold([complete('declined')]), null)), ['not-charged', 'held']);
});

t.test('what never left is not charged; what the counter has taken by itself waits for the bank', async (t) => {
  const begun = { lost: 'reverse', stage: 'begun', accepted: false, undone: 'no' } as const;
  t.same(short(answerOf(sale('declined', { history: begun }), null)), ['not-charged', 'never-sent']);
  t.same(short(answerOf(sale('pending', { history: begun }), null)), ['unknown', 'in-hand'], 'while a flow has it');
  t.same(answerOf(sale('declined', { history: begun }), null).evidence, [{ what: 'never-sent', at: 0, code: null }]);
  const accepted = { lost: 'advise', stage: 'accepted', accepted: true, undone: 'no' } as const;
  t.same(short(answerOf(sale('pending', { history: accepted }), null)), ['unknown', 'accepted']);
  t.same(short(answerOf(sale('pending', { history: accepted }), heard('posted'))), ['charged', 'bank-posted']);
  t.same(short(answerOf(sale('parked', { history: accepted }), null)), ['unknown', 'parked']);
  const asked = { lost: 'repeat', stage: 'unknown', accepted: false, undone: 'no' } as const;
  t.same(short(answerOf(sale('unknown', { history: asked }), null)), ['unknown', 'asking-again']);
  t.same(short(answerOf(sale('unknown', { history: asked }), heard('posted'))), ['charged', 'bank-posted']);
});

t.test('the evidence stands in its order, many tries as one, the bank’s record last', async (t) => {
  const { story, history } = [
    { kind: 'sent' } as const,
    { kind: 'answered', answer: silence } as const,
    { kind: 'reversal-begun' } as const,
    { kind: 'reversal-unanswered' } as const,
    { kind: 'reversal-unanswered' } as const,
    { kind: 'late', answer: approval } as const,
    { kind: 'no-original', code: '25' } as const,
  ].reduce<Case>(
    ({ history, story }, event) => ({
      history: after(history, event),
      story: [...story, { event, at_ms: 10 * (story.length + 1) }],
    }),
    { history: beginning('sale', []), story: [] },
  );
  const { evidence } = answerOf(subjectOf('sale', { history, story }, false), heard('tombstone'));
  t.strictSame(evidence, [
    { what: 'sent', at: 10, code: null },
    { what: 'no-answer', at: 20, code: null },
    { what: 'reversal-begun', at: 30, code: null },
    { what: 'tries', at: 50, tries: 2 },
    { what: 'late', at: 60, code: '00' },
    { what: 'no-original', at: 70, code: '25' },
    { what: 'bank', at: 99, word: 'tombstone', code: '00', reference: '000000000017', refunded: 0 },
  ]);
});

t.test('a clock that is set meanwhile changes no order: what follows stands behind what came before', async (t) => {
  const { story, history } = everyPlace('sale').find(({ story }) => story.at(-1)?.event.kind === 'reversed') as Case;
  const back = story.map(({ event }, place) => ({ event, at_ms: 1000 - 10 * place }));
  const undo = {
    ...sale('approved'),
    facts: { type: 'void', trace: trace('000046'), begun_ms: 2000, card: CARD },
  } as const;
  const { evidence } = answerOf(subjectOf('sale', { history, story: back }, false, { sequels: [undo] }), null);
  t.equal(evidence[0]?.what, 'sent');
  t.same(
    evidence.slice(-2).map(({ what }) => what),
    ['reversed', 'sequel'],
  );
});
