import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { startBank } from '../../bank/bank.ts';
import { openBooks } from '../../bank/books.ts';
import { pack } from '../../src/host/codec.ts';
import { ask, codeOf, connect, framed, lab, readyTerminal, request, saleRequest, sealed } from './bank-terminal.ts';

const echo = () => Buffer.from(pack(request('0820', { trace: '000009', batch: '00000001301' })));

/** A bank, what it logs, and its database in the hand of somebody else. */
async function watched(t: Test) {
  const said: Record<string, unknown>[] = [];
  const here = await lab({ log: (event, facts) => void said.push({ event, ...facts }) });
  const other = new DatabaseSync(join(here.bank.dir, 'bank.db'));
  t.teardown(async () => {
    other.close();
    await here.close();
  });
  return { here, other, said };
}

t.test('books that cannot be read leave a request unanswered, and the bank goes on', async (t) => {
  const { here, other, said } = await watched(t);
  const keys = await readyTerminal(here);
  other.exec('ALTER TABLE terminal RENAME TO gone');
  t.equal(await ask(here, sealed(saleRequest(keys, { trace: '000002' }), keys.mak), 'primary', 300), null);
  t.match(
    said.filter(({ event }) => event === 'failed'),
    [
      { mti: '0200', error: /no such table/ },
      { mti: '0200', error: /no such table/ },
    ],
    'the request, and its 96',
  );
  other.exec('ALTER TABLE gone RENAME TO terminal');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00');
});

t.test('a stranger at the key centre ends no bank whose disk is full', async (t) => {
  const { here, other, said } = await watched(t);
  other.exec("CREATE TRIGGER no_room BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
  const line = await connect(here.bank.addresses['key-centre']);
  line.send(framed(Buffer.from('nonsense')));
  t.match(String(await line.next()), /"malformed"/);
  await line.ended;
  t.match(
    said.filter(({ event }) => event === 'key-centre' || event === 'failed'),
    [
      { event: 'key-centre', outcome: 'malformed' },
      { event: 'failed', step: 'hello', error: 'no room' },
    ],
    'it stands in the log',
  );
  t.equal((await ask(here, echo()))?.message.code, '00');
});

t.test(
  'books beside the key of other books are refused with file and remedy, and nothing is sealed anew',
  async (t) => {
    const here = await lab();
    t.teardown(() => rmSync(here.dir, { recursive: true, force: true }));
    await readyTerminal(here);
    await here.bank.close();
    const file = join(here.bank.dir, 'file.key');
    const right = readFileSync(file);
    const opened = () => openBooks(here.bank.dir).close();
    const refused = /file\.key is not the key of .*bank\.db: .*Put back the file\.key that was kept with it/;
    const withKey = (key: Uint8Array) => writeFileSync(file, key);
    withKey(randomBytes(32));
    await t.rejects(startBank({ dir: here.dir }), refused);

    // As a bank left them that knew no proof.
    withKey(right);
    const books = openBooks(here.bank.dir);
    books.db.exec('DELETE FROM proof');
    books.close();
    withKey(randomBytes(32));
    t.throws(opened, refused, 'the master key of a terminal proves it too');
    withKey(right);
    opened();
    withKey(randomBytes(32));
    t.throws(opened, refused);
    withKey(right);
    const bank = await startBank({ dir: here.dir });
    await bank.close();
  },
);
