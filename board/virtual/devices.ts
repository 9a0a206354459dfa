import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BoardDescription, ByteLine } from '../buses.ts';
import type { Crossing, DeviceFault, FarEnds, Stripe } from './far-ends.ts';
import { glyphCells } from './glyph-cells.ts';
import { keyMatrix } from './keys.ts';
import { oled } from './oled.ts';
import { virtualPanel } from './panel.ts';
import { printerFarEnd } from './printer.ts';
import { type Cable, cable } from './pty.ts';
import { Refusal } from './refusal.ts';
import { sounds } from './sounds.ts';
import { stripeFarEnd } from './stripe.ts';
import { serveWires } from './wires.ts';

/** The key that the fault `stuck-key` keeps closed: one that no sale needs. */
const STUCK_KEY = '#';

/** Contacts of rubber pads settle within a few milliseconds. */
const BOUNCE_MS = 3;
const PAPER_MM_S = 120;

export interface VirtualDevicesOptions {
  /** GUITAI_DIR: the wires' socket and the serial links lie in its folder `board`, which must exist. */
  dir: string;
  /** `firmware-config/boards/virtual.json`, which the terminal reads as well. */
  description: BoardDescription;
  bounce_ms?: number;
  /** The speed of the printer's paper; by default that of a common printer. */
  paper_mm_s?: number;
}

/** Models the devices at the far ends of all wires in the board description. */
export async function virtualDevices({
  dir,
  description,
  bounce_ms = BOUNCE_MS,
  paper_mm_s = PAPER_MM_S,
}: VirtualDevicesOptions): Promise<FarEnds> {
  const watchers = new Set<(crossing: Crossing) => void>();
  const crossed = (crossing: Crossing) => {
    for (const watcher of watchers) watcher(crossing);
  };
  const { keypad, display } = description;
  const keys = keyMatrix({
    rows: keypad.rows.map(({ line }) => line),
    columns: keypad.columns.map(({ line }) => line),
    keys: keypad.keys,
    bounce_ms,
  });
  const chip = oled(display.bus, display.address);
  const cells = glyphCells(readFileSync(join(import.meta.dirname, '..', 'fonts', 'unifont-gb2312.bin')));
  const panel = virtualPanel(description.panel.width, description.panel.height);
  const heard = sounds(description.buzzer.line);

  const cables = await Promise.all(
    [description.stripe, description.printer].map(({ tty }) => cable({ path: resolve(dir, tty) })),
  );
  const [stripeCable, printerCable] = cables as [Cable, Cable];
  const stripe = stripeFarEnd(told(stripeCable, 'tty-stripe', crossed));
  const printer = printerFarEnd(told(printerCable, 'tty-printer', crossed), {
    process_ids: description.printer.confirms === 'process-id',
    // No boot time: the wires tell the terminal that the devices have power only once they are ready.
    boot_ms: 0,
    speed_mm_s: paper_mm_s,
  });

  const faults = new Set<DeviceFault>();
  let plugged = true;
  let terminalOn = false;
  const supply = () => {
    const on = plugged && terminalOn;
    chip.power(on && !faults.has('display-off'));
    stripe.power(on && !faults.has('reader-off'));
    printer.power(on && !faults.has('printer-off'));
    if (!on) panel.black();
  };
  supply();
  const wires = await serveWires({
    path: join(dir, 'board', 'wires.sock'),
    lines: [keys, heard.buzzer],
    i2c: [chip],
    panel,
    secretLines: new Set(keys.lines),
    onPcm: heard.play,
    onWire: ({ wire, from, what, bytes }) =>
      crossed({ wire, direction: from === 'terminal' ? 'out' : 'in', bytes, text: what }),
    onPower(on) {
      terminalOn = on;
      supply();
    },
    onRefused: (why) => crossed({ wire: 'board', direction: 'in', bytes: 0, text: `refused: ${why}` }),
  });

  return {
    key: (key, down) => (down ? keys.press(key) : keys.release(key)),
    looks: keys.looks,
    panel,
    display: {
      width: 128,
      height: 64,
      get lit() {
        return chip.lit;
      },
      pixels: chip.pixels,
      rows: () => cells.rows(chip.pixels()),
      watch: chip.watch,
    },
    paper: printer,
    sounds: heard.list,
    watchSounds: heard.watch,
    async swipe({ track1, track2, track3, worn }: Stripe) {
      const end = await stripe.swipe({ track1, track2, track3 }, worn ? { garble: 'parity' } : {});
      if (end === 'read') return;
      const remedy = 'Swipe where the screen asks for a card.';
      if (end === 'not-listening') {
        throw new Refusal(409, 'the stripe reader is not waiting for a card', remedy, { problem: 'no-card-now' });
      }
      // Without the fault, a reader is off only because the terminal has just started and does not ask for a card yet.
      const [what, problem] = faults.has('reader-off')
        ? (['Switch off the fault reader-off.', 'reader-off'] as const)
        : ([remedy, 'no-card-now'] as const);
      throw new Refusal(409, 'the stripe reader is off', what, { problem });
    },
    fault(fault, on) {
      if (on) faults.add(fault);
      else faults.delete(fault);
      if (fault === 'paper-out') printer.paperOut(on);
      else if (fault === 'cover-open') printer.coverOpen(on);
      else if (fault === 'stuck-key') keys.stick(STUCK_KEY, on);
      else supply();
    },
    power(on) {
      plugged = on;
      supply();
    },
    watchWires(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    async close() {
      keys.releaseAll();
      await wires.close();
      stripe.close();
      printer.close();
      await Promise.all(cables.map((end) => end.close()));
    },
  };
}

/** Wraps the far end's line to report the size of each chunk, never its bytes, as they carry card numbers. */
function told(line: ByteLine, wire: string, crossed: (crossing: Crossing) => void): ByteLine {
  line.listen((bytes) => crossed({ wire, direction: 'out', bytes: bytes.length }));
  return {
    ...line,
    write(bytes) {
      crossed({ wire, direction: 'in', bytes: bytes.length });
      return line.write(bytes);
    },
  };
}
