import type { ByteLine } from './buses.ts';

/**
 * A serial line that comes back after its device was unplugged: the next write opens it again, so a driver that asks
 * now and then finds it by itself. A write while it is gone rejects. `closed` resolves only after `close`.
 */
export function lastingLine(open: () => Promise<ByteLine>, first: ByteLine | null = null): ByteLine {
  const receivers = new Map<(bytes: Uint8Array) => void, () => void>();
  const ended = Promise.withResolvers<void>();
  let line: ByteLine | null = null;
  let opening: Promise<ByteLine> | null = null;
  let closed = false;

  function take(opened: ByteLine): ByteLine {
    line = opened;
    for (const receive of receivers.keys()) receivers.set(receive, opened.listen(receive));
    void opened.closed.then(() => {
      if (line === opened) line = null;
    });
    return opened;
  }
  if (first !== null) take(first);

  async function reopened(): Promise<ByteLine> {
    const opened = await open();
    if (!closed) return take(opened);
    await opened.close();
    throw new Error('the line was closed');
  }

  async function present(): Promise<ByteLine> {
    if (closed) throw new Error('the line was closed');
    if (line !== null) return line;
    opening ??= reopened().finally(() => {
      opening = null;
    });
    return opening;
  }

  return {
    write: async (bytes) => (await present()).write(bytes),
    listen(receive) {
      receivers.set(receive, line?.listen(receive) ?? (() => undefined));
      return () => {
        receivers.get(receive)?.();
        receivers.delete(receive);
      };
    },
    closed: ended.promise,
    async close() {
      closed = true;
      await line?.close();
      ended.resolve();
    },
  };
}
