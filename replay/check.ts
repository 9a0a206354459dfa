import { openReplay, type Replay, readFilm } from './replay.ts';

/** Of one that did not come to its end there is something to be said in any case. */
const CALLED_OFF = 1;

/** Runs a record without anybody looking on; says each difference as it comes. Resolves to how many there were. */
export async function check(file: string, say: (line: string) => void): Promise<number> {
  const { film } = readFilm(file);
  let opening: Promise<Replay> | null = null;
  let calledOff = false;
  // Nothing of a replay that is called off may stay behind: one that is still being opened is closed when it is open.
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
    // It has lost its board in the middle of something.
    if (!calledOff) throw error;
  } finally {
    await replay.close();
  }
  if (calledOff) return CALLED_OFF;
  const differences = replay.differences.length;
  say(`replay: ${film.frames.length} frames, ${differences} differences`);
  return differences;
}
