import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { clearTrack, desKey, macOf, pinOf } from '../../bank/ciphers.ts';
import { wrapKeyBlock } from '../../bank/keyblock.ts';
import { Pan, passesLuhn } from '../../src/values/pan.ts';
import { Fault } from '../../src/values/problem.ts';
import { framesOf, type Stream } from '../../src/values/stream.ts';
import { parseMessage } from '../../src/vault/centre-messages.ts';
import { blockCipher } from '../../src/vault/ciphers.ts';
import { KeyBlockError, openKeyBlock } from '../../src/vault/key-block.ts';
import { acquirerMac } from '../../src/vault/mac.ts';
import { pinEntry } from '../../src/vault/pin-entry.ts';
import { encryptTrack } from '../../src/vault/track.ts';
import { openVault } from '../../src/vault/vault.ts';
import { unwrapWorkingKeys } from '../../src/vault/working-keys.ts';
import { vaultSettings } from '../bank-countertop.ts';
import { runs } from '../share.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
const pans = digits(11, 18).map((body) => {
  const last = [...'0123456789'].find((digit) => passesLuhn(body + digit));
  const pan = Pan.from(body + last);
  if (pan === null) throw new Error('a check digit always fits');
  return pan;
});

// The bank's cryptography was written by somebody else from the same document.
t.test('the bank makes the same MAC, reads the same PIN and the same track', async (t) => {
  const found = fc.check(
    fc.property(exactly(16), fc.uint8Array({ maxLength: 600 }), pans, digits(4, 12), (key, covered, pan, pin) => {
      const [ours, theirs] = [blockCipher('3des', key), desKey(key)];
      const entry = pinEntry(() => ours, 'a');
      for (const digit of pin) entry.digit(Number(digit));
      const block = entry.block(pan)?.reveal() ?? new Uint8Array();
      const track = `${pan.reveal()}D3012120${pin}`;
      return (
        ours.kcv === theirs.kcv &&
        acquirerMac(ours, covered).equals(macOf(theirs, covered)) &&
        pinOf(theirs, block, pan.reveal()) === pin &&
        clearTrack(theirs, encryptTrack(ours, track) ?? '') === track
      );
    }),
    { numRuns: runs(300) },
  );
  t.notOk(found.failed, fc.stringify(found.counterexample));
});

t.test('a key block of the bank opens to its key; a changed one is refused by name', async (t) => {
  fc.assert(
    fc.property(exactly(32), exactly(16), exactly(14), fc.nat(111), fc.nat(15), (kbpk, key, padding, at, digit) => {
      const block = wrapKeyBlock(kbpk, 'K0TD00N0000', key, padding);
      if (!openKeyBlock(kbpk, block).key.equals(Buffer.from(key))) return false;
      const other = '0123456789ABCDEF'[digit] ?? '0';
      if (block[at] === other) return true;
      try {
        openKeyBlock(kbpk, block.slice(0, at) + other + block.slice(at + 1));
        return false;
      } catch (error) {
        return error instanceof KeyBlockError;
      }
    }),
    { numRuns: runs(500) },
  );
  fc.assert(
    fc.property(
      exactly(32),
      fc.oneof(
        fc.string(),
        fc.string({ minLength: 60, maxLength: 300 }).map((s) => `D${s}`),
      ),
      (kbpk, text) => {
        try {
          openKeyBlock(kbpk, text);
          return false;
        } catch (error) {
          return error instanceof KeyBlockError;
        }
      },
    ),
  );
  t.pass('no other error');
});

t.test('arbitrary keys from a host, words from a centre and sealed bytes are refused by name', async (t) => {
  const master = blockCipher('3des', new Uint8Array(16).fill(7));
  const payloads = fc.oneof(fc.uint8Array({ maxLength: 120 }), ...[24, 40, 56, 60, 84].map(exactly));
  fc.assert(
    fc.property(payloads, (payload) => {
      try {
        unwrapWorkingKeys(payload, master);
        return false;
      } catch (error) {
        return error instanceof Fault;
      }
    }),
    { numRuns: runs(500) },
  );
  const words = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({
        v: fc.constantFrom(1, 2, '1'),
        step: fc.constantFrom('centre-proof', 'key', 'keep', 'done', 'refused'),
        parameters: fc.object(),
        signature: fc.oneof(fc.string(), fc.constant('AB')),
        token: fc.string(),
        detail: fc.anything(),
      })
      .map((words) => Buffer.from(JSON.stringify(words, (_, value) => (typeof value === 'bigint' ? 0 : value)))),
  );
  fc.assert(
    fc.property(words, (bytes) => {
      const found = parseMessage(bytes);
      return found === null || found === 'version' || typeof found.step === 'string';
    }),
    { numRuns: runs(1000) },
  );
  const folder = join(mkdtempSync(join(tmpdir(), 'guitai-seal-')), 'vault');
  t.teardown(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const vault = openVault(vaultSettings(folder));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, context) => {
      const sealed = vault.seal(bytes, context);
      if (!vault.open(sealed, context).equals(Buffer.from(bytes))) return false;
      try {
        vault.open(bytes, context);
        return false;
      } catch (error) {
        return error instanceof Error && error.name === 'SealError';
      }
    }),
  );
  t.pass('refused by name');
});

t.test('frames come out whole, however the line cut them', async (t) => {
  const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(messages, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sent, cuts) => {
      let receive: (bytes: Uint8Array) => void = () => undefined;
      let hangUp: () => void = () => undefined;
      const stream: Stream = {
        closed: new Promise((resolve) => {
          hangUp = resolve;
        }),
        write: async () => undefined,
        listen: (to) => {
          receive = to;
          return () => undefined;
        },
        close: async () => undefined,
      };
      const frames = framesOf(stream, 60);
      const line = Buffer.concat(sent.flatMap((body) => [Uint8Array.of(0, body.length), body]));
      for (let at = 0, turn = 0; at < line.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1;
        receive(line.subarray(at, at + size));
        at += size;
      }
      hangUp();
      const never = new AbortController().signal;
      for (const body of sent) {
        const read = await frames.next(never);
        if (read.read !== 'frame' || !Buffer.from(read.bytes).equals(Buffer.from(body))) return false;
      }
      return (await frames.next(never)).read === 'closed';
    }),
  );
  t.pass('whole');
});
