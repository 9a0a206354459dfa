import t from 'tap';
import { checkUp, type Probe, saleIsPossible } from '../../src/checkup/checkup.ts';
import { type Parts, probesOf } from '../../src/probes.ts';
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

t.test('a printer that is printing is waited for; one that is silent is not, for longer than its time', async (t) => {
  const clock = virtualClock();
  const silent = new Fault({ kind: 'device-silent', device: 'printer', waited_ms: 500 });
  const rowOf = async (check: () => Promise<unknown>) => {
    const paper = { found: () => undefined, problem: null };
    const config = { terminal: { waits: { checkup_device_ms: 2000 } }, network: { connect_timeout_ms: 10_000 } };
    const probe = probesOf({ clock, config, paper, printer: { check } } as unknown as Parts).find(
      ({ part }) => part === 'printer',
    );
    if (probe === undefined) throw new Error('no probe of the printer');
    const rows = checkUp([probe], clock, () => undefined);
    await clock.advance(30_000);
    return (await rows)[0]?.state;
  };
  const status = { online: true, coverOpen: false, paperOut: false, paperLow: false, fault: false, headHot: false };
  const printing = await rowOf(async () => {
    await clock.sleep(6000);
    return status;
  });
  t.equal(printing, 'ok', 'the slip took six seconds');
  let deafUntil_ms = Number.POSITIVE_INFINITY;
  let asked = 0;
  const deaf = async () => {
    asked += 1;
    await clock.sleep(500);
    if (clock.monotonic() < deafUntil_ms) throw silent;
    return status;
  };
  t.equal(await rowOf(deaf), 'failed');
  t.equal(asked, 4, 'two seconds are four questions');
  deafUntil_ms = clock.monotonic() + 1400;
  t.equal(await rowOf(deaf), 'ok', 'it had just got its power');
});
