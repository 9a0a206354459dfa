import t from 'tap';
import { sounds } from '../../board/virtual/sounds.ts';
import { buzzer, buzzerLine } from '../../src/operator/buzzer.ts';
import { solderedLines } from '../soldered-lines.ts';
import { settled, virtualClock } from '../virtual-clock.ts';

async function bench() {
  const clock = virtualClock();
  const heard = sounds(8, clock.now);
  const output = await solderedLines(heard.buzzer).outputs([{ chip: 'test', line: 8 }], 0);
  return { clock, heard, output, beeps: () => heard.list().map(({ duration_ms }) => duration_ms) };
}

t.test('each sound can be told from the others by ear', async (t) => {
  const { clock, output, beeps } = await bench();
  const sounding = buzzer(output, clock);
  for (const [beep, durations] of [
    ['key', [20]],
    ['done', [80, 80]],
    ['refused', [400]],
    ['attention', [120, 120, 120]],
  ] as const) {
    const before = beeps().length;
    sounding.beep(beep);
    await clock.advance(1_000);
    await sounding.quiet();
    t.same(beeps().slice(before), durations, beep);
  }
  t.equal(clock.sleeping, 0);
});

t.test('a new sound ends the one that plays', async (t) => {
  const { clock, output, beeps } = await bench();
  const sounding = buzzer(output, clock);
  sounding.beep('refused');
  await clock.advance(100);
  sounding.beep('key');
  await clock.advance(1_000);
  t.same(beeps(), [100, 20]);
  t.equal(clock.sleeping, 0);
});

t.test('a buzzer that is gone stops nobody', async (t) => {
  const clock = virtualClock();
  const sounding = buzzer({ write: () => Promise.reject(new Error('the lines are cut')) }, clock);
  sounding.beep('done');
  await settled();
  sounding.beep('key');
  await sounding.quiet();
  t.equal(clock.sleeping, 0);
});

t.test('the newest 200 sounds are kept, each with its number and time', async (t) => {
  const { heard, clock } = await bench();
  for (let n = 0; n < 205; n++) heard.play(new Int16Array(160), 16_000);
  t.equal(heard.list().length, 200);
  t.match(heard.list()[0], { n: 6, at: new Date(clock.now()).toISOString(), sound: 'voice', duration_ms: 10 });
});

t.test('a line that another program holds leaves a terminal that is silent, and runs', async (t) => {
  const clock = virtualClock();
  const lines = { ...solderedLines(), outputs: () => Promise.reject(new Error('gpio18: EBUSY')) };
  const said: string[] = [];
  const output = await buzzerLine(lines, { chip: 'test', line: 8 }, ({ message }) => said.push(message));
  t.equal(output, null);
  t.same(said, ['gpio18: EBUSY'], 'whoever installs it learns why');
  const sounding = buzzer(output, clock);
  sounding.beep('done');
  await clock.advance(1000);
  await sounding.quiet();
  t.equal(clock.sleeping, 0);
});
