import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { coveredByMac, type Message, type MessageFields, pack, packFrame, unpack } from '../src/host/codec.ts';
import { type Field, fieldNames, fields } from '../src/host/fields.ts';
import type { Exchange } from './film.ts';

/**
 * The bank's side of the line in a replay. Each request goes to the replay's own bank, which checks its MAC. Its answer
 * gets the recorded values (code, reference, authorisation, times) and a new MAC. Fields that the record hides (card
 * number, expiry, keys, balance) stay as the bank has made them; so does the masked card at the end of F63 in an
 * inquiry's answer, whose word and code are the record's.
 */
export interface ReplayLine {
  readonly port: number;
  close(): Promise<void>;
}

export interface LineParts {
  /** Null before the film runs: the bank then answers by itself. */
  readonly exchanges: () => readonly Exchange[] | null;
  /** Where the bank listens. */
  readonly bank: { readonly host: string; readonly port: number };
  /** F64 under the keys of the terminal that is signed in at the bank. */
  readonly seal: (terminal: string, covered: Uint8Array) => Uint8Array | null;
  /** Told of anything that the record does not explain. */
  readonly wrong: (why: string) => void;
}

/** Answers that were recorded as slower than this are delayed again. */
const PROMPT_MS = 300;

/** Least time before a lost exchange ends: if the line itself broke, the driver breaks it within this time. */
const LINE_BREAKS_MS = 300;

/** What the replay's primary and backup line share. */
export interface Shared {
  /** Recorded exchanges that were used already. */
  readonly used: Set<Exchange>;
  /** The recorded reference or authorisation, which the terminal knows → the one that the replay's bank has given. */
  readonly given: Map<string, string>;
}

export async function openReplayLine(parts: LineParts, shared: Shared): Promise<ReplayLine> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onFrames(socket, (body) => void answer(socket, body, parts, shared));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(socket: Socket, body: Buffer, parts: LineParts, { used, given }: Shared): Promise<void> {
  const exchanges = parts.exchanges();
  const asked = unpack(body);
  const exchange = exchanges === null ? null : takeFor(asked, exchanges, used);
  if (exchanges !== null && exchange === null) parts.wrong(`a ${asked.mti} that the record does not hold`);
  if (exchange?.end === 'lost') setTimeout(() => socket.destroy(), Math.max(exchange.delay_ms, LINE_BREAKS_MS));
  if (exchange?.unheard === true) return;
  const started = performance.now();
  const said = await fromBank(asTheBankKnows(body, asked, given, parts), parts.bank);
  if (exchange === null) {
    if (said !== null) send(socket, said);
    return;
  }
  if (exchange.end === 'garbled') socket.end(Buffer.from([0, 0]));
  if (exchange.end !== 'answer' || exchange.answer === null) return;
  if (said !== null) learn(exchange, unpack(said), given);
  const frame = said === null ? null : asRecorded(said, exchange, parts);
  if (frame === null) {
    parts.wrong(`the bank of the replay does not answer the ${asked.mti}`);
    return;
  }
  const late_ms = exchange.delay_ms < PROMPT_MS ? 0 : exchange.delay_ms - (performance.now() - started);
  setTimeout(send, Math.max(0, late_ms), socket, frame);
}

/** The first unused exchange with this MTI, processing code and trace; else the next one that comes closest. */
function takeFor(asked: Message, exchanges: readonly Exchange[], used: Shared['used']): Exchange | null {
  const left = exchanges.filter((exchange) => !used.has(exchange) && exchange.mti === asked.mti);
  const alike = left.filter(({ processing }) => processing === asked.processing);
  const found = alike.find(({ trace }) => trace === asked.trace) ?? alike[0] ?? left[0] ?? null;
  if (found !== null) used.add(found);
  return found;
}

const GIVEN = ['reference', 'authorisation'] as const;

function learn({ answer }: Exchange, real: Message, given: Map<string, string>): void {
  for (const name of GIVEN) {
    const recorded = answer?.[name];
    const own = real[name];
    if (recorded !== undefined && own !== undefined) given.set(recorded, own);
  }
}

