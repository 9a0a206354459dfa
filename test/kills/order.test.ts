import t from 'tap';
import { countertop } from '../stories/counter.ts';
import { sales } from './flows-sale.ts';
import { outOfOrder } from './order.ts';
import { scene } from './scene.ts';

t.test('what is out of order is told', async (t) => {
  t.same(outOfOrder(['pwrite journal.db-wal', 'fsync journal.db-wal', 'write tcp']), []);
  t.same(outOfOrder(['pwrite journal.db-wal', 'write tcp', 'fsync journal.db-wal']), [
    'write tcp: journal.db-wal was not on the disk',
  ]);
  const replaced = ['write journal.json.new', 'fsync journal.json.new', 'rename journal.json.new', 'fsync vault'];
  t.same(outOfOrder(replaced), []);
  t.same(outOfOrder(replaced.toSpliced(1, 1)), ['journal.json.new took its place before it was on the disk']);
  t.same(outOfOrder(replaced.slice(0, 3)), ['the folder of journal.json.new was not synced']);
});

await countertop('a sale and the quiet moment after it, call by call', { longest_ms: 300_000 }, async (t, counter) => {
  await counter.signIn();
  const flow = sales.find(({ name }) => name === 'quiet moment');
  const heard = flow === undefined ? [] : (await scene(counter).heard(flow)).terminal;
  for (const call of [
    'write tcp',
    'write printer',
    'fsync journal.db-wal',
    'fsync journal.db',
    'rename journal.json.new',
  ]) {
    t.ok(heard.includes(call), call);
  }
  const sent = heard.indexOf('write tcp');
  t.ok(
    heard.slice(0, sent).filter((call) => call === 'fsync journal.db-wal').length >= 2,
    'the row, and that it is sent',
  );
  t.same(outOfOrder(heard), []);
});
