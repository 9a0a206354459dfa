import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  type KeyObject,
  privateDecrypt,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bank, type BankOptions, startBank } from '../../bank/bank.ts';
import { provision } from '../../bank/provision.ts';
import { coveredByMac, type Message, type MessageFields, message, pack, unpack } from '../../src/host/codec.ts';
import { systemClock } from '../../src/values/clock.ts';

/** A terminal for the bank's tests: its cryptography is written from the standards, apart from the bank's. */

export interface Lab {
  readonly bank: Bank;
  readonly dir: string;
  restart(options?: Partial<BankOptions>): Promise<Bank>;
  close(): Promise<void>;
}

export async function lab(options: Partial<BankOptions> = {}): Promise<Lab> {
  // Short: a Unix socket's path holds 107 bytes.
  const dir = mkdtempSync(join(tmpdir(), 'gt-bank-'));
  const self = {
    dir,
    bank: await startBank({ dir, ...options }),
    async restart(changes: Partial<BankOptions> = {}) {
      await self.bank.close();
      self.bank = await startBank({ dir, ...options, ...changes });
      return self.bank;
    },
    async close() {
      await self.bank.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return self;
}

export interface Line {
  send(frame: Uint8Array): void;
  /** The next frame's body; null where the line ended, or nothing came in time. */
  next(ms?: number): Promise<Buffer | null>;
  readonly ended: Promise<void>;
  close(): void;
}

export async function connect(address: string): Promise<Line> {
  const { hostname, port } = new URL(address);
  const socket: Socket = createConnection(Number(port), hostname);
  const bodies: Buffer[] = [];
  let gathered = Buffer.alloc(0);
  let wake: () => void = () => undefined;
  let over = false;
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      over = true;
      wake();
      resolve();
    });
  });
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    gathered = Buffer.concat([gathered, chunk]);
    while (gathered.length >= 2 && gathered.length >= 2 + gathered.readUInt16BE(0)) {
      const end = 2 + gathered.readUInt16BE(0);
      bodies.push(gathered.subarray(2, end));
      gathered = gathered.subarray(end);
    }
    wake();
  });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return {
    send: (frame) => void socket.write(frame),
    async next(ms = 3000) {
      const until = performance.now() + ms;
      while (bodies.length === 0 && !over && performance.now() < until) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, until - performance.now());
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return bodies.shift() ?? null;
    },
    ended,
    close: () => socket.destroy(),
  };
}

export function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([length, body]);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

