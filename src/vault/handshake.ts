import { type Clock, type Random, within } from '../values/clock.ts';
import { Fault } from '../values/problem.ts';
import { type Connect, type Frames, framesOf, type Stream } from '../values/stream.ts';
import type { Audit } from './audit.ts';
import {
  CENTRE_NAME,
  hashOf,
  type Incoming,
  MOST_MESSAGE,
  type Parameters,
  parseMessage,
  type Refusal,
  VERSION,
} from './centre-messages.ts';
import { blockCipher } from './ciphers.ts';
import type { CertificateEnd, Identity } from './identity.ts';
import { KeyBlockError, openKeyBlock } from './key-block.ts';
import type { Slots } from './slots.ts';

export interface HandshakeRequest {
  readonly connect: Connect;
  /** Of the key centre. */
  readonly address: string;
  /** Throws the Fault of `readIdentity` where this terminal has none that can be used. */
  identity(): Identity;
  readonly model: string;
  readonly firmware: string;
  readonly merchant: { readonly id: string; readonly name: string; readonly terminal: string };
  /** For each wait: the connection, and each answer. */
  readonly step_ms: number;
  /** Told of each message, without key bytes. */
  readonly onWire?: (direction: 'out' | 'in', text: string) => void;
}

export interface HandshakeEnd {
  /** `kept`: the centre's key was in the slot already. */
  readonly end: 'loaded' | 'kept';
  readonly kcv: string;
  readonly parameters: Parameters;
}

