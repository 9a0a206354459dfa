import { type Message, type MessageFields, message, packFrame, unpack } from '../../src/host/codec.ts';
import { fieldNames } from '../../src/host/fields.ts';
import type { Connect, Stream } from '../../src/values/stream.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Chance } from './chance.ts';
import type { FaultName, Meter } from './faults.ts';

/** The two lines to the bank, as long and as bad as a storm wants them. */
export interface StormLine {
  connect(isDead: () => boolean): Connect;
  down: Record<'primary' | 'backup', boolean>;
  /** How many answers out of a hundred are lost on the way, in every operation. */
  loses: number;
  /** Every connection breaks. */
  cut(): void;
}

export interface LineParts {
  readonly clock: VirtualClock;
  readonly meter: Meter;
  readonly chance: Chance;
  strike(fault: FaultName): void;
  /** The bank's end: takes a message, gives its answer, or null for silence. */
  ask(body: Uint8Array, answer: (frame: Uint8Array | null) => void): void;
  /** Whether the bank is open. */
  open(): boolean;
}

/** One way, in virtual milliseconds. */
const WAY_MS = 4;
const LATE_MS = [61_000, 70_000, 110_000] as const;

interface Call {
  readonly cut: () => void;
  readonly hear: (bytes: Uint8Array) => void;
  readonly isCut: () => boolean;
}

export function stormLine(parts: LineParts): StormLine {
  const { clock, meter, strike } = parts;
  const calls = new Set<Call>();
  const down = { primary: false, backup: false };
  let last: Uint8Array | null = null;

  const line: StormLine = {
    connect: (isDead) => (address, signal) => connect(address, signal, isDead),
    down,
    loses: 0,
    cut() {
      for (const call of [...calls]) call.cut();
    },
  };
  return line;

  async function connect(address: string, signal: AbortSignal, isDead: () => boolean): Promise<Stream> {
    const name = address.endsWith('backup') ? 'backup' : address.endsWith('primary') ? 'primary' : null;
    if (name === null || isDead()) throw new Error('no such line');
    const fault = meter.call('connect');
    if (fault !== null) strike(fault);
    if (fault === 'hang') await clock.sleep(600_000, signal);
    await clock.sleep(WAY_MS, signal);
    if (isDead() || fault === 'refused' || down[name] || !parts.open()) throw new Error('connection refused');
    return streamOf(isDead);
  }

  function streamOf(isDead: () => boolean): Stream {
    const gone = Promise.withResolvers<void>();
    const ears = new Set<(bytes: Uint8Array) => void>();
    let isCut = false;
    let gathered: Uint8Array = new Uint8Array(0);
    const call: Call = {
      cut() {
        isCut = true;
        calls.delete(call);
        // A terminal without power hears nothing of it.
        if (!isDead()) gone.resolve();
      },
      hear(bytes) {
        if (!isCut && !isDead()) for (const receive of ears) receive(bytes);
      },
      isCut: () => isCut,
    };
    calls.add(call);
    /** The bank's end of the wire: gathers the bytes and hands each whole message to the bank. */
    const arrive = (bytes: Uint8Array) => {
      if (!parts.open()) call.cut();
      gathered = Buffer.concat([gathered, bytes]);
      while (gathered.length >= 2) {
        const length = (gathered[0] ?? 0) * 256 + (gathered[1] ?? 0);
        if (gathered.length < 2 + length) return;
        const body = gathered.slice(2, 2 + length);
        gathered = gathered.slice(2 + length);
        parts.ask(body, (frame) => {
          if (frame === null) call.cut();
          else answered(call, frame);
        });
      }
    };
    return {
      async write(bytes) {
        if (isDead() || isCut) throw new Error('the connection is gone');
        const hit = meter.bytes('line-out', bytes.length);
        // A power cut before the byte that the fault names keeps it back; any other fault lets it leave.
        const left = hit === null ? bytes.length : hit.fault === 'power' ? hit.after - 1 : hit.after;
        const partial = hit?.fault === 'cut' || hit?.fault === 'power' || hit?.fault === 'power-after';
        const sent = bytes.slice(0, partial ? left : bytes.length);
        if (sent.length > 0) clock.after(WAY_MS, () => arrive(sent));
        if (hit !== null) strike(hit.fault);
        if (hit?.fault !== 'cut') return;
        clock.after(WAY_MS + 1, call.cut);
        if (left % 2 === 1) throw new Error('the connection is gone');
      },
      listen(receive) {
        ears.add(receive);
        return () => ears.delete(receive);
      },
      closed: gone.promise,
      close: async () => call.cut(),
    };
  }

  /** An answer on its way back. */
  function answered(call: Call, frame: Uint8Array): void {
    const before = last;
    last = frame;
    const fault = meter.call('answer');
    if (fault !== null) strike(fault);
    if (fault === 'lost' || (fault === null && parts.chance.percent(line.loses))) return;
    if (fault === 'late') {
      clock.after(parts.chance.pick(LATE_MS), () => call.hear(frame));
      return;
    }
    const said = forged(fault, frame);
    if (fault === 'stale-first' && before !== null) clock.after(WAY_MS, () => call.hear(before));
    clock.after(WAY_MS, () => back(call, said));
    if (fault === 'doubled') clock.after(WAY_MS + 1, () => call.hear(frame));
  }

  function back(call: Call, frame: Uint8Array): void {
    if (call.isCut()) return;
    const hit = meter.bytes('line-in', frame.length);
    if (hit?.fault === 'cut') {
      call.hear(frame.slice(0, hit.after));
      call.cut();
    } else if (hit?.fault === 'power' || hit === null) {
      if (hit === null) call.hear(frame);
      else strike(hit.fault);
    } else {
      call.hear(frame);
      strike(hit.fault);
    }
  }
}

/** An answer as an attacker on the wire, who has no key, can change it. */
function forged(fault: FaultName | null, frame: Uint8Array): Uint8Array {
  const spoilt = Uint8Array.from(frame);
  const repacked = (change: (said: Message) => Partial<MessageFields>): Uint8Array => {
    const said = unpack(frame.subarray(2));
    const { tpdu, header, mti, mac } = said;
    const fields = Object.fromEntries(fieldNames.map((name) => [name, said[name]]));
    const changed = { ...fields, mac: undefined, ...change(said) };
    const packed = message({ tpdu, header, mti, ...changed });
    return Uint8Array.from(
      mac === undefined || 'mac' in change(said) ? packFrame(packed) : packFrame(packed, () => mac),
    );
  };
  switch (fault) {
    case 'bad-mac':
      spoilt[frame.length - 1] = (spoilt[frame.length - 1] ?? 0) === 0x30 ? 0x31 : 0x30;
      return spoilt;
    case 'no-mac':
      return repacked(({ code }) => ({ mac: undefined, code: code === '00' ? '51' : '00' }));
    case 'garbled':
      return spoilt.fill(0xff, 13, 40);
    case 'other-trace':
      return repacked(({ trace }) => ({ trace: trace === '000001' ? '000002' : '000001' }));
    case 'other-amount':
      return repacked(({ amount }) => (amount === undefined ? {} : { amount: '000000000001' }));
    case 'other-code':
      return repacked(({ code }) => ({ code: code === '00' ? '51' : '00' }));
    default:
      return frame;
  }
}
