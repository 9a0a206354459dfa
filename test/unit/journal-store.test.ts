import { cpSync } from 'node:fs';
import t from 'tap';
import { journalDisk } from '../../src/journal/disk.ts';
import { openStore } from '../../src/journal/store.ts';
import { filesIn, journalIn, problemOf, testFolder } from '../journal-bench.ts';

t.test('a transaction that cannot be finished is undone, and the next one begins', async (t) => {
  const store = openStore(journalDisk(filesIn(testFolder(t))), { fresh: true, check: true });
  t.teardown(() => store.close());
  const note = store.prepare("INSERT INTO incidents (kind, detail, at_ms) VALUES (?, '{}', 0)");
  const count = () => Number(store.prepare('SELECT count(*) AS count FROM incidents').get()?.count);
  t.throws(
    () =>
      store.commit(() => {
        note.run('half');
        throw new TypeError('a bug');
      }),
    TypeError,
  );
  t.equal(count(), 0, 'nothing of it is left');
  store.commit(() => note.run('whole'));
  t.equal(count(), 1);
});

t.test('a new journal is in its file before the marker speaks of it, so that its log may be lost', async (t) => {
  const [folder, left] = [testFolder(t), testFolder(t)];
  const disk = journalDisk(filesIn(folder));
  const writeMarker = (text: string) => {
    disk.writeMarker(text);
    // What a copy of the card finds that knows nothing of SQLite's other files.
    cpSync(filesIn(folder).marker, filesIn(left).marker);
    cpSync(filesIn(folder).file, filesIn(left).file);
  };
  journalIn(folder, { disk: { ...disk, writeMarker } }).close();
  t.equal(
    problemOf(() => journalIn(left).close()),
    null,
  );
});
