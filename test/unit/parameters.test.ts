import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { keepParameters, keptParameters } from '../../src/config/parameters.ts';

const sent = {
  ...{ merchant_name: '便民小超市', limit_fen: 5_000_000, phone_machine: '1', phone_accounts: '2' },
  ...{ answer_timeout_ms: 60_000, reversal_retries: 3 },
};

t.test('what the key centre sent is kept, for its owner alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-parameters-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'parameters.json');
  t.equal(keptParameters(file), null, 'before the first handshake');
  t.equal(keepParameters(file, sent), true);
  t.same(keptParameters(file), sent);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(readdirSync(folder), ['parameters.json']);
});

t.test('a disk that does not take them ends nothing: the next handshake brings them again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-parameters-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  t.equal(keepParameters('/dev/full/parameters.json', sent), false);
  t.equal(keepParameters(join(folder, 'nowhere', 'parameters.json'), sent), false);
});

t.test('a file that is damaged is as none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-parameters-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'parameters.json');
  const wrong = [{ limit_fen: 0 }, { limit_fen: 1.5 }, { answer_timeout_ms: -1 }, { merchant_name: 1 }];
  for (const text of ['', '{', 'null', ...wrong.map((one) => JSON.stringify({ ...sent, ...one }))]) {
    writeFileSync(file, text);
    t.equal(keptParameters(file), null, text);
  }
});
