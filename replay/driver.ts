import type { Channels } from './channels.ts';
import type { Film, Frame } from './film.ts';
import { hands } from './hands.ts';
import type { Stage } from './stage.ts';

export interface Drive {
  readonly film: Film;
  readonly stage: Stage;
  readonly channels: Channels;
  /** Resolves when this frame may run. */
  readonly pace: (frame: Frame) => Promise<void>;
  /** Told of the frame that runs now. */
  readonly runs: (frame: Frame) => void;
  readonly signal: AbortSignal;
  /** Whether something has differed already: then the driver waits less, as more may be missing. */
  readonly differed: () => boolean;
}

/** How much later than recorded a frame of the terminal's own may come. */
const COMES_MS = 6000;
/** Additional time for a boot on a busy machine. */
const BOOTS_MS = 20_000;
const COMES_AFTER_DIFFERENCE_MS = 1500;

/** The longest recorded wait that is waited for: within a day the terminal does something by itself. */
const LONGEST_OWN_MS = 24 * 3600 * 1000;

/** Runs the film frame by frame: does what people did, and waits for what the terminal does by itself. */
export async function drive({ film, stage, channels, pace, runs, signal, differed }: Drive): Promise<void> {
  const hand = hands(film, stage);
  let before: Frame | null = null;
  for (const frame of film.frames) {
    await pace(frame);
    if (signal.aborted) return;
    runs(frame);
    channels.lookAgain();
    if (frame.role === 'power') {
      if (before !== null) {
        await stage.power(false);
        channels.cut();
      }
      stage.setTime(frame.record.at);
      await hand.before(frame);
      await stage.power(true);
    } else if (frame.role === 'hand') {
      stage.setTime(frame.record.at);
      await hand.before(frame);
      await hand.does(frame);
    } else if (frame.role === 'shown') {
      await hand.before(frame);
      const own_ms = Math.min(Math.max(0, frame.record.up - (before?.record.up ?? 0)) * 1.2, LONGEST_OWN_MS);
      const boots_ms = before?.role === 'power' ? BOOTS_MS : 0;
      const most_ms = own_ms + boots_ms + (differed() ? COMES_AFTER_DIFFERENCE_MS : COMES_MS);
      if (!(await comes(frame, most_ms, channels, signal))) channels.missed(frame);
    }
    before = frame;
  }
}

async function comes(frame: Frame, most_ms: number, channels: Channels, signal: AbortSignal): Promise<boolean> {
  const until_ms = performance.now() + most_ms;
  while (!channels.settled(frame)) {
    const left_ms = until_ms - performance.now();
    if (left_ms <= 0 || signal.aborted) return signal.aborted;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, left_ms);
    await Promise.race([channels.moved(), over.promise]);
    clearTimeout(timer);
  }
  return true;
}
