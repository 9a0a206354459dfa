import 'reflect-metadata';
import { constants, createHash, createPublicKey, publicEncrypt, randomBytes, sign, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import t from 'tap';
import { type Authority, type Identity as Certified, newPair, openAuthority } from '../../bank/authority.ts';
import { wrapKeyBlock, wrapMasterKey } from '../../bank/keyblock.ts';
import { type Clock, systemClock } from '../../src/values/clock.ts';
import type { Problem } from '../../src/values/problem.ts';
import type { Stream } from '../../src/values/stream.ts';
import { blockCipher } from '../../src/vault/ciphers.ts';
import { type Identity, readIdentity } from '../../src/vault/identity.ts';
import { openVault, type Vault } from '../../src/vault/vault.ts';
import { problemOf, textOfFile, vaultSettings } from '../bank-countertop.ts';

const SERIAL = 'GT-V-000009';
const home = mkdtempSync(join(tmpdir(), 'guitai-centre-'));
t.teardown(() => rmSync(home, { recursive: true, force: true }));
const ours = await openAuthority(join(home, 'ours'), systemClock);
const stranger = await openAuthority(join(home, 'stranger'), systemClock);
const device = await newPair();
mkdirSync(join(home, 'identity'));
const devicePem = await ours.issue(SERIAL, device.publicKey, Date.now());
writeFileSync(join(home, 'identity/device.key'), device.pem);
writeFileSync(join(home, 'identity/device.crt'), devicePem);
writeFileSync(join(home, 'identity/root.crt'), ours.root.pem);

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const shortLived = await newPair();
const shortLivedPem = await ours.issue('guitai key centre', shortLived.publicKey, Date.now());
const authorityPem = (
  await X509CertificateGenerator.create({
    ...{ subject: 'CN=guitai key centre', issuer: 'CN=guitai root', serialNumber: '4242' },
    publicKey: shortLived.publicKey.toCryptoKey(RSA, true, ['verify']),
    signingKey: ours.root.key.toCryptoKey(RSA, false, ['sign']),
    signingAlgorithm: RSA,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  })
).toString('pem');
const tenYears: Certified = {
  certificate: new X509Certificate(shortLivedPem),
  pem: shortLivedPem,
  key: shortLived.privateKey,
};
const KEY = Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex');
const parameters = {
  ...{ merchant_name: '便民小超市', limit_fen: 5_000_000, phone_machine: '010', phone_accounts: '011' },
  ...{ answer_timeout_ms: 60_000, reversal_retries: 3 },
};

type Said = Record<string, unknown>;

/** A key centre whose every word can be bent. `null` says nothing, `'hang up'` closes, bytes go out as they are. */
interface Bent {
  authority?: Authority;
  centre?: Certified;
  proof?: (proof: Said, rt: string) => Said | Buffer | null | 'hang up';
  key?: (key: Said, signed: (text: Said) => Said) => Said | Buffer | null;
  block?: (kbpk: Buffer) => string;
  kcv?: string;
  parameters?: Said;
  wrap?: Buffer;
  /** The line breaks as the terminal says this. */
  breaksAt?: string;
  /** The terminal's own. */
  identity?: () => Identity;
}

function centreOf(bent: Bent): { stream: Stream; heard: Said[] } {
  const centre = bent.centre ?? (bent.authority ?? ours).centre;
  const heard: Said[] = [];
  let receive: (bytes: Uint8Array) => void = () => undefined;
  let hangUp: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    hangUp = resolve;
  });
  const tokens = { rt: '', own: randomBytes(16).toString('hex').toUpperCase() };
  const signed = (text: string) => sign('sha256', Buffer.from(text), centre.key).toString('hex').toUpperCase();
  const say = (what: Said | Buffer | null | 'hang up') => {
    if (what === 'hang up') hangUp();
    if (what === null || what === 'hang up') return;
    const body = Buffer.isBuffer(what) ? what : Buffer.from(JSON.stringify({ v: 1, ...what }));
    const frame = Buffer.alloc(2 + body.length);
    frame.writeUInt16BE(body.length);
    frame.set(body, 2);
    setImmediate(() => receive(frame));
  };
  const answers: Record<string, (message: Said) => void> = {
    hello({ token }) {
      tokens.rt = String(token);
      const context = `guitai-kc1|centre|${tokens.rt}|${tokens.own}|${SERIAL}`;
      const proof = { step: 'centre-proof', certificate: centre.pem, token: tokens.own, signature: signed(context) };
      say(bent.proof?.(proof, tokens.rt) ?? (bent.proof ? null : proof));
    },
    'terminal-proof'() {
      const kbpk = bent.wrap ?? randomBytes(32);
      const wrapped = publicEncrypt(
        { key: device.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
        kbpk,
      )
        .toString('hex')
        .toUpperCase();
      const block = bent.block?.(kbpk) ?? wrapMasterKey(kbpk, KEY, randomBytes);
      const kcv = bent.kcv ?? blockCipher('3des', KEY).kcv;
      const told = { ...parameters, ...bent.parameters };
      const sorted = JSON.stringify(Object.fromEntries(Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1))));
      const hash = createHash('sha256').update(sorted).digest('hex').toUpperCase();
      const context = `guitai-kc1|key|${tokens.rt}|${tokens.own}|${wrapped}|${block}|${kcv}|${hash}`;
      const key = { step: 'key', wrapped, block, kcv, parameters: told, signature: signed(context) };
      say(bent.key ? bent.key(key, (text) => text) : key);
    },
    stored: () => say({ step: 'done' }),
    refused: () => undefined,
  };
  const stream: Stream = {
    closed,
    async write(bytes) {
      const message = JSON.parse(Buffer.from(bytes.subarray(2)).toString('utf8'));
      if (message.step === bent.breaksAt) throw Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET' });
      heard.push(message);
      answers[message.step]?.(message);
    },
    listen(to) {
      receive = to;
      return () => {
        receive = () => undefined;
      };
    },
    async close() {
      hangUp();
    },
  };
  return { stream, heard };
}

