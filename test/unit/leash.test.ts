import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { spawnOnLeash } from '../../board/virtual/leash.ts';

t.test('what is spawned keeps its pid and leaves no core file', async (t) => {
  const words = ['-e', 'console.log(process.pid); setInterval(() => undefined, 1000)'];
  const child = spawnOnLeash('KILL', process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [said] = await once(child.stdout ?? child, 'data');
  t.equal(Number(said), child.pid);
  const limits = readFileSync(`/proc/${child.pid}/limits`, 'utf8');
  t.match(limits, /^Max core file size +0 +0 /m);
});
