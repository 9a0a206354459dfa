import t from 'tap';
import { advices } from './flows-advised.ts';
import { batches } from './flows-batch.ts';
import { holds } from './flows-held.ts';
import { kills, longest_ms } from './kills.ts';

// The time limit must also hold when the file is run without the test runner.
t.setTimeout(longest_ms);
t.test('terminal and bank are killed while it is held, told afterwards, and settled', async (t) => {
  const killed = await kills(t, { name: 'beyond-sales', flows: [...holds, ...advices, ...batches], points: 26 });
  t.same(killed.findings, [], 'nothing is lost, nothing is doubled');
  t.same(killed.unordered, [], 'nothing leaves before the disk has it');
  t.ok(killed.enough, `${killed.reached} points were reached`);
});
