import {
  constants,
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
import { encryptedTrack, hex, kcvOf, macText, openKeyBlock, pinBlock, tripleDes } from './bank-terminal-keys.ts';

/** A terminal for the bank's tests, written apart from both ends of the line. */

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
          const timer = setTimeout(resolve, Math.max(1, until - performance.now()));
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
  mti?: string;
  fields?: Partial<MessageFields>;
}

export function saleRequest(keys: Keys, sale: SaleChanges): Message {
  const {
    trace,
    amount = 12_850,
    card = CARDS.boc,
    pin = CARDS.boc.pin,
    batch = keys.batch,
    fields = {},
    mti = '0200',
  } = sale;
  return request(mti, {
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
  const ledger = bank.control({ do: 'ledger', recount: true });
  return {
    balance: (id: string) => rows('accounts', 'accounts').find((row) => row.id === id)?.balance,
    pending: () => rows('merchants', 'merchants')[0]?.pending,
    transactions: rows('transactions', 'transactions'),
    sum: ledger.sum,
    entries: ledger.entries as { kind: string }[],
  };
}
