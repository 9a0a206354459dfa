import { join, resolve } from 'node:path';
import type { Board, Framebuffer, I2c, Level, LineInputs, LineOutputs, Lines, Pin, Speaker } from './buses.ts';
import { serialLine } from './serial.ts';
import { type Wires, wiresTo } from './wire-connection.ts';
import { channels, frameFor, HEADER_BYTES, ops, WIRES_VERSION } from './wire-frames.ts';

/** The chip that every pin of the virtual board's description is on. */
export const VIRTUAL_CHIP = 'virtual';

/** Beyond this the panel is behind: its rectangles are merged until it has caught up. */
const PANEL_BACKLOG_BYTES = 4_194_304;

/**
 * The virtual board, reached through `board/wires.sock` in `dir` (GUITAI_DIR). Its serial lines are PTYs, opened as on
 * any board; their paths are relative to `dir`.
 */
export async function socketBoard(dir: string): Promise<Board> {
  const wires = await wiresTo(join(dir, 'board', 'wires.sock'));
  // Power on: the answer comes when all devices have power too.
  await wires.ask(channels.board, ops.board.hello, u16(WIRES_VERSION));
  return {
    lines: socketLines(wires),
    i2c: async (bus) => socketI2c(wires, bus),
    serial: (path, baud) => serialLine(resolve(dir, path), baud),
    framebuffer: () => socketPanel(wires),
    speaker: async () => socketSpeaker(wires),
    closed: wires.closed,
    close: wires.close,
  };
}

function socketLines(wires: Wires): Lines {
  const watchers = new Set<(line: number, level: Level) => void>();
  wires.onEdge = (line, level) => {
    for (const watcher of watchers) watcher(line, level);
  };
  return {
    async outputs(pins, initial, drive = 'push-pull'): Promise<LineOutputs> {
      const numbers = linesOf(pins);
      wires.send(channels.lines, ops.lines.outputs, [drive === 'open-drain' ? 1 : 0, initial, ...numbers]);
      return {
        async write(levels) {
          const pairs = numbers.flatMap((line, place) => [line, levels[place] ?? initial]);
          wires.send(channels.lines, ops.lines.write, pairs);
        },
      };
    },
    async inputs(pins): Promise<LineInputs> {
      const numbers = linesOf(pins);
      wires.send(channels.lines, ops.lines.inputs, numbers);
      return {
        async read() {
          const levels = await wires.ask(channels.lines, ops.lines.read, numbers);
          return Array.from(levels, levelOf);
        },
        watch(edge) {
          const watcher = (line: number, level: Level) => {
            const place = numbers.indexOf(line);
            if (place >= 0) edge(place, level);
          };
          watchers.add(watcher);
          return () => watchers.delete(watcher);
        },
      };
    },
  };
}

function socketI2c(wires: Wires, bus: number): I2c {
  const acknowledged = (answer: Buffer, address: number): Buffer => {
    if (answer[0] === 1) return answer.subarray(1);
    throw new Error(`I²C bus ${bus}: no acknowledge from 0x${address.toString(16)}; look at its power and wires`);
  };
  return {
    async write(address, bytes) {
      const payload = new Uint8Array(2 + bytes.length);
      payload.set([bus, address]);
      payload.set(bytes, 2);
      acknowledged(await wires.ask(channels.i2c, ops.i2c.write, payload), address);
    },
    async read(address, length) {
      const answer = await wires.ask(channels.i2c, ops.i2c.read, [bus, address, ...u16(length)]);
      return new Uint8Array(acknowledged(answer, address));
    },
  };
}

async function socketPanel(wires: Wires): Promise<Framebuffer> {
  const size = await wires.ask(channels.panel, ops.panel.size);
  const width = size.readUInt16BE(0);
  const height = size.readUInt16BE(2);
  let late: { shadow: Uint8Array; box: [number, number, number, number] } | null = null;

  const sendRectangle = (shadow: Uint8Array, x1: number, y1: number, x2: number, y2: number) => {
    const columns = x2 - x1 + 1;
    const rows = y2 - y1 + 1;
    const made = frameFor(channels.panel, ops.panel.rectangle, 8 + columns * rows * 4);
    [x1, y1, columns, rows].forEach((value, place) => void made.writeUInt16BE(value, HEADER_BYTES + 2 * place));
    for (let row = 0; row < rows; row++) {
      const from = ((y1 + row) * width + x1) * 4;
      made.set(shadow.subarray(from, from + columns * 4), HEADER_BYTES + 8 + row * columns * 4);
    }
    wires.sendFrame(made);
  };
  const catchUp = () => {
    const { shadow, box } = late ?? {};
    late = null;
    if (shadow && box) sendRectangle(shadow, ...box);
  };
  return {
    width,
    height,
    present(shadow, rectangles) {
      for (let at = 0; at + 3 < rectangles.length; at += 4) {
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rectangles.subarray(at, at + 4);
        if (wires.backlog() < PANEL_BACKLOG_BYTES) {
          sendRectangle(shadow, x1, y1, x2, y2);
          continue;
        }
        // Only the newest pixels count: late rectangles grow into one box, sent later with what the shadow then holds.
        if (!late) wires.whenDrained(catchUp);
        const box = late?.box ?? [x1, y1, x2, y2];
        late = {
          shadow,
          box: [Math.min(box[0], x1), Math.min(box[1], y1), Math.max(box[2], x2), Math.max(box[3], y2)],
        };
      }
    },
  };
}

function socketSpeaker(wires: Wires): Speaker {
  return {
    async play(samples, rate_hz) {
      const payload = Buffer.allocUnsafe(4 + samples.byteLength);
      payload.writeUInt32BE(rate_hz, 0);
      payload.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), 4);
      await wires.ask(channels.speaker, ops.speaker.play, payload);
    },
  };
}

function linesOf(pins: readonly Pin[]): number[] {
  return pins.map(({ chip, line }) => {
    if (chip === VIRTUAL_CHIP && line >= 0 && line < 256) return line;
    throw new Error(`the virtual board has no line ${line} on ${chip}; its lines are 0 to 255 on "${VIRTUAL_CHIP}"`);
  });
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const levelOf = (level: number | undefined): Level => (level ? 1 : 0);
