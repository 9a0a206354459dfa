import { type Counter, countertop, story } from './counter.ts';
import { agreed, newest, outage } from './outage.ts';

const CUTS = 12;
/** The time from the first key to the last line of the second copy, roughly. */
const SALE_MS = 4500;
// Another seed by SEED=n, to look further or to see a failure again.
const seed = Number(process.env.SEED ?? 20_261_124);

await countertop(`power cuts at any moment, seed ${seed}`, { answer_timeout_ms: 1000 }, async (t, counter) => {
  const random = mulberry32(seed);
  await counter.signIn();
  for (let n = 0; n < CUTS; n++) {
    const after_ms = Math.floor(random() * SALE_MS);
    await story(t, counter, `cut ${n}, ${after_ms} ms after the first key`, async (t) => {
      const before = await newest(counter);
      // What is pressed on a dead terminal is refused, and ends the clerk's sale.
      const clerk = sell(counter, String(3000 + n)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, after_ms));
      await counter.power(false);
      await clerk;
      await counter.power(true);
      await counter.signIn();
      await agreed(t, counter, before);
    });
  }
  await outage(counter);
  t.ok((await counter.journal()).some(({ state }) => state === 'approved'), 'and some of the sales were made');
});

/** As a clerk does it who does not wait to see what became of it. */
async function sell({ press, screen, swipe }: Counter, amount: string): Promise<void> {
  await press(...amount, 'enter');
  await screen('sale.card', 1000);
  await swipe('boc-debit');
  await screen('sale.number', 1000);
  await press('enter', '1', '2', '3', '4', '5', '6', 'enter');
}

/** A small generator with a seed, so that a failure can be played again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
