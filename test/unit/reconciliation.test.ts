import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readConfig } from '../../src/config/config.ts';
import { journalDisk } from '../../src/journal/disk.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { foundReconciliation, reconcileBooks, usedReconciliation } from '../../src/reconciliation.ts';
import { problemOf, saleOf, testFolder } from '../journal-bench.ts';

const config = readConfig(join(import.meta.dirname, '../../firmware-config'));
const two = [
  { number: '00', password: '123456' },
  { number: '99', password: '12345678' },
];

function books(home: string, reconciled = foundReconciliation(home)) {
  return openJournal({
    disk: journalDisk({ file: join(home, 'journal', 'journal.db'), marker: join(home, 'vault', 'journal.json') }),
    random: (bytes) => new Uint8Array(bytes).fill(7),
    ...(reconciled === null ? {} : { reconciled }),
  });
}

t.test('a journal that is gone locks payment until two people answer for it, and then once', async (t) => {
  const home = testFolder(t);
  const journal = books(home);
  journal.begin(saleOf(100)).handOver();
  journal.close();
  rmSync(join(home, 'journal'), { recursive: true });
  t.match(
    problemOf(() => books(home)),
    { kind: 'journal-missing' },
  );
  t.same(await reconcileBooks(home, config, two, '0941'), { end: 'reconciled' });
  t.same(foundReconciliation(home), { people: ['00', '99'], reference: '0941' });
  const again = books(home);
  t.equal(again.last(), null);
  again.close();
  usedReconciliation(home);
  t.equal(foundReconciliation(home), null);
  books(home).close();
  rmSync(join(home, 'journal'), { recursive: true });
  t.match(
    problemOf(() => books(home)),
    { kind: 'journal-missing' },
    'it was good for one start',
  );
});

t.test('one person, a wrong password, an operator: nothing changes', async (t) => {
  const home = testFolder(t);
  const [supervisor = two[0], administrator = two[1]] = two;
  if (supervisor === undefined || administrator === undefined) throw new Error('there are two');
  const answers = [
    [[supervisor, supervisor], 'it takes two people'],
    [[supervisor], 'it takes two people'],
    [[supervisor, { ...administrator, password: '1111' }], 'the password of 99 is wrong'],
    [[supervisor, { number: '01', password: '0000' }], '01 is an operator, who may not'],
    [[supervisor, { number: '55', password: '0000' }], 'there is nobody with the number 55'],
  ] as const;
  for (const [people, why] of answers) {
    t.match(await reconcileBooks(home, config, people, '1'), { end: 'refused', why });
  }
  t.equal(foundReconciliation(home), null);
  t.notOk(readdirSync(home).includes('reconciled.json'));
});

t.test('an answer that the disk does not give is said, as what keeps the terminal from its books', async (t) => {
  const home = testFolder(t);
  // Unreadable to root too.
  mkdirSync(join(home, 'reconciled.json'));
  const file = join(home, 'reconciled.json');
  t.same(
    problemOf(() => foundReconciliation(home)),
    { kind: 'disk-broken', file, why: 'EISDIR' },
  );
  t.match(
    problemOf(() => usedReconciliation(home)),
    { kind: 'disk-broken', file },
  );
});

t.test('an answer that makes no sense is none', async (t) => {
  const home = testFolder(t);
  mkdirSync(home, { recursive: true });
  for (const text of ['{', '{"people":["00"],"reference":"1"}', '{"people":["00","99"],"reference":""}', '[]']) {
    writeFileSync(join(home, 'reconciled.json'), text);
    t.equal(foundReconciliation(home), null, text);
  }
});
