import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { openBooks } from '../../bank/books.ts';
import { certificates } from '../../bank/certificates.ts';
import { provision } from '../../bank/provision.ts';
import { systemClock } from '../../src/values/clock.ts';
import {
  ask,
  connect,
  factory,
  framed,
  lab,
  saleRequest,
  sealed,
  shakeHands,
  signedBy,
  signIn,
  talkTo,
} from './bank-terminal.ts';
import { kcvOf } from './bank-terminal-keys.ts';

const token = () => randomBytes(16).toString('hex').toUpperCase();

t.test('a terminal that proves itself gets its master key, and keeps it the next time', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const device = await factory(here);
  const first = await shakeHands(here, device);
  if (first.end !== 'loaded') return t.fail(first.end);
  t.equal(first.header, 'D0112K0TD00N0000');
  t.match(first.parameters, {
    merchant_name: '便民小超市',
    limit_fen: 5_000_000,
    answer_timeout_ms: 60_000,
    reversal_retries: 3,
  });
  const keys = await signIn(here, first.tmk);
  t.equal((await shakeHands(here, device, { kcv: first.kcv })).end, 'kept');

  const again = await shakeHands(here, device);
  if (again.end !== 'loaded') return t.fail(again.end);
  t.not(again.kcv, first.kcv, 'a terminal that lost its key gets a fresh one');
  const sale = await ask(here, sealed(saleRequest(keys, { trace: '000002' }), keys.mak));
  t.equal(sale?.message.code, '99', 'working keys die with the master key that they came under');
  await t.rejects(signIn(here, first.tmk), 'the old one is not used any more');
  await signIn(here, again.tmk, '000002');

  t.ok(here.bank.control({ do: 'rotate-tmk' }).ok);
  const rotated = await shakeHands(here, device, { kcv: again.kcv });
  t.equal(rotated.end, 'loaded', 'rotated although the terminal holds the current one');
});

t.test('a key that is not confirmed does not replace the old one', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const device = await factory(here);
  const first = await shakeHands(here, device);
  if (first.end !== 'loaded') return t.fail(first.end);
  const cut = await shakeHands(here, device, { stop: 'before stored' });
  if (cut.end !== 'stopped') return t.fail(cut.end);
  await signIn(here, first.tmk);
  t.match(await shakeHands(here, device, { storedKcv: '00000000' }), { end: 'refused', problem: 'kcv-mismatch' });
  await signIn(here, first.tmk, '000002');
  t.equal((await shakeHands(here, device, { kcv: first.kcv })).end, 'kept');

  const lost = await shakeHands(here, device, { stop: 'before stored' });
  if (lost.end !== 'stopped') return t.fail(lost.end);
  t.equal((await shakeHands(here, device, { kcv: kcvOf(lost.tmk) })).end, 'kept', 'stored, its confirmation was lost');
  await signIn(here, lost.tmk, '000003');
});

t.test('whoever is not that terminal is refused by name', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const device = await factory(here);
  const other = await lab();
  t.teardown(() => other.close());
  const stranger = await factory(other);
  const refused = async (
    problem: string,
    ...args: Parameters<typeof shakeHands> extends [unknown, ...infer R] ? R : never
  ) => {
    const end = await shakeHands(here, ...args);
    t.match(end, { end: 'refused', problem, remedy: /./ }, problem);
  };

  await refused('wrong-ca', { ...stranger, root: device.root });
  await refused('bad-signature', { ...device, key: stranger.key });
  await refused('bad-signature', device, { proofText: 'guitai-kc1|terminal|something else' });
  await refused('unknown-terminal', await factory(here, 'GT-V-000099'));
  await refused('unknown-terminal', device, { hello: { merchant: { id: '898110248990001', terminal: '50461161' } } });
  await refused('unknown-terminal', { ...device, serial: 'GT-V-000002' });
  await refused('version', device, { hello: { v: 2 } });
  await refused('malformed', device, { hello: { token: 'short' } });
  await refused('malformed', device, { hello: { certificate: '-----BEGIN CERTIFICATE-----\nAAAA' } });
  await refused('malformed', device, { hello: { merchant: undefined } });
  await refused('malformed', device, { kcv: 'zz' });
  const used = token();
  t.equal((await shakeHands(here, device, { token: used })).end, 'loaded');
  await refused('replayed-token', device, { token: used });

  t.match(here.bank.control({ do: 'revoke', serial: device.serial }), { ok: true, revoked: 1 });
  await refused('revoked', device);
  t.match(here.bank.control({ do: 'reinstate', serial: device.serial }), { ok: true, reinstated: 1 });
  t.equal((await shakeHands(here, device)).end, 'loaded');

  const audit = here.bank.control({ do: 'audit' }).audit as { outcome: string }[];
  for (const problem of [
    'wrong-ca',
    'bad-signature',
    'unknown-terminal',
    'version',
    'malformed',
    'replayed-token',
    'revoked',
  ]) {
    t.ok(
      audit.some((row) => row.outcome === problem),
      `audited: ${problem}`,
    );
  }
});

