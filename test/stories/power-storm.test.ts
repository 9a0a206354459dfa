import { type Counter, countertop, story } from './counter.ts';
import { agreed, newest, outage } from './outage.ts';

// More of them by CUTS=n.
const CUTS = Number(process.env.CUTS ?? 8);
// Another seed by SEED=n, to look further or to see a failure again.
const seed = Number(process.env.SEED ?? 20_261_124);

await countertop(`power cuts at any moment, seed ${seed}`, { answer_timeout_ms: 1000 }, async (t, counter) => {
  const random = mulberry32(seed);
  await counter.signIn();
  // From the first key to the last line of the second copy, on this machine today.
  const from = Date.now();
  await sell(counter, '2999');
  await counter.until('both copies', async () => (await counter.now()).texts.includes('签购单已打印'));
  const sale_ms = Date.now() - from;
  await counter.press('enter');
  for (let n = 0; n < CUTS; n++) {
    const after_ms = Math.floor(random() * sale_ms);
    await story(t, counter, `cut ${n}, ${after_ms} ms after the first key`, async (t) => {
      const before = await newest(counter);
      // A key pressed on a dead terminal is refused, which ends the clerk's sale.
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
  const approved = (await counter.journal()).filter(({ state }) => state === 'approved');
  t.ok(approved.length > 1, 'some of them were sales when the power went');
});

/** Sells like a clerk who does not wait for the result. */
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
