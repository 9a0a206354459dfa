import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import t from 'tap';
import type { Clock } from '../../src/values/clock.ts';
import { systemClock } from '../../src/values/clock.ts';
import type { Operators } from '../../src/vault/operators.ts';
import { openVault } from '../../src/vault/vault.ts';
import { vaultSettings } from '../bank-countertop.ts';

interface Desk {
  /** Opens the vault anew, as a power cycle does. */
  restart(): Operators;
  later(ms: number): void;
  readonly folder: string;
}

function deskFor(t: { teardown(work: () => void): void }, defaultsAllowed = true): Desk {
  const folder = join(mkdtempSync(join(tmpdir(), 'guitai-people-')), 'vault');
  t.teardown(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  let now = Date.parse('2026-11-24T09:00:00Z');
  const clock: Clock = { ...systemClock, now: () => now };
  return {
    folder,
    restart: () => openVault({ ...vaultSettings(folder, clock), defaultsAllowed }).operators,
    later: (ms) => {
      now += ms;
    },
  };
}

t.test('the people of the configuration are there from the first start', async (t) => {
  const people = deskFor(t).restart();
  t.strictSame(
    people.list().map(({ number, role }) => [number, role]),
    [
      ['01', 'operator'],
      ['00', 'supervisor'],
      ['99', 'administrator'],
    ],
  );
  t.match(await people.check('01', '0000'), { end: 'right', operator: { number: '01', role: 'operator' } });
  t.match(await people.check('00', Buffer.from('123456')), { end: 'right' });
  t.match(await people.check('99', '12345678'), { end: 'right' });
  t.strictSame(await people.check('42', '0000'), { end: 'unknown' });
  t.strictSame(await people.check('01', '1111'), { end: 'wrong', tries_left: 2 });
});

t.test('three wrong passwords lock, through a power cycle, each further one for longer', async (t) => {
  const desk = deskFor(t);
  let people = desk.restart();
  t.match(await people.check('01', '1'), { end: 'wrong', tries_left: 2 });
  people = desk.restart();
  t.match(await people.check('01', '2'), { end: 'wrong', tries_left: 1 });
  people = desk.restart();
  t.match(await people.check('01', '3'), { end: 'locked', wait_ms: 60_000 });
  people = desk.restart();
  t.match(await people.check('01', '0000'), { end: 'locked' }, 'the right one is not even looked at');
  t.match(await people.check('00', '123456'), { end: 'right' }, 'others are not locked');
  desk.later(60_000);
  t.match(await people.check('01', '4'), { end: 'locked', wait_ms: 120_000 });
  desk.later(120_000);
  t.match(await people.check('01', '0000'), { end: 'right' });
  t.match(await people.check('01', '5'), { end: 'wrong', tries_left: 2 });
});

t.test('a clock that jumps back does not lock for ever', async (t) => {
  const desk = deskFor(t);
  const people = desk.restart();
  for (const wrong of ['1', '2', '3']) await people.check('01', wrong);
  desk.later(-10 * 365 * 86_400_000);
  t.match(await people.check('01', '0000'), { end: 'locked', wait_ms: 3_600_000 });
  desk.later(3_600_000);
  t.match(await desk.restart().check('01', '0000'), { end: 'right' });
});

t.test('a supervisor opens a locked operator again', async (t) => {
  const desk = deskFor(t);
  const people = desk.restart();
  for (const wrong of ['1', '2', '3']) await people.check('01', wrong);
  people.unlock('01');
  t.match(await desk.restart().check('01', '0000'), { end: 'right' });
});

t.test(
  'where the profile is no lab’s, a password that everybody knows opens nothing until it is changed',
  async (t) => {
    const desk = deskFor(t, false);
    const people = desk.restart();
    t.match(await people.check('01', '0000'), { end: 'must-change' });
    t.strictSame(await people.change('01', '0000', '0000'), { end: 'refused', why: 'known' });
    t.strictSame(await people.change('01', '0000', '12a4'), { end: 'refused', why: 'digits' });
    t.match(await people.change('01', '9999', '2468'), { end: 'wrong' });
    t.strictSame(await people.change('01', '0000', '2468'), { end: 'changed' });
    t.strictSame(await people.change('01', '2468', '2468'), { end: 'refused', why: 'same' });
    const again = desk.restart();
    t.match(await again.check('01', '2468'), { end: 'right', operator: { isDefault: false } });
    t.match(await again.check('01', '0000'), { end: 'wrong' });
  },
);

t.test('operators come and go; the others stay', async (t) => {
  const desk = deskFor(t);
  const people = desk.restart();
  await people.add('02', '1357');
  t.match(await desk.restart().check('02', '1357'), { end: 'right' });
  await t.rejects(people.add('02', '1357'), RangeError);
  people.remove('02');
  t.strictSame(await people.check('02', '1357'), { end: 'unknown' });
  t.throws(() => people.remove('00'), RangeError);
});

t.test('tries at the same time are each counted', async (t) => {
  const people = deskFor(t).restart();
  const ends = await Promise.all(['1', '2', '3', '0000'].map((password) => people.check('01', password)));
  t.strictSame(
    ends.map(({ end }) => end),
    ['wrong', 'wrong', 'locked', 'locked'],
  );
});

t.test('a password is overwritten when it was looked at, and stands nowhere', async (t) => {
  const desk = deskFor(t);
  const people = desk.restart();
  const typed = Buffer.from('0000');
  t.match(await people.check('01', typed), { end: 'right' });
  t.strictSame(typed, Buffer.alloc(4));
  t.notMatch(inspect(people, { depth: 9, showHidden: true }), '12345678');
  const file = readFileSync(join(desk.folder, 'operators.sealed')).toString('latin1');
  t.notMatch(file, 'supervisor');
});