async function shake(t: { teardown(work: () => void): void }, bent: Bent, clock: Clock = systemClock) {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-hand-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const vault: Vault = openVault(vaultSettings(join(folder, 'vault'), clock));
  const { stream, heard } = centreOf(bent);
  const wire: string[] = [];
  let problem: Problem | null = null;
  problem = await problemOf(
    vault.handshake({
      connect: async () => stream,
      ...{ address: 'tcp://centre', model: 'guitai-virtual', firmware: '1.0.0', step_ms: 80 },
      identity: bent.identity ?? (() => readIdentity(join(home, 'identity'))),
      merchant: { id: '898110248990001', name: '便民小超市', terminal: '50461160' },
      onWire: (direction, text) => wire.push(`${direction} ${text}`),
    }),
  );
  const refused = heard.find(({ step }) => step === 'refused')?.problem ?? null;
  return { vault, problem, refused, wire, audit: textOfFile(folder, 'vault/audit.jsonl') };
}

t.test('any certificate of the root that names the key centre will do', async (t) => {
  t.equal((await shake(t, { centre: tenYears })).problem, null);
});

t.test('a centre that proves itself gives its key', async (t) => {
  const { vault, problem, wire, audit } = await shake(t, {});
  t.equal(problem, null);
  t.equal(vault.kcvOf('TMK'), blockCipher('3des', KEY).kcv);
  t.strictSame(wire, [
    'out hello',
    'in centre-proof',
    'out terminal-proof',
    'in key, check value 08D7B4FB',
    'out stored',
    'in done',
  ]);
  t.match(audit, /"end":"loaded"/);
  t.notMatch(audit + wire.join(), /0123456789ABCDEF/i);
});

