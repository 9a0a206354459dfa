import type { DeviceFault, FarEnds, KeyName, Sound, Stripe } from '../../board/virtual/far-ends.ts';

/** Devices without wires, which note what the board's program does with them. */
export function plainDevices() {
  const noted = {
    keys: [] as { key: KeyName; down: boolean; at_ms: number }[],
    swipes: [] as Stripe[],
    faults: [] as [DeviceFault, boolean][],
    power: [] as boolean[],
    watching: 0,
    looks: 0,
  };
  const pixels = new Uint8Array(4 * 2 * 4);
  const ears = new Set<(sound: Sound) => void>();
  const screen = new Set<(rectangles: Int32Array) => void>();
  const watch = () => {
    noted.watching++;
    return () => {
      noted.watching--;
    };
  };
  const devices: FarEnds = {
    key: (key, down) => noted.keys.push({ key, down, at_ms: performance.now() }),
    // A pad that is looked at all the time.
    looks: () => noted.looks++,
    panel: {
      width: 4,
      height: 2,
      pixels,
      watch(changed) {
        screen.add(changed);
        const unwatch = watch();
        return () => {
          screen.delete(changed);
          unwatch();
        };
      },
    },
    display: {
      width: 128,
      height: 64,
      lit: true,
      pixels: () => new Uint8Array(128 * 64).fill(1, 0, 1),
      rows: () => ['欢迎光临', '', '', ''],
      watch,
    },
    paper: {
      slips: () => [{ n: 1, text: '签购单', cut: true }],
      picture: async (n) => (n === 1 ? Uint8Array.of(0x89, 0x50, 0x4e, 0x47) : null),
      watch,
    },
    sounds: () => [],
    watchSounds(heard) {
      ears.add(heard);
      const unwatch = watch();
      return () => {
        ears.delete(heard);
        unwatch();
      };
    },
    swipe: async (stripe) => void noted.swipes.push(stripe),
    fault: (fault, on) => noted.faults.push([fault, on]),
    power: (on) => noted.power.push(on),
    watchWires: watch,
    close: async () => undefined,
  };
  const draw = (x: number, y: number, blue: number, green: number, red: number) => {
    pixels.set([blue, green, red, 0], (y * 4 + x) * 4);
    for (const changed of screen) changed(Int32Array.of(x, y, x, y));
  };
  const hear = (sound: Sound & Record<string, unknown>) => {
    for (const heard of ears) heard(sound);
  };
  return { devices, noted, draw, hear };
}
