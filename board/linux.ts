import { spawn } from 'node:child_process';
import { openPromisified, type PromisifiedBus } from 'i2c-bus';
import { openPanel, type Panel } from 'lvgl-bindings';
import { Gpio } from 'onoff';
import type { Board, BoardDescription, I2c, Speaker } from './buses.ts';
import { gpioLines } from './gpio-lines.ts';
import { serialLine } from './serial.ts';

/** The wires of the machine that this runs on, as a board description names them. */
export function linuxBoard({ panel, speaker }: Pick<BoardDescription, 'panel' | 'speaker'>): Board {
  const lines = gpioLines((number, direction, edge) => new Gpio(number, direction, edge));
  const buses: PromisifiedBus[] = [];
  const panels: Panel[] = [];
  const ended = Promise.withResolvers<void>();
  return {
    lines,
    serial: serialLine,
    async i2c(number) {
      const path = `/dev/i2c-${number}`;
      return lastingI2c(async () => {
        const bus = await openPromisified(number).catch((cause) => {
          throw new Error(
            `${path}: cannot be opened; switch I²C on (dtparam=i2c_arm=on), and is this user in the group i2c?`,
            {
              cause,
            },
          );
        });
        buses.push(bus);
        return countedI2c(bus, path);
      }, sayOnStderr);
    },
    async framebuffer() {
      const opened = openPanel(panel.device, { rotation: panel.rotation });
      panels.push(opened);
      if (opened.width !== panel.width || opened.height !== panel.height) {
        throw new Error(
          `${panel.device}: is ${opened.width} × ${opened.height} after rotation, not ${panel.width} × ${panel.height}; correct the board description`,
        );
      }
      return opened;
    },
    speaker: async () => aplay(speaker.device),
    closed: ended.promise,
    async close() {
      lines.close();
      for (const opened of panels.splice(0)) opened.close();
      for (const bus of buses.splice(0)) await bus.close();
      ended.resolve();
    },
  };
}

/** Tells whoever installs the terminal; on the screens a bus that cannot be opened looks like an absent device. */
function sayOnStderr({ message }: Error): void {
  process.stderr.write(`${message}\n`);
}

/**
 * A bus that cannot be opened fails its transfers, as an absent device does, and says why once. Each transfer tries to
 * open it again.
 */
export function lastingI2c(open: () => Promise<I2c>, say: (why: Error) => void): I2c {
  let opening: Promise<I2c> | null = null;
  let said = false;
  const present = () => {
    opening ??= open().catch((error) => {
      opening = null;
      if (!said) say(error);
      said = true;
      throw error;
    });
    return opening;
  };
  return {
    write: async (address, bytes) => (await present()).write(address, bytes),
    read: async (address, length) => (await present()).read(address, length),
  };
}

/** The part of `i2c-bus` that moves bytes. */
export type CountingBus = Pick<PromisifiedBus, 'i2cRead' | 'i2cWrite'>;

/** Some adapters answer an absent device with a count of 0 instead of an error. */
export function countedI2c(bus: CountingBus, path: string): I2c {
  const refused = (address: number, cause?: unknown): Error =>
    new Error(`${path}: no acknowledge from 0x${address.toString(16)}; look at its power and wires (i2cdetect -y)`, {
      cause,
    });
  return {
    async write(address, bytes) {
      const { bytesWritten } = await bus.i2cWrite(address, bytes.length, Buffer.from(bytes)).catch((cause) => {
        throw refused(address, cause);
      });
      if (bytesWritten !== bytes.length) throw refused(address);
    },
    async read(address, length) {
      const { bytesRead, buffer } = await bus.i2cRead(address, length, Buffer.alloc(length)).catch((cause) => {
        throw refused(address, cause);
      });
      if (bytesRead !== length) throw refused(address);
      return new Uint8Array(buffer);
    },
  };
}

/** Plays through `aplay`, which ends with its input, and so with the terminal. */
export function aplay(device: string, program = 'aplay'): Speaker {
  return {
    play: (samples, rate_hz) =>
      new Promise((resolve, reject) => {
        const words = ['-q', '-D', device, '-t', 'raw', '-f', 'S16_LE', '-c', '1', '-r', String(rate_hz)];
        const child = spawn(program, words, { stdio: ['pipe', 'ignore', 'pipe'] });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-300);
        });
        child.once('error', (cause) =>
          reject(new Error(`${program}: cannot be started; install alsa-utils`, { cause })),
        );
        child.once('close', (code) => {
          if (code === 0) resolve();
          else
            reject(
              new Error(`${program}: ALSA device ${device}: ${said.trim()}; correct the board description (aplay -L)`),
            );
        });
        // A player that ends early has said why; its broken pipe says nothing more.
        child.stdin.on('error', () => undefined);
        child.stdin.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
      }),
  };
}
