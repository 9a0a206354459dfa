import t from 'tap';
import {
  type Debt,
  debtOf,
  debts,
  owesMoney,
  type Progress,
  papers,
  stageNames,
  stateOf,
  states,
  undoings,
} from '../../src/journal/progress.ts';
import { types } from '../../src/journal/types.ts';

const ways = [...new Set(Object.values(types).map(({ lost }) => lost))];
const yesNo = [true, false];

function* everyProgress(): Generator<Progress> {
  for (const lost of ways)
    for (const stage of stageNames)
      for (const undone of undoings)
        for (const parked of yesNo) for (const paper of papers) yield { lost, stage, undone, parked, paper };
}

const fits = (cell: unknown, value: unknown) =>
  cell === '-' || cell === value || (Array.isArray(cell) && cell.includes(value));

t.test('every progress matches exactly one row of the debt table', async (t) => {
  let walked = 0;
  for (const progress of everyProgress()) {
    const { lost, stage, undone, paper } = progress;
    const rows = debts.filter(
      ([ofLost, ofStage, ofUndone, ofPaper]) =>
        fits(ofLost, lost) && fits(ofStage, stage) && fits(ofUndone, undone) && fits(ofPaper, paper),
    );
    t.equal(rows.length, 1, JSON.stringify(progress));
    t.equal(debtOf(progress), rows[0]?.[4], JSON.stringify(progress));
    walked++;
  }
  t.equal(walked, ways.length * stageNames.length * undoings.length * 2 * papers.length, 'all of them were walked');
});

t.test('every progress has exactly one word', async (t) => {
  for (const progress of everyProgress()) {
    for (const held of yesNo) {
      const { stage, undone, parked } = progress;
      const rows = states.filter(
        ([ofHeld, ofStage, ofUndone, ofParked]) =>
          fits(ofHeld, held) && fits(ofStage, stage) && fits(ofUndone, undone) && fits(ofParked, parked),
      );
      t.equal(rows.length, 1, `${held} ${JSON.stringify(progress)}`);
      t.equal(stateOf(progress, held), rows[0]?.[4], `${held} ${JSON.stringify(progress)}`);
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
    const met = [...everyProgress()].some(({ stage, undone, parked }) =>
      yesNo.some((held) => fits(row[0], held) && fits(row[1], stage) && fits(row[2], undone) && fits(row[3], parked)),
    );
    t.ok(met, row.join(' '));
  }
});

t.test('words and debts say the same of the money', async (t) => {
  for (const progress of everyProgress()) {
    const debt = debtOf(progress);
    const state = stateOf(progress, false);
    const about = JSON.stringify(progress);
    if (state === 'declined' || state === 'reversed') t.equal(debt, 'nothing', `nothing is owed: ${about}`);
    if (state === 'approved') t.notOk(owesMoney(debt), `an approved sale is never reversed: ${about}`);
    if (state === 'reversed-unconfirmed' && progress.stage !== 'begun') t.equal(debt, 'confirm', about);
    if (owesMoney(debt)) t.ok(['unknown', 'reversing', 'parked'].includes(state), `${state}: ${about}`);
    if (progress.stage === 'sent' || progress.stage === 'unknown' || progress.stage === 'charged') {
      const ended = progress.undone === 'yes' || progress.undone === 'stands' || progress.undone === 'unconfirmed';
      t.equal(owesMoney(debt), !ended, `owed until the bank or two people say otherwise: ${about}`);
    }
  }
});

t.test('a progress that no table knows stops the program', async (t) => {
  const foreign = { lost: 'reverse', stage: 'lost', undone: 'no', parked: false, paper: 'owed' } as unknown as Progress;
  t.throws(() => debtOf(foreign), /no row/);
  t.throws(() => stateOf(foreign, false), /no row/);
  const known: readonly Debt[] = ['reverse', 'confirm', 'reprint', 'nothing'];
  t.same([...new Set(debts.map((row) => row[4]))].sort(), [...known].sort(), 'each debt has its rows');
});
