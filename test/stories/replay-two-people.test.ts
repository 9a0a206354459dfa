import { closeByTwo } from './by-two-steps.ts';
import { countertop, story } from './counter.ts';
import { exported, run } from './replay-steps.ts';
import { begin, swipeAndPin } from './void-steps.ts';

await countertop('the flight recorder, of two people', { answer_timeout_ms: 1500 }, async (t, counter) => {
  await counter.signIn();

  await story(t, counter, 'a void that a supervisor has approved, and a PIN that was skipped, run again', async (t) => {
    // The amount stands after the operator who is asked, and ends like the number of another operator.
    await counter.sell('5001', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    await begin(counter);
    await swipeAndPin(counter, 'boc-debit', '123456', 'void.approved');
    await counter.press('enter');
    await counter.screen('idle');
    await counter.sell('1002', 'cmb-credit', '');
    await counter.press('enter');
    await counter.screen('idle');
    const { said, code } = await run(['replay', await exported(counter), '--check']);
    t.match(said, /^replay: \d+ frames, 0 differences$/m);
    t.equal(code, 0, said);
  });

  await story(t, counter, 'a batch that two people closed is closed again without a difference', async (t) => {
    await counter.sell('12850', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    await closeByTwo(counter, '000400');
    await counter.press('enter');
    await counter.screen('idle');
    const { said, code } = await run(['replay', await exported(counter), '--check']);
    t.match(said, /^replay: \d+ frames, 0 differences$/m);
    t.equal(code, 0, said);
  });
});
