import t from 'tap';
import { checkUp, type Part, type Probe, saleIsPossible } from '../../src/checkup/checkup.ts';
import { type Parts, probesOf } from '../../src/checkup/probes.ts';
import { texts } from '../../src/config/texts.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import { virtualClock } from '../virtual-clock.ts';

const storage = (problem: Problem): Probe => ({
  ...{ part: 'storage', needed: true, deadline_ms: 100 },
  ask: async () => {
    throw new Fault(problem);
  },
});

const config = { terminal: { waits: { checkup_device_ms: 2000 } }, network: { connect_timeout_ms: 10_000 } };

/** One of the terminal's probes, built on what it asks. */
function probeOf(part: Part, parts: object): Probe {
  const found = probesOf({ config, ...parts } as unknown as Parts).find((probe) => probe.part === part);
  if (found === undefined) throw new Error(`no probe of the ${part}`);
  return found;
}

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
    const rows = checkUp([probeOf('printer', { clock, paper, printer: { check } })], clock, () => undefined);
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

t.test('a clock that is behind the newest row, or the release, is told, and stops no sale', async (t) => {
  const start_ms = Date.UTC(2026, 11, 1);
  const rowAt = (ms: number | null) => ({
    last: () => (ms === null ? null : { row: { time: new Date(ms).toISOString() } }),
  });
  const checked = async (now_ms: number, row_ms: number | null) => {
    const clock = virtualClock(now_ms);
    const rows = await checkUp([probeOf('clock', { clock, journal: rowAt(row_ms) })], clock, () => undefined);
    t.ok(saleIsPossible(rows));
    return rows[0];
  };
  t.match(await checked(start_ms, null), { state: 'ok' });
  t.match(await checked(start_ms, start_ms), { state: 'ok' });
  t.match(await checked(start_ms, start_ms + 1000), {
    state: 'failed',
    problem: { kind: 'clock-behind', now: '2026-12-01T00:00:00.000Z', latest: '2026-12-01T00:00:01.000Z' },
  });
  t.match(await checked(0, null), { state: 'failed', problem: { kind: 'clock-behind' } }, 'a battery that is empty');
});

t.test('a terminal without a buzzer says so beside its keys, and sells', async (t) => {
  const clock = virtualClock();
  const keypad = { check: async () => null };
  const row = async (silent: boolean) => {
    const rows = await checkUp(
      [probeOf('keypad', { clock, keypad, silent, text: () => texts('en') })],
      clock,
      () => undefined,
    );
    t.ok(saleIsPossible(rows));
    return rows[0];
  };
  t.match(await row(false), { state: 'ok', detail: null });
  t.match(await row(true), { state: 'ok', detail: 'Buzzer unplugged' });
});
