import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyName } from '../board/virtual/far-ends.ts';
import { readWallet, stripeOf } from '../board/virtual/wallet.ts';
import type { BenchCountertop } from './countertop.ts';
import { echoed } from './echo.ts';
import { cpuSecondsOf, memoryOf, writtenBy } from './process-figures.ts';
import { syncFloor } from './sync-floor.ts';
import { type Figure, mb, median, ms, quantile } from './table.ts';

/** Figures of the terminal's process, measured from outside. */

const CARD = readWallet().find(({ id }) => id === 'boc-debit');
/** Journal commits of a sale between the last key and the result: begun, sent, answered, completed. */
const COMMITS = 4;
/** How long to wait for pixels after a key, and for the answer to a sale, which takes longer on a busy machine. */
const PIXELS_MS = 1000;
const ANSWER_MS = 10_000;

/** Power-on to the sign-in screen: with an empty compile cache (cold), and with the cache of an earlier boot (warm). */
export async function boots(counter: BenchCountertop, cold: number, warm: number): Promise<Figure[]> {
  const bare = Array.from({ length: 5 }, () => timeOf(() => execFileSync(process.execPath, ['-e', '0'])));
  const cache = process.env.NODE_COMPILE_CACHE;
  const times = { cold: [] as number[], warm: [] as number[] };
  const empty = mkdtempSync(join(tmpdir(), 'guitai-cache-'));
  const boot = async (into: number[]) => {
    into.push(await counter.powerOn());
    // Leaves the terminal idle for a moment, as between two customers: then it writes its compile cache.
    await sleep(1500);
    await counter.powerOff();
  };
  for (let round = 0; round < cold; round++) {
    process.env.NODE_COMPILE_CACHE = join(empty, String(round));
    await boot(times.cold);
  }
  // From here on each boot uses the cache that the first cold boot has written.
  process.env.NODE_COMPILE_CACHE = join(empty, '0');
  for (let round = 0; round < warm; round++) await boot(times.warm);
  if (cache === undefined) delete process.env.NODE_COMPILE_CACHE;
  else process.env.NODE_COMPILE_CACHE = cache;
  rmSync(empty, { recursive: true, force: true });
  const floor = median(bare);
  return (['warm', 'cold'] as const).map((kind) => ({
    what: `power-on to sign-in, ${kind === 'warm' ? 'code compiled before' : 'first boot, nothing compiled'}`,
    measured: ms(median(times[kind])),
    floor: `${ms(floor)} node -e 0`,
    ratio: median(times[kind]) / floor,
    bound: '≤ 1500 ms',
    held: median(times[kind]) <= 1500,
  }));
}

/** From the edge on the key matrix to the first changed pixels: digits of an amount, and changes of the screen. */
export async function keys(counter: BenchCountertop, rounds: number): Promise<Figure[]> {
  const round: KeyName[] = ['1', '2', '8', '5', '0', 'clear', 'clear', '7', 'cancel'];
  const times: number[] = [];
  const sizes: number[] = [];
  let lost = 0;
  for (let count = 0; count < rounds; count++) {
    for (let place = 0; place < round.length; ) {
      const key = round[place] ?? 'cancel';
      const drawn = nextRectangle(counter, PIXELS_MS, () => true);
      const start = performance.now();
      counter.devices.key(key, true);
      const seen = await drawn;
      await counter.lift(key);
      // A busy machine may have given the terminal no turn while the key was down. A person would press again, too.
      if (seen === null) lost += 1;
      if (seen === null) continue;
      place += 1;
      times.push(seen.at - start);
      sizes.push(seen.bytes);
    }
    await counter.screen('idle');
  }
  const floor = await echoed(counter.dir, median(sizes), 200);
  const [p50, p99] = [median(times), quantile(times, 0.99)];
  const [floor50, floor99] = [median(floor), quantile(floor, 0.99)];
  const figure = (name: string, value: number, least: number, bound_ms: number): Figure => ({
    what: `key edge to changed pixels, ${name} of ${times.length}${lost === 0 ? '' : `, ${lost} presses lost`}`,
    measured: ms(value),
    floor: `${ms(least)} socket echo`,
    ratio: value / least,
    bound: `≤ ${bound_ms} ms`,
    held: value <= bound_ms,
  });
  return [figure('p50', p50, floor50, 3), figure('p99', p99, floor99, 16)];
}