const far = Date.now() + 30 * 365 * 86_400_000;
const cases: { name: string; bent: Bent; clock?: Clock; refused: string | null; why: RegExp }[] = [
  { name: 'of another root', bent: { authority: stranger }, refused: 'wrong-ca', why: /^wrong-ca/ },
  {
    name: 'whose root has expired',
    ...{ bent: {}, clock: { ...systemClock, now: () => far }, refused: 'expired', why: /^expired/ },
  },
  {
    name: 'whose certificate has expired',
    ...{ bent: { centre: tenYears }, clock: { ...systemClock, now: () => Date.now() + 15 * 365 * 86_400_000 } },
    ...{ refused: 'expired', why: /^expired: it is valid/ },
  },
  {
    name: 'whose certificate is not valid yet',
    ...{ bent: { centre: tenYears }, clock: { ...systemClock, now: () => Date.now() - 5 * 86_400_000 } },
    ...{ refused: 'expired', why: /^expired: it is valid/ },
  },
  {
    name: 'that shows the terminal’s own certificate',
    bent: { proof: (proof) => ({ ...proof, certificate: devicePem }) },
    ...{ refused: 'wrong-ca', why: /it names GT-V-000009/ },
  },
  {
    name: 'that shows the root itself',
    bent: { proof: (proof) => ({ ...proof, certificate: ours.root.pem }) },
    ...{ refused: 'wrong-ca', why: /^wrong-ca/ },
  },
  {
    name: 'that shows an authority of its name',
    bent: { centre: { ...tenYears, pem: authorityPem } },
    ...{ refused: 'wrong-ca', why: /it is an authority/ },
  },
  {
    name: 'that shows no certificate',
    bent: { proof: (proof) => ({ ...proof, certificate: 'nothing' }) },
    ...{ refused: 'malformed', why: /^malformed/ },
  },
  {
    name: 'that gives the terminal’s own token back',
    bent: { proof: (proof, rt) => ({ ...proof, token: rt }) },
    ...{ refused: 'replayed-token', why: /^replayed-token/ },
  },
  {
    name: 'that replays an old proof',
    bent: {
      proof: (proof) => ({
        ...proof,
        signature: sign('sha256', Buffer.from('old'), ours.centre.key).toString('hex').toUpperCase(),
      }),
    },
    ...{ refused: 'bad-signature', why: /^bad-signature/ },
  },
  { name: 'of another version', bent: { proof: (proof) => ({ ...proof, v: 2 }) }, refused: 'version', why: /^version/ },
  {
    name: 'that is out of turn',
    bent: { proof: () => ({ step: 'done' }) },
    ...{ refused: 'malformed', why: /out of turn/ },
  },
  {
    name: 'that speaks no JSON',
    bent: { proof: () => Buffer.from('{"v":1,') },
    refused: 'malformed',
    why: /^malformed/,
  },
  {
    name: 'that speaks no UTF-8',
    bent: { proof: () => Buffer.from([0xff, 0xfe]) },
    refused: 'malformed',
    why: /^malformed/,
  },
  { name: 'that says nothing', bent: { proof: () => null }, refused: null, why: /^silent for 80 ms/ },
  { name: 'that hangs up', bent: { proof: () => 'hang up' }, refused: null, why: /^hung up/ },
  { name: 'that dies before it is greeted', bent: { breaksAt: 'hello' }, refused: null, why: /^hung up/ },
  { name: 'that dies before the proof', bent: { breaksAt: 'terminal-proof' }, refused: null, why: /^hung up/ },
  {
    name: 'that sends the terminal away',
    bent: { proof: () => ({ step: 'refused', problem: 'revoked', detail: 'ask\u0007 the acquirer' }) },
    ...{ refused: null, why: /^revoked: ask {2}the acquirer$/ },
  },
  {
    name: 'that changes its parameters after signing',
    bent: { key: (key) => ({ ...key, parameters: { ...parameters, limit_fen: 99_999_999 } }) },
    ...{ refused: 'bad-signature', why: /^bad-signature/ },
  },
  {
    name: 'that changes the key block after signing',
    bent: {
      key: (key) => ({
        ...key,
        block:
          `${String(key.block).slice(0, -1)}0` === key.block
            ? `${String(key.block).slice(0, -1)}1`
            : `${String(key.block).slice(0, -1)}0`,
      }),
    },
    ...{ refused: 'bad-signature', why: /^bad-signature/ },
  },
  {
    name: 'that signs a block under another key',
    bent: { block: () => wrapMasterKey(randomBytes(32), KEY, randomBytes) },
    ...{ refused: 'malformed', why: /its MAC is wrong/ },
  },
  {
    name: 'that sends a PIN key into the master key’s slot',
    bent: { block: (kbpk) => wrapKeyBlock(kbpk, 'P0TD00N0000', KEY, randomBytes(14)) },
    ...{ refused: 'malformed', why: /P0TDN of 16 bytes/ },
  },
  {
    name: 'that sends an exportable key',
    bent: { block: (kbpk) => wrapKeyBlock(kbpk, 'K0TD00E0000', KEY, randomBytes(14)) },
    ...{ refused: 'malformed', why: /K0TDE/ },
  },
  {
    name: 'that sends a short protection key',
    bent: { wrap: randomBytes(16) },
    ...{ refused: 'malformed', why: /protection key does not open/ },
  },
  {
    name: 'that sends a live key to a terminal without a secure element',
    bent: { parameters: { live: true } },
    ...{ refused: 'malformed', why: /secure element/ },
  },
  {
    name: 'that sends parameters out of bounds',
    bent: { parameters: { answer_timeout_ms: 1 } },
    ...{ refused: 'malformed', why: /^malformed/ },
  },
];

