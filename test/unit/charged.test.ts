import t from 'tap';
import { type Answer, answerOf, chargedOf, type Heard, type Subject } from '../../src/charged/answer.ts';
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
  ...{ end: 'found', state, code: '00', amount, refunded: fen(0) },
  ...{ reference: '000000000017', authorisation: null, card, at_ms: 99 },
});
/** With so much of it given back; of a completed hold of what its completion came to. */
const back = (word: Heard, refunded: number, completed?: number): Heard => ({
  ...(word as Extract<Heard, { end: 'found' }>),
  ...{ refunded: fen(refunded), ...(completed !== undefined && { completed: fen(completed) }) },
});
const none: Heard = { end: 'none', at_ms: 99 };
const refused: Heard = { end: 'refused', code: '96', signInAgain: false, at_ms: 99 };
const words = [
  ...[null, none, refused, ...bankStates.map((state) => heard(state)), heard('posted', fen(1))],
  ...[1, AMOUNT].flatMap((part) => [back(heard('posted'), part), back(heard('completed'), part, AMOUNT)]),
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
          const isOfHold = word?.end === 'found' && ['held', 'completed', 'released'].includes(word.state);
          const isAlien = isAnothers(word) || (isOfHold && !isHold);
          const bank = word?.end === 'found' && !isAlien ? word.state : null;
          if (answer.money === 'not-charged') {
            const ofTheBank = bank !== null && bank !== 'posted' && bank !== 'completed';
            const neverSent = history.stage === 'begun' && !held;
            if (!(said || neverSent || ofTheBank)) t.fail(`not charged on nobody's word: ${name}`);
          }
          const isCharged = bank === 'posted' || bank === 'completed';
          if (answer.money === 'charged' && state !== 'approved' && !isCharged) t.fail(`charged: ${name}`);
          if (answer.money === 'charged' && isHold && bank !== 'completed') t.fail(`a hold is charged: ${name}`);
          if (isCharged && answer.money === 'not-charged') t.fail(`hidden: ${name}`);
          if (
            isHold &&
            state === 'approved' &&
            answer.differs &&
            word?.end === 'found' &&
            bank !== null &&
            bank !== 'declined'
          ) {
            if (!['reversed', 'tombstone'].includes(bank))
              t.fail(`what another terminal did is no difference: ${name}`);
          }
          if (reversing && answer.money === 'charged') t.fail(`charged while it is being reversed: ${name}`);
          if ((bank === null || word === null) && word?.end !== 'none' && answer.money !== ours.money) {
            t.fail(`changed by no word: ${name}`);
          }
          if (definite(ours) && definite(answer) && ours.money !== answer.money && !answer.differs)
            t.fail(`agreed: ${name}`);
          if (isAlien && state !== 'pending') {
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
  // The others are of holds alone.
  const asked = [null, none, ...bankStates.slice(0, 5).map((state) => heard(state))];
  for (const [state, answers] of Object.entries(table)) {
    const said = asked.map((word) => short(answerOf(sale(state as State), word)));
    t.strictSame(said, answers, state);
  }
});