interface Tools {
  readonly slots: Slots;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Both sides prove themselves by certificates; the centre sends the master key wrapped for this terminal (unionpay.md
 * 12, suggested open profile). A refusal by either side is a Fault of kind `key-centre`, and so is a centre that falls
 * silent or hangs up on the way (`silent …`, `hung up`); a check value that does not
 * match locks the slot and is one of kind `keys-mismatch`. Every end leaves an audit record.
 */
export async function shakeHands(request: HandshakeRequest & Tools, signal?: AbortSignal): Promise<HandshakeEnd> {
  const { audit, address } = request;
  let serial: string | null = null;
  try {
    const identity = request.identity();
    serial = identity.serial;
    const end = await converse({ ...request, identity }, signal);
    audit.note('handshake', { end: end.end, serial, kcv: end.kcv });
    return end;
  } catch (error) {
    if (error instanceof Fault) {
      const { problem } = error;
      const why = problem.kind === 'key-centre' ? `${problem.step}: ${problem.why}` : problem.kind;
      audit.note('handshake', { end: 'failed', serial, address, why });
    }
    throw error;
  }
}

type Conversation = Omit<HandshakeRequest, 'identity'> & Tools & { readonly identity: Identity };

async function converse(request: Conversation, signal?: AbortSignal): Promise<HandshakeEnd> {
  const { identity, random, slots, merchant, model, firmware } = request;
  const stream = await reached(request, signal);
  const frames = framesOf(stream, MOST_MESSAGE);
  const talk = talkOver(stream, frames, request, signal);
  try {
    const ours = hex(random(16));
    const { serial, certificate } = identity;
    await talk.say({ step: 'hello', serial, model, firmware, certificate, token: ours, merchant });

    const proof = await talk.hear('centre-proof');
    const centre = identity.examine(proof.certificate, CENTRE_NAME, request.clock.now());
    if (centre.end === 'refused') return await talk.refuse(centre.problem, 'centre-proof', centre.detail);
    // A centre that returns our own token proves nothing.
    if (proof.token === ours)
      return await talk.refuse('replayed-token', 'centre-proof', 'the token is the terminal’s own');
    const context = `${ours}|${proof.token}`;
    if (!centre.verify(`guitai-kc1|centre|${context}|${serial}`, proof.signature)) {
      return await talk.refuse('bad-signature', 'centre-proof', 'the centre did not sign our token');
    }

    const kcv = slots.kcvOf('TMK');
    const inventory = `guitai-kc1|terminal|${proof.token}|${ours}|${serial}|TMK:${kcv ?? '-'}`;
    await talk.say({ step: 'terminal-proof', signature: identity.sign(inventory), slots: [{ slot: 'TMK', kcv }] });

    const answer = await talk.hear('key', 'keep');
    const end =
      answer.step === 'keep'
        ? await kept(answer, kcv, context, centre, talk)
        : await loaded(answer, context, centre, talk, request);
    const stored = identity.sign(`guitai-kc1|stored|${proof.token}|${end.kcv}`);
    await talk.say({ step: 'stored', kcv: end.kcv, signature: stored });
    await talk.hear('done');
    return end;
  } finally {
    frames.stop();
    await stream.close();
  }
}

type Trusted = Extract<CertificateEnd, { end: 'trusted' }>;
type Heard<Step extends Incoming['step']> = Extract<Incoming, { step: Step }>;

async function kept(
  answer: Heard<'keep'>,
  kcv: string | null,
  context: string,
  centre: Trusted,
  talk: Talk,
): Promise<HandshakeEnd> {
  if (!centre.verify(`guitai-kc1|keep|${context}|${kcv}|${hashOf(answer.raw)}`, answer.signature)) {
    return talk.refuse('bad-signature', 'keep', 'the centre did not sign what it said');
  }
  if (kcv === null) return talk.refuse('kcv-mismatch', 'keep', 'there is no key to keep');
  return { end: 'kept', kcv, parameters: answer.parameters };
}

async function loaded(
  answer: Heard<'key'>,
  context: string,
  centre: Trusted,
  talk: Talk,
  { identity, slots }: Conversation,
): Promise<HandshakeEnd> {
  const { wrapped, block, kcv, parameters } = answer;
  if (!centre.verify(`guitai-kc1|key|${context}|${wrapped}|${block}|${kcv}|${hashOf(answer.raw)}`, answer.signature)) {
    return talk.refuse('bad-signature', 'key', 'the centre did not sign what it said');
  }
  const protection = identity.unwrap(Buffer.from(wrapped, 'hex'));
  if (protection === null || protection.length !== 32) {
    return talk.refuse('malformed', 'key', 'the protection key does not open');
  }
  const opened = masterKeyOf(protection, block);
  protection.fill(0);
  if (typeof opened === 'string') return talk.refuse('malformed', 'key', `the key block: ${opened}`);

  const found = blockCipher('3des', opened).kcv;
  if (found !== kcv) {
    opened.fill(0);
    slots.change({ TMK: 'locked', PIK: null, MAK: null, TDK: null });
    await talk.sendAway('kcv-mismatch', `expected ${kcv}, found ${found}`);
    throw new Fault({ kind: 'keys-mismatch', slot: 'TMK', expected: kcv, found });
  }
  const live = (answer.raw as { live?: unknown }).live === true;
  if (live && !slots.takesLive) return talk.refuse('malformed', 'key', 'a live key needs a secure element');
  // Working keys of the old master key die with it.
  slots.change({ TMK: { algorithm: '3des', key: opened, live }, PIK: null, MAK: null, TDK: null });
  return { end: 'loaded', kcv, parameters };
}

/** The key, or what is wrong with the block: it must be a key-encryption key for decryption that may not be exported. */
function masterKeyOf(protection: Uint8Array, block: string): Buffer | string {
  try {
    const { usage, algorithm, mode, exportability, key } = openKeyBlock(protection, block);
    const kind = usage + algorithm + mode + exportability;
    if (kind === 'K0TDN' && key.length === 16) return key;
    key.fill(0);
    return `it holds ${kind} of ${key.length} bytes; K0TDN of 16 belongs in this slot`;
  } catch (error) {
    if (!(error instanceof KeyBlockError)) throw error;
    return error.message;
  }
}

interface Talk {
  say(message: { step: string } & Record<string, unknown>): Promise<void>;
  hear<Step extends Incoming['step']>(...steps: Step[]): Promise<Heard<Step>>;
  sendAway(problem: Refusal, detail: string): Promise<void>;
  /** Sends the centre away and throws. */
  refuse(problem: Refusal, step: string, detail: string): Promise<never>;
}

function talkOver(stream: Stream, frames: Frames, request: Conversation, signal?: AbortSignal): Talk {
  const { clock, step_ms, onWire } = request;
  const fault = (step: string, why: string) => new Fault({ kind: 'key-centre', step, why });

  async function say(message: { step: string } & Record<string, unknown>): Promise<void> {
    const body = Buffer.from(JSON.stringify({ v: VERSION, ...message }), 'utf8');
    const frame = Buffer.alloc(2 + body.length);
    frame.writeUInt16BE(body.length);
    frame.set(body, 2);
    onWire?.('out', message.step);
    const written = await within(clock, step_ms, () => handed(stream, frame), signal);
    if (written === null) throw fault(message.step, `silent for ${step_ms} ms`);
    if (!written) throw fault(message.step, 'hung up');
  }

  async function sendAway(problem: Refusal, detail: string): Promise<void> {
    try {
      await say({ step: 'refused', problem, detail, remedy: 'see the audit record of the terminal' });
    } catch (error) {
      // The reason is on its way to the screen; that the centre cannot be told changes nothing.
      onWire?.('out', `refused (not sent: ${error instanceof Error ? error.name : 'unknown'})`);
    }
  }

  const refuse = async (problem: Refusal, step: string, detail: string): Promise<never> => {
    await sendAway(problem, detail);
    throw fault(step, `${problem}: ${detail}`);
  };

  async function hear<Step extends Incoming['step']>(...steps: Step[]): Promise<Heard<Step>> {
    const [step = 'done'] = steps;
    const read = await within(clock, step_ms, (stop) => frames.next(stop), signal);
    if (read === null) throw fault(step, `silent for ${step_ms} ms`);
    if (read.read === 'closed') throw fault(step, 'hung up');
    const found = read.read === 'frame' ? parseMessage(read.bytes) : null;
    if (found === 'version') return refuse('version', step, `only version ${VERSION} is spoken here`);
    if (found === null) return refuse('malformed', step, 'that is no message of the key centre');
    onWire?.('in', found.step === 'key' ? `key, check value ${found.kcv}` : found.step);
    if (found.step === 'refused') throw fault(step, `${found.problem}: ${found.detail}`);
    if (!steps.some((expected) => expected === found.step))
      return refuse('malformed', step, `${found.step} is out of turn`);
    return found as Heard<Step>;
  }

  return { say, hear, sendAway, refuse };
}

/** False where the line broke: the centre has died, or its line. */
async function handed(stream: Stream, frame: Uint8Array): Promise<boolean> {
  try {
    await stream.write(frame);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

async function reached(request: Conversation, signal?: AbortSignal): Promise<Stream> {
  const { connect, address, clock, step_ms } = request;
  let late = false;
  const stream = await within(
    clock,
    step_ms,
    async (stop) => {
      const opened = await connect(address, stop);
      if (late) await opened.close();
      return opened;
    },
    signal,
  ).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new Fault({ kind: 'line-down', tried: [address] }, { cause });
  });
  late = true;
  if (stream === null) throw new Fault({ kind: 'line-down', tried: [address] });
  return stream;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
