import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import t from 'tap';
import { Pan } from '../../src/values/pan.ts';
import { Fault } from '../../src/values/problem.ts';
import { type Algorithm, blockCipher } from '../../src/vault/ciphers.ts';
import { vaultFiles } from '../../src/vault/files.ts';
import { sealerFor } from '../../src/vault/seal.ts';
import { openSlots } from '../../src/vault/slots.ts';
import { openVault } from '../../src/vault/vault.ts';
import { problemOf, vaultSettings } from '../bank-countertop.ts';

const TMK = Buffer.from('11111111111111112222222222222222', 'hex');
const F62 = Buffer.from(
  'B3982F5E072FBBACFBC7B87AE907ABCE7B217FA3A6514FDA0A8AE55B0000000000000000350DBC9AF2595CBBEC43E9439ECD7F50912D70AEB19E60DB',
  'hex',
);

function folderOf(t: { teardown(work: () => void): void }): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'guitai-vault-')), 'vault');
  t.teardown(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  return folder;
}

/** As the handshake leaves it: a vault that holds a master key. */
function withMasterKey(folder: string, algorithm: Algorithm = '3des'): ReturnType<typeof openVault> {
  openVault(vaultSettings(folder));
  const files = vaultFiles(folder);
  const device = files.read('device.key') ?? Buffer.alloc(0);
  const slots = openSlots(files, sealerFor('slots', device, vaultSettings(folder).random), false);
  slots.change({ TMK: { algorithm, key: Buffer.from(TMK), live: false } });
  return openVault(vaultSettings(folder));
}

const thrown = async (work: () => unknown) => problemOf(Promise.resolve().then(work));

t.test('the vault is its owner’s alone, and its device key is made once', async (t) => {
  const folder = folderOf(t);
  openVault(vaultSettings(folder));
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.equal(statSync(join(folder, 'device.key')).mode & 0o777, 0o600);
  const first = readFileSync(join(folder, 'device.key'));
  openVault(vaultSettings(folder));
  t.strictSame(readFileSync(join(folder, 'device.key')), first);
  chmodSync(folder, 0o755);
  t.match(await thrown(() => openVault(vaultSettings(folder))), { kind: 'disk-broken', why: /open to others \(755\)/ });
});

t.test('working keys survive a restart, sealed, and go with the sign-out', async (t) => {
  const folder = folderOf(t);
  const kcvs = withMasterKey(folder).loadWorkingKeys(F62);
  t.strictSame(Object.keys(kcvs), ['PIK', 'MAK', 'TDK']);
  const again = openVault(vaultSettings(folder));
  for (const slot of ['PIK', 'MAK', 'TDK'] as const) t.equal(again.kcvOf(slot), kcvs[slot]);
  t.equal(again.kcvOf('TMK'), blockCipher('3des', TMK).kcv);
  const mac = again.mac(Buffer.from('0200'));
  t.equal(again.macMatches(Buffer.from('0200'), mac), true);
  t.equal(again.macMatches(Buffer.from('0201'), mac), false);
  t.equal(again.macMatches(Buffer.from('0200'), mac.subarray(0, 7)), false);
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, file)).toString('hex');
    for (const key of [TMK.toString('hex'), 'a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8', 'c1c2c3c4c5c6c7c8']) {
      t.notMatch(bytes, key, `${file} holds no clear key`);
    }
  }
  again.forgetWorkingKeys();
  const signedOut = openVault(vaultSettings(folder));
  t.equal(signedOut.stateOf('MAK'), 'empty');
  t.equal(signedOut.stateOf('TMK'), 'loaded');
  t.strictSame(await thrown(() => signedOut.mac(Buffer.from('0200'))), { kind: 'keys-missing', slot: 'MAK' });
});

t.test('one wrong check value stores none of the keys', async (t) => {
  const folder = folderOf(t);
  const vault = withMasterKey(folder);
  const before = vault.loadWorkingKeys(F62);
  for (const at of [0, 17, 20, 37, 45, 57]) {
    const spoiled = Buffer.from(F62);
    spoiled[at] = (spoiled[at] ?? 0) ^ 0x10;
    t.match(await thrown(() => vault.loadWorkingKeys(spoiled)), { kind: 'keys-mismatch' }, `byte ${at}`);
    t.equal(vault.kcvOf('PIK'), before.PIK);
    t.equal(openVault(vaultSettings(folder)).kcvOf('MAK'), before.MAK);
  }
  t.match(await thrown(() => vault.loadWorkingKeys(F62.subarray(1))), { kind: 'host-garbled', field: 'F62' });
});

t.test('a set of keys replaces the whole set before it', async (t) => {
  const vault = withMasterKey(folderOf(t));
  vault.loadWorkingKeys(F62);
  t.strictSame(Object.keys(vault.loadWorkingKeys(F62.subarray(0, 40))), ['PIK', 'MAK']);
  t.equal(vault.stateOf('TDK'), 'empty');
});

