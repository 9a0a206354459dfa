import t from 'tap';
import {
  debtNames,
  debts,
  debtsOf,
  owesMoney,
  type Progress,
  papers,
  stageNames,
  stateOf,
  states,
  undoings,
} from '../../src/journal/progress.ts';
import { losses, types } from '../../src/journal/types.ts';

const yesNo = [true, false];

function* everyProgress(): Generator<Progress> {
  for (const lost of losses)
    for (const stage of stageNames)
      for (const undone of undoings)
        for (const parked of yesNo) for (const paper of papers) yield { lost, stage, undone, parked, paper };
}

const fits = (cell: unknown, value: unknown) =>
  cell === '-' || cell === value || (Array.isArray(cell) && cell.includes(value));

const describes = (row: readonly unknown[], { lost, stage, undone, parked }: Progress, held: boolean) =>
  [lost, held, stage, undone, parked].every((value, place) => fits(row[place], value));

t.test('every type has a way of being made good', async (t) => {
  t.same([...new Set(Object.values(types).map(({ lost }) => lost))].sort(), [...losses].sort());
});

t.test('every progress matches exactly one row of the debt table', async (t) => {
  let walked = 0;
  for (const progress of everyProgress()) {
    const { lost, stage, undone, paper } = progress;
    const rows = debts.filter(
      ([ofLost, ofStage, ofUndone, ofPaper]) =>
        fits(ofLost, lost) && fits(ofStage, stage) && fits(ofUndone, undone) && fits(ofPaper, paper),
    );
    t.equal(rows.length, 1, JSON.stringify(progress));
    t.same(debtsOf(progress), rows[0]?.[4], JSON.stringify(progress));
    walked++;
  }
  t.equal(walked, losses.length * stageNames.length * undoings.length * 2 * papers.length, 'all of them were walked');
});

t.test('every progress has exactly one word', async (t) => {
  for (const progress of everyProgress()) {
    for (const held of yesNo) {
      const rows = states.filter((row) => describes(row, progress, held));
      t.equal(rows.length, 1, `${held} ${JSON.stringify(progress)}`);
      t.equal(stateOf(progress, held), rows[0]?.[5], `${held} ${JSON.stringify(progress)}`);
    }
  }
});

t.test('no row of either table is dead', async (t) => {
  for (const row of debts) {
    const met = [...everyProgress()].some(
      ({ lost, stage, undone, paper }) =>
        fits(row[0], lost) && fits(row[1], stage) && fits(row[2], undone) && fits(row[3], paper),
    );
    t.ok(met, row.join(' '));
  }
  for (const row of states) {
    const met = [...everyProgress()].some((progress) => yesNo.some((held) => describes(row, progress, held)));
    t.ok(met, row.join(' '));
  }
});

t.test('words and debts say the same of the money', async (t) => {
  for (const progress of everyProgress()) {
    const owed = debtsOf(progress);
    const money = owed.filter(owesMoney);
    const state = stateOf(progress, false);
    const about = JSON.stringify(progress);
    t.ok(money.length <= 1, `the bank is owed one thing at a time: ${about}`);
    if (state === 'declined' || state === 'reversed') {
      t.same(owed, progress.stage === 'refused' ? ['tell'] : [], `nothing is owed to the bank: ${about}`);
    }
    if (state === 'approved') t.same(money, [], `an approved sale owes the bank nothing: ${about}`);
    if (state === 'reversed-unconfirmed' && progress.stage !== 'begun') t.same(owed, ['confirm'], about);
    if (money.length > 0) t.ok(['unknown', 'reversing', 'parked', 'pending'].includes(state), `${state}: ${about}`);
    if (progress.stage === 'accepted' && progress.undone === 'no') t.ok(owed.includes('advise'), about);
    if (progress.stage === 'sent' || progress.stage === 'unknown') {
      const ended = progress.undone === 'yes' || progress.undone === 'stands';
      const waits = ended || (progress.lost === 'reverse' && progress.undone === 'unconfirmed');
      t.equal(money.length === 1, !waits, `owed until the bank or two people say otherwise: ${about}`);
    }
    if (progress.stage === 'charged' && progress.lost === 'reverse') {
      t.equal(money.length === 1, progress.undone === 'no' || progress.undone === 'begun', about);
    }
    if (progress.lost !== 'reverse') t.notOk(owed.includes('reverse'), `no reversal of what has none: ${about}`);
  }
});

t.test('a progress that no table knows stops the program', async (t) => {
  const foreign = { lost: 'reverse', stage: 'lost', undone: 'no', parked: false, paper: 'owed' } as unknown as Progress;
  t.throws(() => debtsOf(foreign), /no row/);
  t.throws(() => stateOf(foreign, false), /no row/);
  t.same([...new Set(debts.flatMap((row) => row[4]))].sort(), [...debtNames].sort(), 'each debt has its rows');
});

t.test('what the bank must hear of is money, and keeps a batch from being settled; all else is not', async (t) => {
  t.same(debtNames.filter(owesMoney), ['reverse', 'repeat', 'advise']);
  t.notOk(owesMoney('nothing'));
});
