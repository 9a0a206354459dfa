import { Refusal } from './refusal.ts';
import type { Status } from './status.ts';
import type { TerminalProcess } from './terminal-process.ts';
import type { WireLog } from './wire-log.ts';

/**
 * Adds to the log what the terminal itself tells of its wires (named, masked fields, from its status socket). It is
 * asked only when somebody looks, so that a terminal that nobody watches is not disturbed.
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
  // After a restart the terminal numbers its events from the beginning.
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
      // The terminal is off, starting or dead, and has nothing to tell.
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