for (const { name, bent, clock, refused, why } of cases) {
  t.test(`a centre ${name} is refused, and nothing is stored`, async (t) => {
    const end = await shake(t, bent, clock);
    t.match(end.problem, { kind: 'key-centre', why });
    t.equal(end.refused, refused);
    t.equal(end.vault.stateOf('TMK'), 'empty');
    t.match(end.audit, /"end":"failed"/);
  });
}

t.test('a check value that is another locks the slot and says both', async (t) => {
  const { vault, problem, refused, audit } = await shake(t, { kcv: '00000000' });
  t.strictSame(problem, { kind: 'keys-mismatch', slot: 'TMK', expected: '00000000', found: '08D7B4FB' });
  t.equal(refused, 'kcv-mismatch');
  t.equal(vault.stateOf('TMK'), 'locked');
  t.match(audit, /keys-mismatch/);
});

t.test('a terminal whose own identity cannot be used leaves an audit record of why', async (t) => {
  const { problem, wire, audit } = await shake(t, { identity: () => readIdentity(join(home, 'nowhere')) });
  t.match(problem, { kind: 'key-centre', step: 'identity', why: 'its files: ENOENT' });
  t.same(wire, []);
  t.match(audit, /"end":"failed","serial":null,.*"why":"identity: its files: ENOENT"/);
});

t.test('an identity that is none is said before anything is sent', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-id-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const refusal = () => problemOf(Promise.resolve().then(() => readIdentity(folder)));
  t.match(await refusal(), { kind: 'key-centre', step: 'identity', why: /ENOENT/ });
  put('device.key', device.pem);
  put('device.crt', devicePem);
  put('root.crt', stranger.root.pem);
  t.match(await refusal(), { why: /not of root.crt/ });
  put('root.crt', devicePem);
  t.match(await refusal(), { why: /no root/ });
  put('root.crt', ours.root.pem);
  put('device.key', (await newPair()).pem);
  t.match(await refusal(), { why: /not the key of device.crt/ });
  put('device.key', 'garbage');
  t.match(await refusal(), { kind: 'key-centre', step: 'identity' });
  put('device.key', device.pem);
  t.equal(readIdentity(folder).serial, SERIAL);
  t.equal(
    createPublicKey(
      new X509Certificate(readFileSync(join(folder, 'device.crt'))).publicKey.export({ type: 'spki', format: 'pem' }),
    ).asymmetricKeyType,
    'rsa',
  );
});
