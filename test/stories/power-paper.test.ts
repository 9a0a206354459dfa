import { countertop, story } from './counter.ts';
import { agreed, newest, outage, since } from './outage.ts';

await countertop('a power cut after the money has moved', {}, async (t, counter) => {
  await counter.signIn();

  /** Makes an approved sale, pulls the plug while its slips are printed, and compares the books. */
  const cut = (step: string, go: (before: number) => Promise<unknown>) =>
    story(t, counter, `the power goes ${step}`, async (t) => {
      const before = await newest(counter);
      await go(before);
      await outage(counter);
      await agreed(t, counter, before);
      t.equal((await counter.journal())[0]?.state, 'approved', 'the sale stands');
    });

  await cut('when it is approved', () => counter.sell('2009', 'boc-debit', '123456'));
  await cut('in mid-copy, the first', async (before) => {
    await counter.sell('2010', 'boc-debit', '123456');
    await counter.until('the first copy', async () => /授权|批次/.test((await since(counter, before))[0] ?? ''));
  });
  const printed = (await counter.paper()).slice(-3).map(({ text }) => text);
  t.match(printed.at(-2), /MERCHANT COPY[\s\S]*DUPLICATE/, 'what was begun says DUPLICATE');
  t.notMatch(printed.at(-1), /DUPLICATE/, 'what was not begun does not');
  await cut('in mid-copy, the second', async (before) => {
    await counter.sell('2011', 'boc-debit', '123456');
    await counter.until('the second copy', async () => /授权|批次/.test((await since(counter, before))[1] ?? ''));
  });
  await cut('after both copies', async () => {
    await counter.sell('2012', 'boc-debit', '123456');
    await counter.until('both', async () => (await counter.now()).texts.includes('签购单已打印'));
  });
});
