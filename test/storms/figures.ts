import { chance } from './chance.ts';
import { people } from './clerk.ts';
import { flowNamed } from './flows.ts';
import { oracles } from './oracles.ts';
import { provision } from './provision.ts';
import { driven } from './seed.ts';

/** Figures that need days or thousands of sales: `node test/storms/figures.ts answers|trade|days`. */
const [what = 'answers', many = ''] = process.argv.slice(2);
const started = performance.now();
const made = provision();
if (what === 'answers') await answers(Number(many || 1000));
else if (what === 'trade') await trade(Number(many || 500));
else if (what === 'days') await days(Number(many || 3));
else throw new RangeError(`no figure ${what}: answers, trade or days`);
made.remove();
process.exit();

/**
 * The line breaks in the middle of each sale, and loses one answer in five once it is back. Measures the time from that
 * moment until the terminal knows what became of the sale.
 */
async function answers(sales: number): Promise<void> {
  const drawn = chance(20);
  const world = made.world(drawn);
  const who = people(world, made.wallet, drawn);
  const waits: number[] = [];
  const isOpen = () => world.journal?.busy === true || world.journal?.debts().some(({ debt }) => debt === 'reverse');
  await driven(
    world,
    (async () => {
      world.begin([]);
      world.powerOn();
      await who.home();
      for (let n = 0; n < sales; n++) {
        world.line.loses = 0;
        world.begin([{ port: 'line-in', at: 1 + drawn.below(130), fault: 'cut' }]);
        const going = who.go({ flow: flowNamed('sale, hasty'), amount: 1000 + n, original: null });
        while (world.meter.struck.length === 0) await world.clock.sleep(5);
        world.line.down.primary = world.line.down.backup = true;
        await world.clock.sleep(1000 + drawn.below(180_000));
        world.line.down.primary = world.line.down.backup = false;
        world.line.loses = 20;
        const back_ms = world.clock.monotonic();
        while (isOpen()) await world.clock.sleep(50);
        waits.push(world.clock.monotonic() - back_ms);
        world.line.loses = 0;
        await going;
        await who.home();
      }
    })(),
  );
  const sorted = waits.sort((one, other) => one - other);
  const at = (share: number) => ((sorted[Math.floor(sorted.length * share)] ?? 0) / 1000).toFixed(1);
  process.stdout.write(
    `answers: ${sales} sales on a line that broke; a definite answer after it was back in p50 ${at(0.5)} s, p90 ${at(0.9)} s, p99 ${at(0.99)} s, longest ${at(0.9999)} s\n`,
  );
}

/** Measures the computing time of a sale: one after another on a whole world, the first 50 not counted. */
async function trade(sales: number): Promise<void> {
  const drawn = chance(21);
  const world = made.world(drawn);
  const who = people(world, made.wallet, drawn);
  let began = 0;
  let cpu = 0;
  await driven(
    world,
    (async () => {
      world.begin([]);
      world.powerOn();
      await who.home();
      for (let n = 0; n < sales + 50; n++) {
        if (n === 50) [began, cpu] = [performance.now(), process.cpuUsage().user];
        world.begin([]);
        await who.go({ flow: flowNamed('sale, hasty'), amount: 1000 + n, original: null });
      }
    })(),
  );
  const each = (performance.now() - began) / sales;
  const work = (process.cpuUsage().user - cpu) / 1000 / sales;
  process.stdout.write(
    `trade: ${each.toFixed(2)} ms a sale, ${work.toFixed(2)} ms of one core, ${Math.round(1000 / work)} a second and core\n`,
  );
}

/** Simulated days of trade with a settlement each; memory must stay where it is. */
async function days(count: number): Promise<void> {
  const drawn = chance(22);
  const world = made.world(drawn);
  const who = people(world, made.wallet, drawn);
  const check = oracles(world, made.wallet);
  const names = [
    'sale',
    'sale, signed',
    'void',
    'preauth',
    'completion',
    'instalment',
    'voice',
    'balance',
    'sale, declined',
  ];
  let errands = 0;
  await driven(
    world,
    (async () => {
      world.begin([]);
      world.powerOn();
      await who.home();
      for (let day = 0; day < count; day++) {
        // Twelve hours of trade, a customer every two minutes or so, and a night.
        const end_ms = world.clock.monotonic() + 12 * 3_600_000;
        while (world.clock.monotonic() < end_ms) {
          world.begin([]);
          check.begin();
          const task = { flow: flowNamed(drawn.pick(names)), amount: 100 + (errands++ % 900), original: null };
          await who.go(task);
          await world.clock.sleep(20_000 + drawn.below(200_000));
          await who.home();
          for (const { kind, text } of check.check(task)) process.stdout.write(`  ${kind}: ${text}\n`);
        }
        world.begin([]);
        await who.go({ flow: flowNamed('settle'), amount: 1, original: null });
        await who.home();
        await world.clock.sleep(12 * 3_600_000);
        globalThis.gc?.();
        const { rss, heapUsed } = process.memoryUsage();
        const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
        process.stdout.write(
          `days: ${24 * (day + 1)} hours, ${errands} errands, batch ${world.journal?.batch}, heap ${mb(heapUsed)} MB, resident ${mb(rss)} MB, ${Math.round((performance.now() - started) / 1000)} s\n`,
        );
      }
    })(),
  );
}
