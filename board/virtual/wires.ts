import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { channels, frame, ops } from '../wire-frames.ts';
import type { VirtualPanel } from './panel.ts';
import { terminalSession } from './wire-session.ts';

export type Level = 0 | 1;

/** How the terminal's output drives its wire; `released` leaves it to the pull-ups. */
export type Drive = 'low' | 'high' | 'released';

/** A device that is connected to GPIO lines. */
export interface LineDevice {
  /** The lines that it is connected to. */
  readonly lines: readonly number[];
  /** Called when the terminal's output at `line` changes; when power is lost, with `released` for each line. */
  drive(line: number, drive: Drive): void;
  /** The level that an input with a pull-up sees. */
  level(line: number): Level;
  /** Set by the server; the device calls it when something outside changes a level, such as a finger. */
  onChange: () => void;
}

/** A chip on an I²C bus. `null` and `false`: no acknowledge. */
export interface I2cDevice {
  readonly bus: number;
  readonly address: number;
  write(bytes: Uint8Array): boolean;
  read(length: number): Uint8Array | null;
}

/** What crossed a wire, for the log. Key lines are left out of it, as they carry PINs. */
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
  /** The terminal has connected, or has gone. */
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
    // An error is followed by 'close', which handles the end of a connection.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      current = null;
      session.powerOff();
    });
  });
  // A killed board leaves its socket file behind; the launcher's lock ensures that no other board runs here.
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
  // Anything else that it sends is discarded.
  socket.resume();
  socket.on('error', () => socket.destroy());
  socket.end(frame(channels.board, ops.board.refused, Buffer.from(why)));
  socket.destroySoon();
  wiring.onRefused(why);
}
