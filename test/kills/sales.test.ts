import t from 'tap';
import { sales } from './flows-sale.ts';
import { kills, longest_ms } from './kills.ts';

// The time limit must also hold when the file is run without the test runner.
t.setTimeout(longest_ms);
t.test('terminal and bank are killed at their calls to the outside while money is taken', async (t) => {
  const killed = await kills(t, { name: 'sales', flows: sales, points: 36 });
  t.same(killed.findings, [], 'nothing is lost, nothing is doubled');
  t.same(killed.unordered, [], 'nothing leaves before the disk has it');
  t.ok(killed.enough, `${killed.reached} points were reached`);
});
