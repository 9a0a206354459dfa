import { createRequire } from 'node:module';

const native = createRequire(import.meta.url)('./notify.node') as { notify(state: string): boolean };

/**
 * Tells systemd about this process (sd_notify(3)): `READY=1`, `WATCHDOG=1`, `STATUS=…`, `STOPPING=1`.
 * False where systemd did not start us; an Error where the datagram could not be sent.
 */
export function notify(state: string): boolean {
  return native.notify(state);
}

/** How often the watchdog wants to be fed, in milliseconds; null where the unit has none, or it watches another process. */
export function watchdogInterval_ms(env: NodeJS.ProcessEnv = process.env, pid = process.pid): number | null {
  const microseconds = Number(env.WATCHDOG_USEC);
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) return null;
  if (env.WATCHDOG_PID !== undefined && Number(env.WATCHDOG_PID) !== pid) return null;
  return microseconds / 1000;
}
