/** One event, one line of JSON. What goes in is already masked: an account number comes as a `Pan` or a masked text. */
export type Log = (event: string, facts?: Readonly<Record<string, unknown>>) => void;

export function lineLog(write: (line: string) => void, now: () => number): Log {
  return (event, facts) => write(`${JSON.stringify({ at: new Date(now()).toISOString(), event, ...facts })}\n`);
}

export const silentLog: Log = () => undefined;
