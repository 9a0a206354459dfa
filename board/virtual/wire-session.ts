import type { Socket } from 'node:net';
import { channels, frame, frameReader, ops, WIRES_VERSION } from '../wire-frames.ts';
import type { BoardWiring, Drive, Level, WireEvent } from './wires.ts';

/** One connection: from the terminal's power-on to its end. */
export function terminalSession(socket: Socket, wiring: BoardWiring) {
  const { panel } = wiring;
  const deviceAt = new Map(wiring.lines.flatMap((device) => device.lines.map((line) => [line, device] as const)));
  const outputs = new Map<number, { openDrain: boolean; drive: Drive }>();
  const inputs = new Map<number, Level>();
  let powered = false;

  const send = (channel: number, op: number, payload?: Uint8Array | readonly number[]) => {
    if (!socket.writableCorked) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(frame(channel, op, payload));
    if (socket.writableLength > 1_048_576) throw new Error('the terminal does not read its answers');
  };
  const log = (wire: WireEvent['wire'], from: WireEvent['from'], what: string, bytes: number) =>
    wiring.onWire({ wire, from, what, bytes });
  const levelOf = (line: number): Level => deviceAt.get(line)?.level(line) ?? 1;
  const tellEdges = () => {
    for (const [line, before] of inputs) {
      const level = levelOf(line);
      if (level === before) continue;
      inputs.set(line, level);
      send(channels.lines, ops.lines.edge, [line, level]);
      if (!wiring.secretLines.has(line)) log('lines', 'board', `line ${line} is ${level}`, 1);
    }
  };
  const write = (line: number, level: number) => {
    const output = outputs.get(line);
    if (!output) throw new Error(`line ${line} is not claimed as an output`);
    const drive = level ? (output.openDrain ? 'released' : 'high') : 'low';
    if (drive === output.drive) return;
    output.drive = drive;
    deviceAt.get(line)?.drive(line, drive);
    if (!wiring.secretLines.has(line)) log('lines', 'terminal', `line ${line} ${drive}`, 1);
  };

  const fromTerminal: Record<string, (payload: Buffer) => void> = {
    [key(channels.lines, ops.lines.outputs)]: ([drive = 0, level = 0, ...lines]) => {
      for (const line of lines) {
        if (outputs.has(line) || inputs.has(line)) throw new Error(`line ${line} is claimed twice`);
        outputs.set(line, { openDrain: drive === 1, drive: 'released' });
        write(line, level);
      }
      tellEdges();
    },
    [key(channels.lines, ops.lines.inputs)]: (lines) => {
      for (const line of lines) {
        if (outputs.has(line) || inputs.has(line)) throw new Error(`line ${line} is claimed twice`);
        inputs.set(line, levelOf(line));
      }
    },
    [key(channels.lines, ops.lines.write)]: (pairs) => {
      for (let at = 0; at + 1 < pairs.length; at += 2) write(pairs[at] as number, pairs[at + 1] as number);
      tellEdges();
    },
    [key(channels.lines, ops.lines.read)]: (lines) => {
      send(channels.lines, ops.lines.read, Array.from(lines, levelOf));
    },
    [key(channels.i2c, ops.i2c.write)]: (payload) => {
      const [bus = 0, address = 0] = payload;
      const bytes = payload.subarray(2);
      const device = wiring.i2c.find((candidate) => candidate.bus === bus && candidate.address === address);
      const acknowledged = device?.write(bytes) ?? false;
      send(channels.i2c, ops.i2c.write, [acknowledged ? 1 : 0]);
      log('i2c', 'terminal', i2cText(bus, address, acknowledged, bytes), bytes.length);
    },
    [key(channels.i2c, ops.i2c.read)]: (payload) => {
      const bus = payload.readUInt8(0);
      const address = payload.readUInt8(1);
      const device = wiring.i2c.find((candidate) => candidate.bus === bus && candidate.address === address);
      const bytes = device?.read(payload.readUInt16BE(2)) ?? null;
      send(channels.i2c, ops.i2c.read, bytes ? Buffer.from([1, ...bytes]) : [0]);
      log('i2c', 'board', i2cText(bus, address, bytes !== null, bytes ?? new Uint8Array()), bytes?.length ?? 0);
    },
    [key(channels.panel, ops.panel.size)]: () => {
      const size = Buffer.allocUnsafe(4);
      size.writeUInt16BE(panel.width, 0);
      size.writeUInt16BE(panel.height, 2);
      send(channels.panel, ops.panel.size, size);
    },
    [key(channels.panel, ops.panel.rectangle)]: (payload) => {
      const [x, y, width, height] = [0, 2, 4, 6].map((at) => payload.readUInt16BE(at)) as [
        number,
        number,
        number,
        number,
      ];
      panel.draw({ x, y, width, height }, payload.subarray(8));
      log('panel', 'terminal', `${width}×${height} at ${x},${y}`, payload.length);
    },
    [key(channels.speaker, ops.speaker.play)]: (payload) => {
      const rate_hz = payload.readUInt32BE(0);
      if (rate_hz < 4_000 || rate_hz > 192_000) throw new Error(`no loudspeaker plays ${rate_hz} Hz`);
      const samples = new Int16Array((payload.length - 4) >> 1);
      for (let n = 0; n < samples.length; n++) samples[n] = payload.readInt16LE(4 + 2 * n);
      wiring.onPcm(samples, rate_hz);
      send(channels.speaker, ops.speaker.play);
      log('speaker', 'terminal', `${samples.length} samples at ${rate_hz} Hz`, payload.length);
    },
  };
  const hello = (payload: Buffer) => {
    const version = payload.readUInt16BE(0);
    if (version !== WIRES_VERSION) {
      throw new Error(`the terminal speaks version ${version} of the wires, this board ${WIRES_VERSION}; update both`);
    }
    powered = true;
    for (const device of wiring.lines) device.onChange = tellEdges;
    wiring.onPower(true);
    // The answer tells the terminal that the devices have power, so that it may use any wire.
    send(channels.board, ops.board.hello);
  };
  const read = frameReader((channel, op, payload) => {
    const known = powered
      ? fromTerminal[key(channel, op)]
      : key(channel, op) === key(channels.board, ops.board.hello) && hello;
    if (!known)
      throw new Error(`no such frame: channel ${channel}, op ${op}, ${powered ? 'while on' : 'before hello'}`);
    try {
      known(payload);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`channel ${channel}, op ${op}: ${why}`, { cause });
    }
  });
  return {
    read,
    powerOff() {
      if (!powered) return;
      powered = false;
      for (const device of wiring.lines) {
        device.onChange = () => undefined;
        for (const line of device.lines) device.drive(line, 'released');
      }
      panel.black();
      wiring.onPower(false);
    },
  };
}

const key = (channel: number, op: number): string => `${channel}.${op}`;

function i2cText(bus: number, address: number, acknowledged: boolean, bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  const rest = bytes.length > 16 ? '…' : '';
  return `bus ${bus} 0x${address.toString(16)} ${acknowledged ? 'acknowledged' : 'no acknowledge'} ${shown}${rest}`;
}
