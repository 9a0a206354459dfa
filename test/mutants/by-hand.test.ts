import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { broken, mutants } from '../storms/mutants.ts';
import { handMade, mutated, root } from './by-hand.ts';

t.test('each mistake that was made by hand still has its place in the sources', async (t) => {
  for (const mutant of handMade) {
    t.doesNotThrow(() => mutated(mutant));
    t.not(mutant.find, mutant.put, mutant.name);
    t.ok(mutant.tests.length > 0, `${mutant.name} has a test that must notice`);
    for (const test of mutant.tests) t.ok(existsSync(join(root, test)), test);
  }
  t.equal(new Set(handMade.map(({ name }) => name)).size, handMade.length, 'no name stands twice');
});

t.test('each promise that a storm must find broken still has its place in the sources', async (t) => {
  for (const mutant of mutants) t.doesNotThrow(() => broken(mutant), mutant.name);
});
