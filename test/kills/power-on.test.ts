import { countertop } from '../stories/counter.ts';
import { flows } from './flows.ts';
import { kills, settings } from './kills.ts';

await countertop('the terminal is killed again while it makes good what it owes', settings, async (t, counter) => {
  const killed = await kills(
    t,
    counter,
    flows.filter(({ boots }) => boots === true),
  );
  t.same(killed.findings, [], 'nothing is lost, nothing is doubled');
  t.same(killed.unordered, [], 'nothing leaves before the disk has it');
  // Calls to the glass and to whoever watches come now more, now less often.
  t.ok(killed.reached >= killed.points * 0.8, `${killed.reached} of ${killed.points} points were reached`);
});
