import type { Status } from './status.ts';
import type { WireLog } from './wire-log.ts';

/**
 * Puts what the terminal tells of its wires (fields by name, masked, from its status socket) beside what the board sees
 * of them. The returned function stops it.
 */
export function tellWires(status: Status, log: WireLog): () => void {
  let since = 0;
  let asking = false;
  let again = false;
  let stopped = false;

  const ask = async () => {
    if (stopped) return;
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    try {
      for (const { n, time, wire, text } of await status.wire(since)) {
        since = Math.max(since, typeof n === 'number' ? n : 0);
        log.append({ at: String(time), wire: String(wire), direction: null, bytes: 0, text: String(text) });
      }
    } catch {
      // The terminal is away: its next life begins its numbers anew.
      since = 0;
    }
    asking = false;
    if (again) void ask();
  };

  const unwatchState = status.watch((line) => {
    if (line === null) since = 0;
    else void ask();
  });
  const unwatchLog = log.watch((row) => {
    if (row.mti !== undefined || row.step !== undefined || row.event === 'closed') void ask();
  });
  return () => {
    stopped = true;
    unwatchState();
    unwatchLog();
  };
}
