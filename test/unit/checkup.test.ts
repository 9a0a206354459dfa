import t from 'tap';
import { checkUp, type Probe, saleIsPossible } from '../../src/checkup/checkup.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import { virtualClock } from '../virtual-clock.ts';

const storage = (problem: Problem): Probe => ({
  ...{ part: 'storage', needed: true, deadline_ms: 100 },
  ask: async () => {
    throw new Fault(problem);
  },
});

t.test('an archive that was set aside fails its row and stops no sale; a disk that is full stops it', async (t) => {
  const broken: Problem = { kind: 'archive-broken', file: 'archive.db', why: '-', set_aside: 'archive-broken-1.db' };
  const full: Problem = { kind: 'disk-full', file: 'journal.db' };
  for (const [problem, possible] of [
    [broken, true],
    [full, false],
  ] as const) {
    const rows = await checkUp([storage(problem)], virtualClock(), () => undefined);
    t.match(rows, [{ part: 'storage', state: 'failed', problem }]);
    t.equal(saleIsPossible(rows), possible, problem.kind);
  }
});
