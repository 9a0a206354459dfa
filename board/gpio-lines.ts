import type { Level, Lines, Pin } from './buses.ts';
import { GPIO_ROOT, gpioNumber } from './gpio-chips.ts';

/** The part of onoff's `Gpio` that is used here. */
export interface GpioLine {
  readSync(): Level;
  writeSync(level: Level): void;
  setDirection(direction: 'in' | 'low'): void;
  watch(edge: (error: Error | null | undefined, level: Level) => void): void;
  unwatchAll(): void;
  unexport(): void;
}

export type OpenLine = (number: number, direction: 'in' | 'high' | 'low', edge?: 'both') => GpioLine;

/**
 * Lines through sysfs. It has no open-drain outputs and no pull-ups: a line that is let go is made an input, and the
 * pull-ups are switched on at boot (Raspberry Pi: `gpio=12,16,20,21=ip,pu` in config.txt).
 */
export function gpioLines(openLine: OpenLine, root = GPIO_ROOT): Lines & { close(): void } {
  const opened: GpioLine[] = [];
  const open = (pin: Pin, direction: 'in' | 'high' | 'low', edge?: 'both'): GpioLine => {
    const number = gpioNumber(pin, root);
    try {
      const line = openLine(number, direction, edge);
      opened.push(line);
      return line;
    } catch (cause) {
      throw new Error(
        `${root}/gpio${number} (${pin.chip} line ${pin.line}): cannot be opened; is it used by another program or driver, and is this user in the group gpio?`,
        { cause },
      );
    }
  };
  return {
    async outputs(pins, initial, drive = 'push-pull') {
      const openDrain = drive === 'open-drain';
      const first = initial === 0 ? 'low' : openDrain ? 'in' : 'high';
      const lines = pins.map((pin) => ({ line: open(pin, first), level: initial }));
      return {
        async write(levels) {
          for (const [place, state] of lines.entries()) {
            const level = levels[place] ?? initial;
            if (level === state.level) continue;
            state.level = level;
            if (openDrain) state.line.setDirection(level === 0 ? 'low' : 'in');
            else state.line.writeSync(level);
          }
        },
      };
    },
    async inputs(pins) {
      const lines = pins.map((pin) => open(pin, 'in', 'both'));
      const watchers = new Set<(place: number, level: Level) => void>();
      for (const [place, line] of lines.entries()) {
        line.watch((error, level) => {
          // An interrupt whose level cannot be read says nothing; the next scan reads all of them.
          if (error) return;
          for (const edge of watchers) edge(place, level);
        });
      }
      return {
        async read() {
          return lines.map((line) => line.readSync());
        },
        watch(edge) {
          watchers.add(edge);
          return () => void watchers.delete(edge);
        },
      };
    },
    close() {
      for (const line of opened.splice(0)) {
        line.unwatchAll();
        line.unexport();
      }
    },
  };
}