t.test('an expired certificate is refused', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const device = await factory(here);
  await here.restart({ clock: { ...systemClock, now: () => Date.now() + 11 * 365 * 86_400_000 } });
  t.match(await shakeHands(here, device), { end: 'refused', problem: 'expired' });
  await here.restart({ clock: { ...systemClock, now: () => Date.now() - 10 * 86_400_000 } });
  t.match(await shakeHands(here, device), { end: 'refused', problem: 'expired' }, 'not valid yet');
});

t.test('a key with a wrong check value shows, once, when it is asked for', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const device = await factory(here);
  t.ok(here.bank.control({ do: 'corrupt-next-key' }).ok);
  t.equal((await shakeHands(here, device)).end, 'mismatch');
  t.match(here.bank.control({ do: 'audit', limit: 1 }).audit, [{ outcome: 'refused by the terminal: kcv-mismatch' }]);
  t.equal((await shakeHands(here, device)).end, 'loaded');
});

t.test('nonsense on the key centre’s line ends that line alone', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const device = await factory(here);
  const address = here.bank.addresses['key-centre'];
  for (const body of [
    Buffer.from('no json'),
    Buffer.from('[]'),
    Buffer.from('null'),
    Buffer.alloc(0),
    randomBytes(500),
  ]) {
    const line = await connect(address);
    line.send(framed(body));
    t.match(String(await line.next()), /"problem":"malformed"/);
    t.equal(await line.next(), null, 'hung up');
    await line.ended;
  }
  const long = await connect(address);
  long.send(Buffer.from([0xff, 0xff]));
  t.match(String(await long.next()), /"problem":"malformed"/);
  const early = await talkTo(address);
  early.say('terminal-proof', { signature: signedBy(device.key, 'x') });
  t.match(await early.hear(), { step: 'refused', problem: 'malformed' });
  const cut = createConnection(Number(new URL(address).port));
  await new Promise<void>((resolve) => cut.once('connect', () => resolve()));
  cut.resetAndDestroy();
  t.equal((await shakeHands(here, device)).end, 'loaded');
});

t.test('provisioning keeps what is valid and replaces what is not', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const dir = join(here.dir, 'terminal', 'identity');
  const serial = 'GT-V-000001';
  const again = () => provision(join(here.dir, 'bank'), serial, dir, systemClock).then((done) => done.written);
  t.same(await again(), ['root.crt', 'device.key', 'device.crt']);
  t.equal(statSync(dir).mode & 0o777, 0o700);
  for (const file of readdirSync(dir)) t.equal(statSync(join(dir, file)).mode & 0o777, 0o600, file);
  t.same(await again(), []);
  writeFileSync(join(dir, 'device.crt'), 'spoilt');
  t.same(await again(), ['device.crt']);
  writeFileSync(join(dir, 'root.crt'), '');
  t.same(await again(), ['root.crt']);
  here.bank.control({ do: 'revoke', serial });
  const key = readFileSync(join(dir, 'device.key'), 'utf8');
  t.same(await again(), ['device.key', 'device.crt'], 'a revoked machine gets a new key');
  t.not(readFileSync(join(dir, 'device.key'), 'utf8'), key);
  t.same(readdirSync(dir).sort(), ['device.crt', 'device.key', 'root.crt'], 'nothing is left beside them');
  await t.rejects(provision(join(here.dir, 'bank'), '../x', dir, systemClock), /--serial/);
});

t.test(
  'of callers that have proved nothing the newest records are kept, and no tokens; of terminals all',
  async (t) => {
    const here = await lab();
    t.teardown(() => here.close());
    const device = await factory(here);
    t.equal((await shakeHands(here, device)).end, 'loaded');
    t.equal((await shakeHands(here, device, { proofText: 'another text' })).end, 'refused');
    const foreign = { ...device, serial: 'GT-V-000009' };
    t.match(await shakeHands(here, foreign, {}), { end: 'refused', problem: 'unknown-terminal' });
    const books = openBooks(here.bank.dir);
    t.teardown(() => books.close());
    const kept = () =>
      books.db
        .prepare('SELECT step, proven FROM audit ORDER BY id')
        .all()
        .map((row) => ({ ...row }));
    t.strictSame(kept(), [
      { step: 'stored', proven: 1 },
      { step: 'terminal-proof', proven: 0 },
      { step: 'hello', proven: 0 },
    ]);
    t.equal(
      books.db.prepare('SELECT count(*) AS n FROM seen_token').get()?.n,
      2,
      'of the two that showed a certificate',
    );
    const { audit } = certificates(books, 2);
    const row = { holder: null, step: 'hello', outcome: 'malformed', detail: '' };
    for (const proven of [false, false, true, false]) audit({ ...row, step: proven ? 'key' : 'hello', proven }, 1);
    t.strictSame(
      kept().map(({ step }) => step),
      ['stored', 'hello', 'key', 'hello'],
    );
  },
);
