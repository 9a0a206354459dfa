import { booksOf, type Counter, stateOf } from './counter.ts';
import type { DisplayGlass, Panel } from './far-ends.ts';
import { Refusal } from './refusal.ts';
import type { ScreenSeen } from './status.ts';
import type { WireRow } from './wire-log.ts';

/** The news that open pages get as it happens, and the whole state for a page that has just opened. */
export interface LiveFeed {
  whole(): Promise<readonly (string | Uint8Array)[]>;
  close(): void;
}

type Message = string | Uint8Array;

/** How long news of one kind is collected before it is sent: too short to be seen, longer than a burst lasts. */
const STATE_MS = 20;
const DISPLAY_MS = 16;
const WIRES_MS = 60;
const BOOKS_MS = 200;
const SHOWN_ROWS = 200;

/** `anyone` says whether a page is open: without one, terminal and bank are not asked. */
export function openFeed(counter: Counter, anyone: () => boolean, tell: (message: Message) => void): LiveFeed {
  const { devices, status, terminal, bank, faults, finger, log, told, replay } = counter;
  const gathered = (ms: number, work: () => Promise<void>) => gathering(ms, anyone, work);
  const say = (what: string, facts: object) => tell(JSON.stringify({ what, ...facts }));
  let rows: WireRow[] = [];

  const state = gathered(STATE_MS, async () => say('state', { state: await stateOf(counter) }));
  const books = gathered(BOOKS_MS, async () => say('books', { books: await booksOf(counter) }));
  const screen = gathered(STATE_MS, async () => say('screen', { screen: await screenSeen(counter) }));
  const switches = gathered(STATE_MS, async () => say('faults', { faults: await faults.list() }));
  const film = gathered(STATE_MS, async () => say('replay', { replay: replay?.state() ?? null }));
  const display = gathered(DISPLAY_MS, async () => say('display', displayFacts(devices.display)));
  const words = gathered(WIRES_MS, () => told.renew());
  const wires = gathered(WIRES_MS, async () => {
    say('wires', { rows });
    rows = [];
  });

  const unwatch = [
    devices.panel.watch((rectangles) => {
      if (!anyone()) return;
      for (const message of screenMessages(devices.panel, rectangles)) tell(message);
    }),
    devices.display.watch(display.soon),
    devices.paper.watch((slip) => say('paper', { slip })),
    devices.watchSounds((sound) => say('sound', { sound })),
    finger.watch((key, down) => say('key', { key, down })),
    faults.watch(switches.soon),
    bank.watch(books.soon),
    ...(replay === null ? [] : [replay.watch(film.soon)]),
    terminal.watch(() => {
      state.soon();
      books.soon();
    }),
    status.watch(() => {
      state.soon();
      screen.soon();
      words.soon();
      books.soon();
    }),
    log.watch((row) => {
      rows = [...rows.filter((earlier) => !grewInto(earlier, row)), row].slice(-SHOWN_ROWS);
      wires.soon();
      if (row.mti !== undefined) books.soon();
      if (row.mti !== undefined || row.step !== undefined || row.event !== undefined) words.soon();
    }),
  ];

  return {
    whole: async () => {
      await told.renew();
      // What changes while the whole state is being made is sent again after it.
      for (const gatherer of [state, screen, books, switches]) gatherer.soon();
      return [
        JSON.stringify({
          what: 'whole',
          panel: { width: devices.panel.width, height: devices.panel.height },
          state: await stateOf(counter),
          screen: await screenSeen(counter),
          faults: await faults.list(),
          books: await booksOf(counter),
          display: displayFacts(devices.display),
          slips: devices.paper.slips(),
          rows: log.since(0).slice(-SHOWN_ROWS),
          replay: replay === null ? null : { ...replay.state(), list: replay.list() },
        }),
        ...screenMessages(devices.panel, Int32Array.of(0, 0, devices.panel.width - 1, devices.panel.height - 1)),
      ];
    },
    close() {
      for (const stop of unwatch) stop();
      for (const gatherer of [state, screen, books, switches, film, display, words, wires]) gatherer.stop();
    },
  };
}

function grewInto(earlier: WireRow, row: WireRow): boolean {
  const same = earlier.at === row.at && earlier.wire === row.wire && earlier.direction === row.direction;
  return same && row.times > earlier.times;
}

/** The texts on the screen, for screen readers; null while the terminal does not answer. */
async function screenSeen({ status, terminal }: Counter): Promise<ScreenSeen | null> {
  if (!terminal.running) return null;
  try {
    return await status.screen();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Runs `work` once for all calls of `soon` within `ms`, and never twice at the same time. */
function gathering(
  ms: number,
  wanted: () => boolean,
  work: () => Promise<void>,
): { soon: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let working = false;
  let again = false;
  let stopped = false;
  const run = async () => {
    timer = undefined;
    if (!wanted()) return;
    working = true;
    await work();
    working = false;
    if (again) soon();
  };
  const soon = () => {
    again = working;
    if (working || stopped || timer !== undefined) return;
    timer = setTimeout(run, ms);
  };
  return {
    soon,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** `u8 1 | u8 0 | u16be x, y, width, height | XRGB8888 rows`, one message a rectangle. */
function screenMessages(panel: Panel, rectangles: Int32Array): Uint8Array[] {
  const messages = [];
  for (let at = 0; at + 3 < rectangles.length; at += 4) {
    const [left = 0, top = 0, right = 0, bottom = 0] = rectangles.subarray(at, at + 4);
    const [width, height] = [right - left + 1, bottom - top + 1];
    const message = Buffer.alloc(10 + width * height * 4);
    message.writeUInt8(1, 0);
    for (const [place, value] of [left, top, width, height].entries()) message.writeUInt16BE(value, 2 + place * 2);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * panel.width + left) * 4;
      message.set(panel.pixels.subarray(from, from + width * 4), 10 + y * width * 4);
    }
    messages.push(message);
  }
  return messages;
}

/** The display's pixels as one bit each, row by row, most significant first, in Base64. */
function displayFacts(display: DisplayGlass): object {
  const pixels = display.pixels();
  const bits = Buffer.alloc(Math.ceil(pixels.length / 8));
  for (const [at, on] of pixels.entries()) {
    if (on === 1) bits[at >> 3] = (bits[at >> 3] ?? 0) | (0x80 >> (at & 7));
  }
  const { width, height, lit } = display;
  return { width, height, lit, rows: display.rows(), bits: bits.toString('base64') };
}
