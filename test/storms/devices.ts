import type { Board, BoardDescription } from '../../board/buses.ts';
import { type KeyMatrix, keyMatrix } from '../../board/virtual/keys.ts';
import { type Oled, oled } from '../../board/virtual/oled.ts';
import { type PrinterFarEnd, printerFarEnd } from '../../board/virtual/printer.ts';
import { sounds } from '../../board/virtual/sounds.ts';
import { type StripeFarEnd, stripeFarEnd } from '../../board/virtual/stripe.ts';
import { solderedLines } from '../soldered-lines.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { FaultName, Meter } from './faults.ts';
import { never, serialCable } from './serial.ts';
import type { Variety } from './variety.ts';

/** The far ends of the virtual board, at wires that stay in this process. */
export interface StormDevices {
  readonly keys: KeyMatrix;
  readonly glass: Oled;
  readonly stripe: StripeFarEnd;
  readonly printer: PrinterFarEnd;
  /** The wires of one terminal, from its power-on to its power-off. */
  board(isDead: () => boolean): Board;
  /** Switches the power of all devices; one whose plug is out stays without. */
  power(on: boolean): void;
  unplug(device: Unpluggable, out: boolean): void;
}

export type Unpluggable = 'printer' | 'stripe' | 'glass';

export interface DeviceParts {
  readonly description: BoardDescription;
  readonly clock: VirtualClock;
  readonly meter: Meter;
  strike(fault: FaultName): void;
  readonly variety: Variety;
}

export function stormDevices({ description, clock, meter, strike, variety }: DeviceParts): StormDevices {
  const { keypad, display } = description;
  const keys = keyMatrix({
    rows: keypad.rows.map(({ line }) => line),
    columns: keypad.columns.map(({ line }) => line),
    keys: keypad.keys,
    after: clock.after,
    now: clock.monotonic,
  });
  const { buzzer } = sounds(description.buzzer.line, clock.monotonic);
  const glass = oled(display.bus, display.address);
  const cables = { stripe: serialCable(), printer: serialCable() };
  const timers = {
    setTimeout: (act: () => void, ms: number) => clock.after(ms, act),
    clearTimeout: (callOff: unknown) => (callOff as () => void)(),
  };
  const parts = {
    stripe: stripeFarEnd(cables.stripe.far),
    printer: printerFarEnd(cables.printer.far, {
      ...{ timers, font: null },
      process_ids: variety.printer !== 'no-process-ids',
      clears: variety.printer !== 'never-clears',
    }),
    glass,
  };
  const out = new Set<Unpluggable>();
  let on = false;
  let lines: ReturnType<typeof solderedLines> | null = null;

  const supply = () => {
    for (const name of ['stripe', 'printer', 'glass'] as const) parts[name].power(on && !out.has(name));
  };

  /** Passes bytes to the printer. A power cut stops them at the byte it meets; other faults come while they print. */
  const toPrinter = (bytes: Uint8Array, pass: (bytes: Uint8Array) => void) => {
    const hit = meter.bytes('printer', bytes.length);
    const before = hit === null ? bytes.length : hit.fault === 'power' ? hit.after - 1 : hit.after;
    if (before > 0) pass(bytes.slice(0, before));
    if (hit === null) return;
    if (hit.fault === 'power' || hit.fault === 'power-after') queueMicrotask(() => strike(hit.fault));
    else {
      // The bytes are with the printer for some milliseconds before it can be opened or run out.
      clock.after(1 + (hit.after % 200), () => strike(hit.fault));
      pass(bytes.slice(before));
    }
  };

  return {
    keys,
    ...parts,
    board(isDead) {
      lines = solderedLines(keys, buzzer);
      const atGlass = async <T>(transfer: () => T): Promise<T> => {
        if (isDead()) throw new Error('the power is off');
        const fault = meter.call('display');
        if (fault !== null) strike(fault);
        if (isDead()) throw new Error('the power is off');
        return transfer();
      };
      return {
        lines,
        i2c: async () => ({
          write: (_, bytes) =>
            atGlass(() => {
              if (!glass.write(bytes)) throw new Error('no acknowledge');
            }),
          read: (_, length) =>
            atGlass(() => {
              const read = glass.read(length);
              if (read === null) throw new Error('no acknowledge');
              return read;
            }),
        }),
        async serial(path) {
          if (path === description.printer.tty) return cables.printer.near(toPrinter, isDead);
          return cables.stripe.near((bytes, pass) => pass(bytes), isDead);
        },
        framebuffer: async () => {
          throw new Error('a storm has no panel');
        },
        speaker: async () => ({ play: async () => undefined }),
        closed: never(),
        close: async () => undefined,
      };
    },
    power(to) {
      on = to;
      if (!on) {
        lines?.cut();
        for (const line of keys.lines) keys.drive(line, 'released');
        keys.releaseAll();
      }
      supply();
    },
    unplug(device, to) {
      if (to) out.add(device);
      else out.delete(device);
      supply();
    },
  };
}
