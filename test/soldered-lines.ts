import type { Level, Lines } from '../board/buses.ts';
import type { LineDevice } from '../board/virtual/wires.ts';

/** Lines that end at far ends in this process. Edges arrive a moment later, as interrupts do. */
export function solderedLines(...devices: LineDevice[]): Lines & { cut(): void } {
  const deviceAt = new Map(devices.flatMap((device) => device.lines.map((line) => [line, device] as const)));
  const watched = new Map<number, { level: Level; edge: Set<(level: Level) => void> }>();
  let whole = true;
  const levelOf = (line: number): Level => deviceAt.get(line)?.level(line) ?? 1;
  const tellEdges = () => {
    for (const [line, state] of watched) {
      const level = levelOf(line);
      if (level === state.level) continue;
      state.level = level;
      queueMicrotask(() => {
        for (const edge of state.edge) edge(level);
      });
    }
  };
  const check = () => {
    if (!whole) throw new Error('the lines are cut');
  };
  for (const device of devices) device.onChange = tellEdges;
  return {
    async outputs(pins, initial, drive = 'push-pull') {
      const write = (levels: readonly Level[]) => {
        for (const [place, { line }] of pins.entries()) {
          const driven = levels[place] === 0 ? 'low' : drive === 'open-drain' ? 'released' : 'high';
          deviceAt.get(line)?.drive(line, driven);
        }
        tellEdges();
      };
      write(pins.map(() => initial));
      return {
        async write(levels) {
          check();
          write(levels);
        },
      };
    },
    async inputs(pins) {
      for (const { line } of pins) watched.set(line, { level: levelOf(line), edge: new Set() });
      return {
        async read() {
          check();
          return pins.map(({ line }) => levelOf(line));
        },
        watch(edge) {
          const ears = pins.map(({ line }, place) => {
            const ear = (level: Level) => edge(place, level);
            watched.get(line)?.edge.add(ear);
            return () => watched.get(line)?.edge.delete(ear);
          });
          return () => {
            for (const stop of ears) stop();
          };
        },
      };
    },
    cut() {
      whole = false;
    },
  };
}