t.test('a changed, a torn or a foreign file is said, never taken for an empty vault', async (t) => {
  const folder = folderOf(t);
  withMasterKey(folder);
  const file = join(folder, 'slots.sealed');
  const good = readFileSync(file);
  for (let at = 0; at < good.length; at += 7) {
    const changed = Buffer.from(good);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(file, changed);
    t.match(await thrown(() => openVault(vaultSettings(folder))), { kind: 'disk-broken', file: 'slots.sealed' });
  }
  writeFileSync(file, good.subarray(0, good.length - 1));
  t.match(await thrown(() => openVault(vaultSettings(folder))), { kind: 'disk-broken' });
  writeFileSync(file, good);
  rmSync(join(folder, 'device.key'));
  t.strictSame(await thrown(() => openVault(vaultSettings(folder))), { kind: 'keys-missing', slot: 'device key' });
});

t.test('a write that was cut off leaves the keys that were there', async (t) => {
  const folder = folderOf(t);
  const { PIK } = withMasterKey(folder).loadWorkingKeys(F62);
  writeFileSync(join(folder, 'slots.sealed.new'), 'half of someth');
  t.equal(openVault(vaultSettings(folder)).kcvOf('PIK'), PIK);
});

t.test('a live key is refused without a secure element, on disk too', async (t) => {
  const folder = folderOf(t);
  openVault(vaultSettings(folder));
  const files = vaultFiles(folder);
  const sealer = sealerFor('slots', files.read('device.key') ?? Buffer.alloc(0), vaultSettings(folder).random);
  const live = { TMK: { algorithm: '3des', key: Buffer.from(TMK), live: true } } as const;
  t.match(await thrown(() => openSlots(files, sealer, false).change(live)), { kind: 'key-centre', step: 'key' });
  t.equal(openSlots(files, sealer, false).stateOf('TMK'), 'empty');
  openSlots(files, sealer, true).change(live);
  t.match(await thrown(() => openVault(vaultSettings(folder))), { kind: 'key-centre', why: /secure element/ });
  t.equal(openVault({ ...vaultSettings(folder), secureElement: true }).stateOf('TMK'), 'loaded');
});

t.test('what is sealed for the journal opens here, for its purpose, alone', async (t) => {
  const vault = openVault(vaultSettings(folderOf(t)));
  const stranger = openVault(vaultSettings(folderOf(t)));
  const sealed = vault.seal(Buffer.from('6222020010011234'), 'entry 7');
  t.equal(vault.open(sealed, 'entry 7').toString(), '6222020010011234');
  t.throws(() => vault.open(sealed, 'entry 8'), { name: 'SealError' });
  t.throws(() => stranger.open(sealed, 'entry 7'), { name: 'SealError' });
  t.throws(() => vault.open(sealed.subarray(1), 'entry 7'), { name: 'SealError' });
  t.notSame(vault.seal(Buffer.from('x')), vault.seal(Buffer.from('x')));
});

t.test('a PIN can be counted, taken back and enciphered once; it has no text form', async (t) => {
  const vault = withMasterKey(folderOf(t));
  vault.loadWorkingKeys(F62);
  const pan = Pan.from('6222020010011234');
  if (pan === null) throw new Error('no card');
  const entry = vault.pinEntry();
  for (const digit of [1, 2, 3]) entry.digit(digit);
  t.equal(entry.block(pan), null, 'three digits are no PIN');
  t.equal(entry.count, 0);
  for (const digit of [1, 2, 3, 4, 5, 6, 9]) entry.digit(digit);
  entry.back();
  t.equal(entry.count, 6);
  t.notMatch(inspect(entry, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(entry), /[1-5]{2}|1, 2/);
  const block = entry.block(pan);
  t.equal(entry.count, 0);
  t.equal(block?.reveal().length, 8);
  t.equal(inspect(block), 'PinBlock(3des)');
  t.equal(JSON.stringify({ block }), '{"block":"(PIN block, 3des)"}');
  for (let digit = 0; digit < 20; digit++) entry.digit(digit % 10);
  t.equal(entry.count, 12);
  entry.wipe();
  t.equal(entry.count, 0);
  for (const wrong of [-1, 10, 1.5, Number.NaN]) t.throws(() => entry.digit(wrong), RangeError);
});

t.test('no way of printing a vault, or what it throws, shows a key', async (t) => {
  const vault = withMasterKey(folderOf(t));
  vault.loadWorkingKeys(F62);
  const shown = inspect(vault, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(vault);
  let told = '';
  try {
    vault.loadWorkingKeys(Buffer.alloc(60, 7));
  } catch (error) {
    told =
      inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error instanceof Fault ? error.problem : error);
  }
  for (const key of ['1111111111111111', 'a1a2a3a4', 'c1c2c3c4', '11 11 11 11', 'a1 a2 a3', 'c1 c2 c3']) {
    t.notMatch((shown + told).toLowerCase(), key);
  }
});
