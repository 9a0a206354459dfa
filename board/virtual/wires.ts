import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { channels, frame, ops } from '../wire-frames.ts';
import type { VirtualPanel } from './panel.ts';
import { terminalSession } from './wire-session.ts';

export type Level = 0 | 1;

/** What the terminal's output does to its wire; `released` leaves it to the pull-ups. */
export type Drive = 'low' | 'high' | 'released';

/** Something soldered to GPIO lines. */
export interface LineDevice {
  /** The lines that it is soldered to. */
  readonly lines: readonly number[];
  /** The terminal's output at `line` changes; power lost is `released` on all of them. */
  drive(line: number, drive: Drive): void;
  /** The level that an input with a pull-up sees. */
  level(line: number): Level;
  /** The server's ear for changes that come from outside, such as a finger. */
  onChange: () => void;
}

/** A chip on an I²C bus. `null` and `false`: no acknowledge. */
export interface I2cDevice {
  readonly bus: number;
  readonly address: number;
  write(bytes: Uint8Array): boolean;
  read(length: number): Uint8Array | null;
}

/** What crossed a wire, for the log. Key lines are told of without saying which, for they carry PINs. */
export interface WireEvent {
  wire: 'lines' | 'i2c' | 'panel' | 'speaker';
  from: 'terminal' | 'board';
  what: string;
  bytes: number;
}

export interface BoardWiring {
  path: string;
  lines: readonly LineDevice[];
  i2c: readonly I2cDevice[];
  panel: VirtualPanel;
  /** Lines whose levels must stay out of the log. */
  secretLines: ReadonlySet<number>;
  onPcm(samples: Int16Array, rate_hz: number): void;
  onWire(event: WireEvent): void;
  /** The terminal is there, or gone. */
  onPower(on: boolean): void;
  /** A terminal that sent garbage, with the reason. */
  onRefused(why: string): void;
}

/** Listens on the wires' socket. One terminal at a time is powered by it. */
export async function serveWires(wiring: BoardWiring): Promise<{ close(): Promise<void> }> {
  let current: Socket | null = null;
  const server = createServer((socket) => {
    if (current) {
      refuse(socket, 'another terminal is connected already; stop it first', wiring);
      return;
    }
    current = socket;
    const session = terminalSession(socket, wiring);
    socket.on('data', (chunk: Buffer) => {
      try {
        session.read(chunk);
      } catch (error) {
        refuse(socket, error instanceof Error ? error.message : String(error), wiring);
      }
    });
    // What ends a connection is told by 'close', which follows.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      current = null;
      session.powerOff();
    });
  });
  // A board that was killed leaves its socket behind; the launcher's lock says that no other one runs here.
  rmSync(wiring.path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new Error(
          `${wiring.path}: cannot listen; its folder must exist, be writable, and its path shorter than 107 bytes`,
          { cause },
        ),
      );
    });
    server.listen(wiring.path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        current?.destroy();
      }),
  };
}

function refuse(socket: Socket, why: string, wiring: BoardWiring): void {
  socket.removeAllListeners('data');
  // Whatever else it sends is thrown away.
  socket.resume();
  socket.on('error', () => socket.destroy());
  socket.end(frame(channels.board, ops.board.refused, Buffer.from(why)));
  socket.destroySoon();
  wiring.onRefused(why);
}
