import t from 'tap';
import { setClock } from '../../src/values/set-clock.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';

const HOUR_MS = 3_600_000;
const at = (year: number, month: number, day: number, hour: number, minute = 0, second = 0) =>
  new Date(year, month - 1, day, hour, minute, second).getTime();

/** A system whose clock anybody may set, whatever time has passed. */
function system(start_ms: number) {
  const passing: VirtualClock = virtualClock(0);
  let wall_ms = start_ms;
  const clock = { ...passing, now: () => wall_ms + passing.monotonic() };
  return {
    clock: setClock(clock),
    passing,
    setTo: (ms: number) => {
      wall_ms = ms - passing.monotonic();
    },
    now: clock.now,
  };
}

t.test('until the host has said its time, the clock shows the system’s', async (t) => {
  const { clock, setTo } = system(at(2026, 6, 1, 4));
  t.equal(clock.now(), at(2026, 6, 1, 4));
  setTo(at(2026, 6, 1, 12));
  t.equal(clock.now(), at(2026, 6, 1, 12));
});

t.test('a system’s clock that is set after the sign-in is not corrected twice', async (t) => {
  const { clock, passing, setTo } = system(at(2026, 6, 1, 4));
  await passing.advance(1000);
  clock.set({ hhmmss: '120000', mmdd: '0601' });
  t.equal(clock.now(), at(2026, 6, 1, 12), 'the board was eight hours behind');
  await passing.advance(HOUR_MS);
  setTo(at(2026, 6, 1, 13));
  t.equal(clock.now(), at(2026, 6, 1, 13), 'what NTP then puts right is right already');
  setTo(at(2019, 1, 1, 0));
  await passing.advance(1);
  t.equal(clock.now(), at(2026, 6, 1, 13) + 1, 'nor does a mistake of a technician move it');
  setTo(at(2026, 6, 1, 14));
  clock.set({ hhmmss: '140001', mmdd: '0601' });
  t.equal(clock.now(), at(2026, 6, 1, 14), 'a sign-in finds the system’s clock right');
});

t.test('where the system’s clock is right it stands, and what is set later moves nothing either', async (t) => {
  for (const off_ms of [-2999, 0, 2999]) {
    const { clock, setTo } = system(at(2026, 6, 1, 12) + off_ms);
    clock.set({ hhmmss: '120000', mmdd: '0601' });
    t.equal(clock.now(), at(2026, 6, 1, 12) + off_ms);
    setTo(at(2026, 6, 1, 20));
    t.equal(clock.now(), at(2026, 6, 1, 12) + off_ms);
  }
  for (const off_ms of [-3000, 3000]) {
    const { clock } = system(at(2026, 6, 1, 12) + off_ms);
    clock.set({ hhmmss: '120000', mmdd: '0601' });
    t.equal(clock.now(), at(2026, 6, 1, 12));
  }
});

t.test('the year is the system’s, and its neighbour’s around New Year; what is no time moves nothing', async (t) => {
  const after = system(at(2027, 1, 1, 0, 5));
  after.clock.set({ hhmmss: '235800', mmdd: '1231' });
  t.equal(after.clock.now(), at(2026, 12, 31, 23, 58));
  const before = system(at(2026, 12, 31, 23, 58));
  before.clock.set({ hhmmss: '000500', mmdd: '0101' });
  t.equal(before.clock.now(), at(2027, 1, 1, 0, 5));
  const other = system(at(1970, 1, 2, 0));
  other.clock.set({ hhmmss: '12000', mmdd: '0601' });
  t.equal(other.clock.now(), at(1970, 1, 2, 0));
  other.clock.set({ hhmmss: '120000', mmdd: '0301' });
  other.setTo(at(2026, 3, 1, 11));
  other.clock.set({ hhmmss: '120000', mmdd: '0301' });
  t.equal(other.clock.now(), at(2026, 3, 1, 12), 'a year that was not known at first');
});

t.test('what passes may be another’s than the machine’s: a replay’s wall goes with its record', async (t) => {
  let ahead_ms = 0;
  const passing = virtualClock(at(2026, 6, 1, 4));
  const clock = setClock({ ...passing, now: () => passing.now() + ahead_ms }, () => passing.monotonic() + ahead_ms);
  clock.set({ hhmmss: '120000', mmdd: '0601' });
  ahead_ms += HOUR_MS;
  await passing.advance(1000);
  t.equal(clock.now(), at(2026, 6, 1, 13, 0, 1));
  t.equal(clock.monotonic(), 1000);
  ahead_ms += 0.75;
  t.equal(clock.now(), at(2026, 6, 1, 13, 0, 1), 'whole milliseconds, as the journal keeps them');
});
