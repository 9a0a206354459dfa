import { playDesk } from './desk.ts';
import { openReplay, readFilm } from './replay.ts';

export interface Showing {
  /** The page's port. */
  readonly port: number;
  readonly speed: number;
  readonly say: (line: string) => void;
  /** Resolves when somebody wants it to end. */
  readonly ends: Promise<unknown>;
}

/** Shows a record on the page until somebody ends it. Resolves to the number of differences. */
export async function show(file: string, { port, speed, say, ends }: Showing): Promise<number> {
  const { film } = readFilm(file);
  const desk = playDesk(film, speed);
  const replay = await openReplay(film, {
    ...{ port, desk, pace: desk.pace, runs: () => undefined },
    differs(difference) {
      desk.differs(difference);
      say(`record ${difference.n}: ${difference.words}`);
    },
  });
  try {
    say(`回放就绪，请打开 · the replay is up, open   ${replay.stage.url}`);
    const run = replay.run().then(() => {
      desk.over();
      say(`replay: ${film.frames.length} frames, ${replay.differences.length} differences`);
    });
    // After its end the replay stays on the page until somebody ends it.
    await Promise.race([ends, run.then(() => ends)]);
  } finally {
    await replay.close();
  }
  return replay.differences.length;
}
