import { openReplay, type Replay, readFilm } from './replay.ts';

/** A check that was called off counts as different: it did not reach the end. */
const CALLED_OFF = 1;

/** Runs a record without a page and says each difference as it comes. Resolves to their number. */
export async function check(file: string, say: (line: string) => void): Promise<number> {
  const { film } = readFilm(file);
  let opening: Promise<Replay> | null = null;
  let calledOff = false;
  // A replay that is called off must leave nothing behind: one that is still opening is closed as soon as it is open.
  const stop = async () => {
    calledOff = true;
    const opened = await opening?.catch(() => null);
    await opened?.close();
    process.exit(2);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop());
  opening = openReplay(film, {
    ...{ port: 0, desk: null, pace: async () => undefined, runs: () => undefined },
    differs: ({ n, words }) => say(`record ${n}: ${words}`),
  });
  const replay = await opening;
  try {
    await replay.run();
  } catch (error) {
    // A call that was called off fails here because its board is closed.
    if (!calledOff) throw error;
  } finally {
    await replay.close();
  }
  if (calledOff) return CALLED_OFF;
  const differences = replay.differences.length;
  say(`replay: ${film.frames.length} frames, ${differences} differences`);
  return differences;
}
