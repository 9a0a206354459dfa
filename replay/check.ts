import { openReplay, readFilm } from './replay.ts';

/** Runs a record without anybody looking on; says each difference as it comes. Resolves to how many there were. */
export async function check(file: string, say: (line: string) => void): Promise<number> {
  const { film } = readFilm(file);
  const replay = await openReplay(film, {
    ...{ port: 0, desk: null, pace: async () => undefined, runs: () => undefined },
    differs: ({ n, words }) => say(`record ${n}: ${words}`),
  });
  // Nothing of a replay that is called off may stay behind.
  const stop = () => void replay.close().then(() => process.exit(2));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    await replay.run();
  } finally {
    await replay.close();
  }
  const differences = replay.differences.length;
  say(`replay: ${film.frames.length} frames, ${differences} differences`);
  return differences;
}