export function tripleDes(key: Uint8Array, text: Uint8Array, decrypt = false): Buffer {
  const [one, two = one] = [key.subarray(0, 8), key.length === 8 ? undefined : key.subarray(8, 16)];
  const whole = Buffer.concat([one, two, one]);
  const cipher = decrypt ? createDecipheriv('des-ede3-ecb', whole, null) : createCipheriv('des-ede3-ecb', whole, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

export const kcvOf = (key: Uint8Array): string => hex(tripleDes(key, Buffer.alloc(8)).subarray(0, 4));

export function macText(key: Uint8Array, text: Uint8Array): Buffer {
  let folded = 0n;
  for (let at = 0; at < text.length; at += 8) {
    folded ^= BigInt(`0x${hex(text.subarray(at, at + 8)).padEnd(16, '0')}`);
  }
  const characters = Buffer.from(folded.toString(16).toUpperCase().padStart(16, '0'));
  const first = BigInt(`0x${hex(tripleDes(key, characters.subarray(0, 8)))}`);
  const second = first ^ BigInt(`0x${hex(characters.subarray(8))}`);
  const result = tripleDes(key, Buffer.from(second.toString(16).padStart(16, '0'), 'hex'));
  return Buffer.from(hex(result).slice(0, 8));
}

export function pinBlock(key: Uint8Array, pin: string, pan: string): Buffer {
  const field = BigInt(`0x0${pin.length.toString(16)}${pin.padEnd(14, 'F')}`) ^ BigInt(`0x0000${pan.slice(-13, -1)}`);
  return tripleDes(key, Buffer.from(field.toString(16).padStart(16, '0'), 'hex'));
}

export function encryptedTrack(key: Uint8Array, track: string): string {
  const bytes = Buffer.from(track.length % 2 === 0 ? track : `${track}0`, 'hex');
  const end = bytes.length - 1;
  bytes.set(tripleDes(key, bytes.subarray(end - 8, end)), end - 8);
  return hex(bytes).slice(0, track.length);
}

/** AES-CMAC by NIST SP 800-38B, with whole numbers. */
export function cmacOf(key: Uint8Array, text: Uint8Array): Buffer {
  const block = (bytes: Uint8Array): Buffer => {
    const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(bytes), cipher.final()]);
  };
  const twice = (value: bigint): bigint => ((value << 1n) & ((1n << 128n) - 1n)) ^ (value >> 127n === 1n ? 0x87n : 0n);
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`);
  const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
  const k1 = twice(number(block(Buffer.alloc(16))));
  const count = Math.max(1, Math.ceil(text.length / 16));
  let chained: Buffer = Buffer.alloc(16);
  for (let place = 0; place < count; place++) {
    const part = text.subarray(place * 16, place * 16 + 16);
    let value = number(Buffer.concat([part, Buffer.from([0x80]), Buffer.alloc(16)]).subarray(0, 16));
    if (place === count - 1) value ^= part.length === 16 ? k1 : twice(k1);
    chained = block(bytesOf(value ^ number(chained)));
  }
  return chained;
}

/** TR-31 version D: the key, its header's attributes and the padding that was used. Throws where the MAC is wrong. */
export function openKeyBlock(kbpk: Uint8Array, text: string): { header: string; key: Buffer; padding: Buffer } {
  const options = Number(text.slice(12, 14));
  let headerLength = 16;
  for (let place = 0; place < options; place++) {
    headerLength += Number.parseInt(text.slice(headerLength + 2, headerLength + 4), 16);
  }
  const header = text.slice(0, headerLength);
  const mac = Buffer.from(text.slice(-32), 'hex');
  const encrypted = Buffer.from(text.slice(headerLength, -32), 'hex');
  const bits = kbpk.length * 8;
  const derived = (usage: number): Buffer =>
    Buffer.concat(
      [1, 2].map((counter) =>
        cmacOf(
          kbpk,
          Buffer.from([counter, 0, usage, 0, 0, { 128: 2, 192: 3, 256: 4 }[bits] ?? 0, bits >> 8, bits & 255]),
        ),
      ),
    ).subarray(0, kbpk.length);
  const cipher = createDecipheriv(`aes-${bits}-cbc`, derived(0), mac).setAutoPadding(false);
  const clear = Buffer.concat([cipher.update(encrypted), cipher.final()]);
  if (!cmacOf(derived(1), Buffer.concat([Buffer.from(header), clear])).equals(mac)) throw new Error('wrong MAC');
  const size = clear.readUInt16BE(0) / 8;
  return { header, key: clear.subarray(2, 2 + size), padding: clear.subarray(2 + size) };
}

export interface Device {
  readonly serial: string;
  readonly key: KeyObject;
  readonly certificate: string;
  readonly root: X509Certificate;
  readonly merchant: { id: string; name: string; terminal: string };
}

export async function factory({ dir }: Lab, serial = 'GT-V-000001', terminal = '50461160'): Promise<Device> {
  const identity = join(dir, serial);
  await provision(join(dir, 'bank'), serial, identity, systemClock);
  return {
    serial,
    key: createPrivateKey(readFileSync(join(identity, 'device.key'))),
    certificate: readFileSync(join(identity, 'device.crt'), 'utf8'),
    root: new X509Certificate(readFileSync(join(identity, 'root.crt'))),
    merchant: { id: '898110248990001', name: '便民小超市', terminal },
  };
}

type Json = Record<string, unknown>;

export interface Talk {
  say(step: string, fields: Json): void;
  hear(): Promise<Json>;
  close(): void;
}

export async function talkTo(address: string): Promise<Talk> {
  const line = await connect(address);
  return {
    say: (step, fields) => line.send(framed(Buffer.from(JSON.stringify({ v: 1, step, ...fields })))),
    async hear() {
      const body = await line.next();
      return body === null ? { step: 'hung up' } : (JSON.parse(body.toString()) as Json);
    },
    close: line.close,
  };
}

export const signedBy = (key: KeyObject, text: string): string => hex(sign('sha256', Buffer.from(text), key));

/** What a test changes of an honest handshake. */
export interface Changes {
  token?: string;
  kcv?: string | null;
  hello?: Json;
  proofText?: string;
  stop?: 'before stored';
  /** Confirms another check value. */
  storedKcv?: string;
}

export type HandshakeEnd =
  | { end: 'loaded'; tmk: Buffer; kcv: string; parameters: Json; header: string }
  | { end: 'kept'; parameters: Json }
  | { end: 'mismatch' }
  | { end: 'stopped'; tmk: Buffer }
  | { end: 'refused'; problem: unknown; remedy: unknown };

export async function shakeHands({ bank }: Lab, device: Device, changes: Changes = {}): Promise<HandshakeEnd> {
  const talk = await talkTo(bank.addresses['key-centre']);
  try {
    return await converse(talk, device, changes);
  } finally {
    talk.close();
  }
}

async function converse(talk: Talk, device: Device, changes: Changes): Promise<HandshakeEnd> {
  const { serial, certificate, merchant } = device;
  const rt = changes.token ?? hex(randomBytes(16));
  talk.say('hello', {
    serial,
    model: 'guitai-virtual',
    firmware: '1.0.0',
    certificate,
    token: rt,
    merchant,
    ...changes.hello,
  });
  const proof = await talk.hear();
  if (proof.step === 'refused') return { end: 'refused', problem: proof.problem, remedy: proof.remedy };
  const centre = new X509Certificate(String(proof.certificate));
  const ct = String(proof.token);
  mustBe(centre.verify(device.root.publicKey) && centre.subject === 'CN=guitai key centre', 'the certificate');
  const heard = (text: string, message: Json): void =>
    mustBe(
      verify('sha256', Buffer.from(text), centre.publicKey, Buffer.from(String(message.signature), 'hex')),
      `the signature of ${String(message.step)}`,
    );
  heard(`guitai-kc1|centre|${rt}|${ct}|${serial}`, proof);

  const kcv = changes.kcv ?? null;
  const text = changes.proofText ?? `guitai-kc1|terminal|${ct}|${rt}|${serial}|TMK:${kcv ?? '-'}`;
  talk.say('terminal-proof', { signature: signedBy(device.key, text), slots: [{ slot: 'TMK', kcv }] });
  const key = await talk.hear();
  if (key.step === 'refused') return { end: 'refused', problem: key.problem, remedy: key.remedy };
  const parameters = key.parameters as Json;
  const sorted = `{${Object.keys(parameters)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(parameters[name])}`)
    .join(',')}}`;
  const hash = createHash('sha256').update(sorted).digest('hex').toUpperCase();
  const confirm = async (value: string): Promise<Json> => {
    const signature = signedBy(device.key, `guitai-kc1|stored|${ct}|${value}`);
    talk.say('stored', { kcv: value, signature });
    return talk.hear();
  };
  if (key.step === 'keep') {
    heard(`guitai-kc1|keep|${rt}|${ct}|${kcv}|${hash}`, key);
    mustBe((await confirm(String(kcv))).step === 'done', 'done');
    return { end: 'kept', parameters };
  }
  heard(`guitai-kc1|key|${rt}|${ct}|${String(key.wrapped)}|${String(key.block)}|${String(key.kcv)}|${hash}`, key);
  const kbpk = privateDecrypt(
    { key: device.key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    Buffer.from(String(key.wrapped), 'hex'),
  );
  mustBe(kbpk.length === 32, 'a 32-byte protection key');
  const { key: tmk, header } = openKeyBlock(kbpk, String(key.block));
  if (kcvOf(tmk) !== key.kcv) {
    talk.say('refused', { problem: 'kcv-mismatch', detail: 'not the key', remedy: '' });
    await talk.hear();
    return { end: 'mismatch' };
  }
  if (changes.stop === 'before stored') return { end: 'stopped', tmk };
  const done = await confirm(changes.storedKcv ?? kcvOf(tmk));
  if (done.step === 'refused') return { end: 'refused', problem: done.problem, remedy: done.remedy };
  mustBe(done.step === 'done', 'done');
  return { end: 'loaded', tmk, kcv: kcvOf(tmk), parameters, header };
}

function mustBe(good: boolean, what: string): void {
  if (!good) throw new Error(`the centre is wrong: ${what}`);
}

export interface Keys {
  pik: Buffer;
  mak: Buffer;
  tdk: Buffer;
  batch: string;
}

const ENVELOPE = { tpdu: '6000030000', header: '603100310000' };
export const MERCHANT = '898110248990001';
export const TERMINAL = '50461160';

export function unsealedKeys(tmk: Uint8Array, answer: Message): Keys {
  const f62 = Buffer.from(answer.payload ?? []);
  mustBe(f62.length === 60, `60 bytes of F62, not ${f62.length}`);
  const take = (from: number, size: number): Buffer => {
    const key = tripleDes(tmk, f62.subarray(from, from + size), true);
    mustBe(kcvOf(key) === hex(f62.subarray(from + 16, from + 20)), 'a check value');
    return key;
  };
  mustBe(f62.subarray(28, 36).equals(Buffer.alloc(8)), 'the zeros after the MAC key');
  return { pik: take(0, 16), mak: take(20, 8), tdk: take(40, 16), batch: answer.batch?.slice(2, 8) ?? '' };
}

export function request(mti: string, fields: Partial<MessageFields>): Message {
  return message({ ...ENVELOPE, mti, terminal: TERMINAL, merchant: MERCHANT, ...fields });
}

export function sealed(asked: Message, mak: Uint8Array): Buffer {
  return Buffer.from(pack(asked, (covered) => macText(mak, covered)));
}

/** One exchange on a line of its own. */
export async function ask({ bank }: Lab, body: Uint8Array, line: 'primary' | 'backup' = 'primary', ms = 3000) {
  const wire = await connect(bank.addresses[line]);
  try {
    wire.send(framed(body));
    const answer = await wire.next(ms);
    return answer === null ? null : { bytes: answer, message: unpack(answer) };
  } finally {
    wire.close();
  }
}

export function macIsRight(bytes: Buffer, mak: Uint8Array): boolean {
  return bytes.subarray(-8).equals(macText(mak, coveredByMac(bytes)));
}

export async function signIn(lab: Lab, tmk: Uint8Array, trace = '000001'): Promise<Keys> {
  const asked = request('0800', { trace, batch: '00000001004', operator: '01 ' });
  const answer = await ask(lab, Buffer.from(pack(asked)));
  mustBe(answer?.message.code === '00', `signed in: ${answer?.message.code}`);
  return unsealedKeys(tmk, answer?.message as Message);
}

/** Provisioned, with a master key, and signed in. */
export async function readyTerminal(lab: Lab): Promise<Keys & { tmk: Buffer; device: Device }> {
  const device = await factory(lab);
  const shaken = await shakeHands(lab, device);
  mustBe(shaken.end === 'loaded', shaken.end);
  const { tmk } = shaken as { tmk: Buffer };
  return { ...(await signIn(lab, tmk)), tmk, device };
}

export const CARDS = {
  boc: { pan: '6222020010011234', expiry: '3012', service: '120', pin: '123456' },
  cmb: { pan: '6225880010050087', expiry: '2911', service: '121', pin: '654321' },
  poor: { pan: '6228480010065511', expiry: '3012', service: '120', pin: '111111' },
  lost: { pan: '6217000010062046', expiry: '3012', service: '120', pin: '222222' },
  expired: { pan: '6216600010007783', expiry: '2401', service: '120', pin: '333333' },
  chip: { pan: '6221550010093320', expiry: '3012', service: '220', pin: '444444' },
  limit: { pan: '6226090010044408', expiry: '3012', service: '120', pin: '555555' },
} as const;

export interface SaleChanges {
  trace: string;
  amount?: number;
  card?: { pan: string; expiry: string; service: string };
  /** Null: none was entered. */
  pin?: string | null;
  batch?: string;
  fields?: Partial<MessageFields>;
}

export function saleRequest(keys: Keys, sale: SaleChanges): Message {
  const { trace, amount = 12_850, card = CARDS.boc, pin = CARDS.boc.pin, batch = keys.batch, fields = {} } = sale;
  return request('0200', {
    pan: card.pan,
    processing: '000000',
    amount: String(amount).padStart(12, '0'),
    trace,
    expiry: card.expiry,
    entryMode: pin === null ? '022' : '021',
    condition: '00',
    pinCapture: pin === null ? undefined : '12',
    track2: encryptedTrack(keys.tdk, `${card.pan}D${card.expiry}${card.service}0000012345`),
    currency: '156',
    pinBlock: pin === null ? undefined : pinBlock(keys.pik, pin, card.pan),
    security: pin === null ? '0610000000000000' : '2610000000000000',
    batch: `22${batch}000500`,
    ...fields,
  });
}

export function reversalRequest(keys: Keys, { trace, amount = 12_850, batch = keys.batch, fields = {} }: SaleChanges) {
  return request('0400', {
    pan: CARDS.boc.pan,
    processing: '000000',
    amount: String(amount).padStart(12, '0'),
    trace,
    entryMode: '021',
    condition: '00',
    code: '98',
    currency: '156',
    batch: `22${batch}000500`,
    ...fields,
  });
}

/** Asks and gives F39, having checked the answer's MAC. */
export async function codeOf(lab: Lab, keys: Keys, asked: Message, line: 'primary' | 'backup' = 'primary') {
  const answer = await ask(lab, sealed(asked, keys.mak), line);
  if (answer === null) return null;
  mustBe(macIsRight(answer.bytes, keys.mak), 'the MAC of the answer');
  return answer.message.code;
}

export function books({ bank }: Lab) {
  const rows = (command: string, key: string) => bank.control({ do: command })[key] as Record<string, unknown>[];
  const ledger = bank.control({ do: 'ledger' });
  return {
    balance: (id: string) => rows('accounts', 'accounts').find((row) => row.id === id)?.balance,
    pending: () => rows('merchants', 'merchants')[0]?.pending,
    transactions: rows('transactions', 'transactions'),
    sum: ledger.sum,
    entries: ledger.entries as { kind: string }[],
  };
}
