import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyMatrix } from '../board/virtual/keys.ts';
import { oled } from '../board/virtual/oled.ts';
import { virtualPanel } from '../board/virtual/panel.ts';
import { sounds } from '../board/virtual/sounds.ts';
import { serveWires, type WireEvent } from '../board/virtual/wires.ts';
import { frameReader } from '../board/wire-frames.ts';
import { layout } from './keypad-bench.ts';

/** The virtual board's wires on a real socket in a folder of their own; GUITAI_DIR is `dir`. */
export async function wiresBench() {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-wires-'));
  mkdirSync(join(dir, 'board'));
  const path = join(dir, 'board', 'wires.sock');
  const keys = keyMatrix({ rows: [0, 1, 2, 3], columns: [4, 5, 6, 7], keys: layout.keys });
  const chip = oled(1, 0x3c);
  const panel = virtualPanel(48, 32);
  const heard = sounds(8);
  const events: WireEvent[] = [];
  const power: boolean[] = [];
  const refused: string[] = [];
  const server = await serveWires({
    path,
    lines: [keys, heard.buzzer],
    i2c: [chip],
    panel,
    secretLines: new Set(keys.lines),
    onPcm: heard.play,
    onWire: (event) => events.push(event),
    onPower(on) {
      power.push(on);
      chip.power(on);
    },
    onRefused: (why) => refused.push(why),
  });
  return {
    dir,
    path,
    keys,
    chip,
    panel,
    heard,
    events,
    power,
    refused,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** Sends raw bytes as a terminal would; resolves with the frames that came back when the board has closed. */
export async function rawTerminal(
  path: string,
  ...chunks: Uint8Array[]
): Promise<{ channel: number; op: number; text: string }[]> {
  const socket: Socket = connect(path);
  const frames: { channel: number; op: number; text: string }[] = [];
  const read = frameReader((channel, op, payload) => frames.push({ channel, op, text: payload.toString() }));
  socket.on('data', (chunk: Buffer) => read(chunk));
  // The board closes on garbage while more of it is on its way.
  socket.on('error', () => socket.destroy());
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return frames;
}