/** Replaces the recorded reference and authorisation in a request by those of the replay's bank, and seals it anew. */
function asTheBankKnows(body: Buffer, asked: Message, given: Map<string, string>, { seal, wrong }: LineParts): Buffer {
  const changes: Partial<Record<(typeof GIVEN)[number], string>> = {};
  for (const name of GIVEN) {
    const own = given.get(asked[name] ?? '');
    if (own !== undefined && own !== asked[name]) changes[name] = own;
  }
  const { mac, terminal = '' } = asked;
  if (Object.keys(changes).length === 0 || mac === undefined) return body;
  const expected = seal(terminal, coveredByMac(body));
  // A request with a wrong MAC goes to the bank unchanged, and the bank refuses it.
  if (expected === null || !Buffer.from(mac).equals(Buffer.from(expected))) {
    wrong(`the MAC of the ${asked.mti} is wrong`);
    return body;
  }
  const changed = asked.with({ ...changes, mac: undefined });
  return Buffer.from(pack(changed, (covered) => seal(terminal, covered) ?? new Uint8Array(fields.mac.size)));
}

function asRecorded(said: Buffer, exchange: Exchange, { seal, wrong }: LineParts): Buffer | null {
  const real = unpack(said);
  const recorded = exchange.answer ?? {};
  if (real.code === 'A0' && recorded.code !== 'A0') wrong(`the bank refuses the MAC of the ${exchange.mti}`);
  const absent = fieldNames.filter((name) => recorded[name] === undefined);
  const open = openFields(real.mti, recorded);
  const card = open.operator === recorded.operator ? '' : (real.operator ?? '').slice(STANDING);
  const operator = open.operator === undefined ? {} : { operator: `${open.operator}${card}` };
  const changes = { ...Object.fromEntries(absent.map((name) => [name, undefined])), ...open, ...operator };
  const message = real.with({ ...changes, mac: undefined, header: real.header });
  const { terminal = '' } = real;
  if (recorded.mac === undefined) return Buffer.from(packFrame(message));
  const frame = Buffer.from(
    packFrame(message, (covered) => seal(terminal, covered) ?? new Uint8Array(fields.mac.size)),
  );
  // Changes each character, as the bank's fault `answer-bad-mac` does.
  if (exchange.badMac)
    for (let at = frame.length - 8; at < frame.length; at++) frame[at] = frame[at] === 0x30 ? 0x31 : 0x30;
  return frame;
}

/**
 * F63 of an inquiry's answer: the first 17 characters tell the trade's state, and a masked card number follows. The
 * state decides how F48 is to be read, so both are taken from the record.
 */
const STANDING = 17;

/** The fields of a recorded message that the record does not hide. */
export function openFields(mti: string, recorded: Readonly<Record<string, string>>): Partial<MessageFields> {
  const open = fieldNames.filter((name) => {
    const { form }: Field = fields[name];
    const value = recorded[name];
    return value !== undefined && form !== 'b' && !value.startsWith('(') && !value.includes('*');
  });
  const standing = mti === '0830' && recorded.operator?.includes('*') === true;
  return {
    ...Object.fromEntries(open.map((name) => [name, recorded[name]])),
    ...(standing ? { operator: recorded.operator?.slice(0, STANDING) } : {}),
  };
}

function send(socket: Socket, frame: Buffer): void {
  if (!socket.destroyed && socket.writable) socket.write(frame);
}

/** The bank's own answer; null where it has none. */
async function fromBank(body: Buffer, bank: LineParts['bank']): Promise<Buffer | null> {
  const socket = connect(bank);
  socket.on('error', () => socket.destroy());
  const heard = new Promise<Buffer | null>((resolve) => {
    onFrames(socket, resolve);
    socket.once('close', () => resolve(null));
    socket.setTimeout(5000, () => resolve(null));
  });
  const head = Buffer.from([body.length >> 8, body.length & 255]);
  socket.write(Buffer.concat([head, body]));
  try {
    return await heard;
  } finally {
    socket.destroy();
  }
}

function onFrames(socket: Socket, heard: (body: Buffer) => void): void {
  let gathered: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    gathered = Buffer.concat([gathered, chunk]);
    while (gathered.length >= 2 && gathered.length >= 2 + gathered.readUInt16BE(0)) {
      const length = gathered.readUInt16BE(0);
      heard(Buffer.from(gathered.subarray(2, 2 + length)));
      gathered = gathered.subarray(2 + length);
    }
  });
}
