import { Refusal } from './refusal.ts';
import type { Status } from './status.ts';
import type { TerminalProcess } from './terminal-process.ts';
import type { WireLog } from './wire-log.ts';

/**
 * What the terminal tells of its wires (fields by name, masked, from its status socket), put beside what the board sees
 * of them. It is asked when somebody looks: a terminal that nobody watches is not disturbed.
 */
export interface ToldWires {
  /** Resolves when all that the terminal has told so far is in the log. */
  renew(): Promise<void>;
  close(): void;
}

export function toldWires(
  status: Pick<Status, 'wire'>,
  terminal: Pick<TerminalProcess, 'watch'>,
  log: WireLog,
): ToldWires {
  let since = 0;
  let asking: Promise<void> | null = null;
  // A new life of the terminal begins its numbers anew.
  const unwatch = terminal.watch(() => {
    since = 0;
  });

  const ask = async () => {
    try {
      for (const { n, time, wire, text } of await status.wire(since)) {
        since = Math.max(since, typeof n === 'number' ? n : 0);
        log.append({ at: String(time), wire: String(wire), direction: null, bytes: 0, text: String(text) });
      }
    } catch (error) {
      // Off, starting or dead: it has nothing to tell.
      if (!(error instanceof Refusal)) throw error;
    }
  };
  return {
    renew() {
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    close: unwatch,
  };
}