t.test('of what is doubted the journal’s own word is not enough; the bank’s is', async (t) => {
  for (const state of ['approved', 'declined', 'reversed', 'voided', 'refunded'] as const) {
    for (const unheard of [null, refused]) {
      t.same(short(answerOf(sale(state), unheard, true)), ['unknown', 'recorded-here'], state);
    }
    for (const word of [none, ...bankStates.slice(0, 5).map((name) => heard(name))]) {
      t.same(short(answerOf(sale(state), word, true)), short(answerOf(sale(state), word)), state);
    }
  }
  for (const state of ['pending', 'unknown', 'reversing', 'reversed-unconfirmed', 'parked'] as const) {
    t.same(short(answerOf(sale(state), null, true)), short(answerOf(sale(state), null)), 'what is unknown already');
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
  t.same(short(answerOf(hold(), null)), ['unknown', 'held-here'], 'another terminal may have completed it');
  t.same(short(answerOf(hold(), none)), ['unknown', 'bank-none', 'differs']);
  t.same(short(answerOf(hold(), refused)), ['unknown', 'held-here']);
  t.same(short(answerOf(hold(), heard('posted'))), ['unknown', 'held-here'], 'a bank that does not say which');
  t.same(short(answerOf(hold(), heard('held'))), ['not-charged', 'held']);
  t.same(short(answerOf(hold(), heard('completed'))), ['charged', 'bank-completed']);
  t.same(short(answerOf(hold(), heard('released'))), ['not-charged', 'bank-released']);
  t.same(short(answerOf(hold(), heard('voided'))), ['not-charged', 'bank-released']);
  t.same(short(answerOf(hold(), heard('reversed'))), ['not-charged', 'bank-undone']);
  t.same(short(answerOf(hold([complete('approved')]), heard('held'))), ['unknown', 'bank-posted', 'differs']);
  t.same(short(answerOf(hold([complete('approved')]), heard('released'))), ['not-charged', 'bank-released', 'differs']);
  t.same(short(answerOf(hold([complete('approved')]), heard('completed'))), ['charged', 'approved']);
  for (const [state, says] of [
    ['declined', 'bank-posted'],
    ['reversed', 'bank-posted'],
    ['voided', 'bank-posted'],
  ] as const) {
    const facts = { type: 'preauth', trace: trace('000045'), begun_ms: 0, card: CARD } as const;
    t.same(short(answerOf(sale(state, { facts }), heard('held'))), ['unknown', says, 'differs'], state);
    t.same(
      short(answerOf(sale(state, { facts }), heard('completed'))),
      ['charged', 'bank-completed', 'differs'],
      state,
    );
  }
  t.same(short(answerOf(hold([complete('approved')]), null)), ['charged', 'approved']);
  t.same(short(answerOf(hold([complete('refunded')]), null)), ['charged', 'refunded']);
  t.same(short(answerOf(hold([complete('refunded')]), heard('posted'))), ['charged', 'refunded']);
  t.same(short(answerOf(hold([complete('unknown')]), null)), ['unknown', 'being-completed']);
  t.same(short(answerOf(hold([complete('declined')]), null)), ['unknown', 'held-here']);
});

t.test('of a completed hold what its completion came to is the amount, and is what may have gone back', async (t) => {
  const facts = { type: 'preauth', trace: trace('000045'), begun_ms: 0, card: CARD } as const;
  const hold = sale('approved', { facts });
  const completed = back(heard('completed'), 0, 3800);
  t.equal(chargedOf(hold, completed), 3800);
  t.equal(chargedOf(hold, heard('completed')), AMOUNT, 'a bank that does not say');
  t.equal(chargedOf(hold, back(heard('completed', fen(1)), 0, 3800)), AMOUNT, 'another row under the trace');
  t.equal(chargedOf(sale('approved'), completed), AMOUNT, 'a row that is no hold');
  t.same(short(answerOf(hold, back(completed, 3800, 3800))), ['charged', 'refunded']);
  t.same(short(answerOf(hold, back(completed, 3799, 3800))), ['charged', 'part-refunded']);
});

t.test('what the bank has given back of a sale is told, whoever gave it back', async (t) => {
  const posted = heard('posted');
  const cases: readonly (readonly [State, number, Short])[] = [
    ['approved', 0, ['charged', 'bank-posted']],
    ['approved', 1, ['charged', 'part-refunded']],
    ['approved', AMOUNT - 1, ['charged', 'part-refunded']],
    ['approved', AMOUNT, ['charged', 'refunded']],
    ['refunded', AMOUNT, ['charged', 'refunded']],
    ['declined', AMOUNT, ['charged', 'refunded', 'differs']],
    ['unknown', AMOUNT, ['being-reversed', 'bank-posted-reversing']],
  ];
  for (const [state, refunded, said] of cases) {
    t.same(short(answerOf(sale(state), back(posted, refunded))), said, `${state} ${refunded}`);
  }
  const { evidence } = answerOf(sale('approved'), back(posted, 4000));
  t.match(evidence.at(-1), { what: 'bank-refunded', amount: 4000 });
  t.equal(answerOf(sale('approved'), posted).evidence.at(-1)?.what, 'bank');
});

t.test('what never left is not charged; what the counter has taken by itself waits for the bank', async (t) => {
  const begun = { lost: 'reverse', stage: 'begun', accepted: false, undone: 'no' } as const;
  t.same(short(answerOf(sale('declined', { history: begun }), null)), ['not-charged', 'never-sent']);
  t.same(short(answerOf(sale('pending', { history: begun }), null)), ['unknown', 'in-hand'], 'while a flow has it');
  const doubted = { ...begun, lost: 'advise' } as const;
  t.same(
    short(answerOf(sale('unknown', { history: doubted }), null)),
    ['unknown', 'doubted'],
    'where the disk may have it',
  );
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
    { what: 'bank', at: 99, word: 'tombstone', code: '00', reference: '000000000017' },
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