/** The terminal's own part of a sale's time: from the last Enter to the 0200, and from the 0210 to the result. */
export async function sales(counter: BenchCountertop, count: number): Promise<Figure[]> {
  if (CARD === undefined) throw new Error('the wallet holds no boc-debit');
  const own: number[] = [];
  using floor = syncFloor(counter.dir);
  const syncs: number[] = [];
  const { pid } = counter.terminal;
  if (pid === null) throw new Error('the terminal is off');
  const written = writtenBy(pid);
  for (let n = 0; n < count; n++) {
    // Each sale has another amount: the terminal asks back when card and amount repeat within minutes.
    await counter.press(...(String(100 + n).split('') as KeyName[]), 'enter');
    await counter.screen('sale.card');
    await counter.devices.swipe(stripeOf(CARD));
    await counter.screen('sale.number');
    await counter.press('enter', ...(CARD.pin.split('') as KeyName[]));
    counter.lines.forget();
    const large = counter.devices.panel.pixels.length / 4;
    const result = nextRectangle(counter, ANSWER_MS, (bytes) => counter.lines.lastIn > 0 && bytes > large);
    const edge = await counter.press('enter');
    const seen = await result;
    await counter.screen('sale.approved');
    if (seen !== null) own.push(counter.lines.firstOut - edge + (seen.at - counter.lines.lastIn));
    await counter.papers(2 * (n + 1));
    await counter.press('enter');
    await counter.screen('idle');
    syncs.push(floor.time(COMMITS));
  }
  const p50 = median(own);
  const synced = median(syncs);
  return [
    {
      what: `the terminal's own time in a sale, p50 of ${count}`,
      measured: ms(p50),
      floor: `${ms(synced)} its ${COMMITS} fdatasyncs`,
      ratio: p50 / synced,
      bound: '≤ 20 ms',
      held: p50 <= 20,
    },
    {
      what: `the terminal's own time in a sale, the longest of ${count}`,
      measured: ms(Math.max(...own)),
      ...{ floor: null, ratio: null, bound: null, held: null },
    },
    {
      what: 'written to the disk in a sale with its slips and its flight record',
      measured: `${Math.round((writtenBy(pid) - written) / count / 1024)} kB`,
      ...{ floor: null, ratio: null, bound: null, held: null },
    },
  ];
}

/** Processor and memory of a terminal that has sold and printed, and now waits. */
export async function rest(counter: BenchCountertop, seconds: number): Promise<Figure[]> {
  const { pid } = counter.terminal;
  if (pid === null) throw new Error('the terminal is off');
  const before = cpuSecondsOf(pid);
  await sleep(seconds * 1000);
  const part = (100 * (cpuSecondsOf(pid) - before)) / seconds;
  const { rss, pss, peak } = memoryOf(pid);
  const bare = Number(execFileSync(process.execPath, ['-p', 'process.memoryUsage.rss()'], { encoding: 'utf8' }));
  return [
    {
      what: `idle for ${seconds} s, of one core`,
      measured: `${part.toFixed(2)} %`,
      ...{ floor: null, ratio: null, bound: '≤ 0.5 %', held: part <= 0.5 },
    },
    {
      what: 'memory after sales with paper (RSS)',
      measured: mb(rss),
      floor: `${mb(bare)} node -p`,
      ratio: rss / bare,
      bound: '≤ 120 MB',
      held: rss <= 120 * 2 ** 20,
    },
    {
      what: 'memory, its share of what is shared (PSS); most ever (RSS)',
      measured: `${mb(pss)}; ${mb(peak)}`,
      ...{ floor: null, ratio: null, bound: null, held: null },
    },
  ];
}

/** The next rectangle on the panel for which `wanted` holds; null where none comes in time. */
function nextRectangle(
  { devices }: BenchCountertop,
  within_ms: number,
  wanted: (bytes: number) => boolean,
): Promise<{ readonly at: number; readonly bytes: number } | null> {
  return new Promise((resolve) => {
    const end = (seen: { at: number; bytes: number } | null) => {
      clearTimeout(timer);
      unwatch();
      resolve(seen);
    };
    const timer = setTimeout(() => end(null), within_ms);
    const unwatch = devices.panel.watch(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => {
      const bytes = (x2 - x1 + 1) * (y2 - y1 + 1) * 4;
      if (wanted(bytes)) end({ at: performance.now(), bytes });
    });
  });
}

function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
