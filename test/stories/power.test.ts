import { countertop, story } from './counter.ts';
import { agreed, newest } from './outage.ts';

await countertop('a power cut at every step', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();

  /** Takes a sale up to some step, pulls the plug and compares the books; `rows`: how many rows the sale leaves. */
  const cut = (step: string, rows: 0 | 1, state: string | null, go: () => Promise<unknown>) =>
    story(t, counter, `the power goes ${step}`, async (t) => {
      const before = await newest(counter);
      const balance = await counter.balance('boc-debit');
      const { length } = await counter.journal();
      await go();
      await counter.power(false);
      for (const fault of ['answer-lost', 'host-silent']) await counter.fault(fault, false);
      await counter.power(true);
      await counter.signIn();
      await agreed(t, counter, before);
      const journal = await counter.journal();
      t.equal(journal.length, length + rows);
      if (state !== null) t.equal(journal[0]?.state, state);
      t.equal(await counter.balance('boc-debit'), balance, 'nobody was charged');
    });
  const toPin = async (amount: string) => {
    await counter.press(...amount, 'enter');
    await counter.screen('sale.card');
    await counter.swipe('boc-debit');
    await counter.screen('sale.number');
    await counter.press('enter');
    await counter.screen('sale.pin');
  };

  await cut('at the amount', 0, null, () => counter.press('2', '0', '0', '1'));
  await cut('at the card', 0, null, async () => {
    await counter.press('2', '0', '0', '2', 'enter');
    await counter.screen('sale.card');
  });
  await cut('at the number', 0, null, async () => {
    await counter.swipe('boc-debit');
    await counter.screen('sale.number');
  });
  await cut('in the PIN', 0, null, async () => {
    await toPin('2004');
    await counter.press('1', '2', '3');
  });
  await cut('while the bank, which has charged, cannot say so', 1, 'reversed', async () => {
    await counter.fault('answer-lost', true);
    await counter.sell('2005', 'boc-debit', '123456', 'sale.waiting');
    await counter.until('the charge', async () => (await counter.bank()).some(({ amount }) => amount === 2005));
  });
  await cut('while the bank has heard nothing', 1, 'reversed', async () => {
    await counter.fault('host-silent', true);
    await counter.sell('2006', 'boc-debit', '123456', 'sale.waiting');
  });
  await cut('during the reversal', 1, 'reversed', async () => {
    await counter.fault('answer-lost', true);
    await counter.sell('2007', 'boc-debit', '123456', 'sale.reversing');
  });
  await cut('at the unknown screen', 1, 'reversed', async () => {
    await counter.fault('answer-lost', true);
    await counter.sell('2008', 'boc-debit', '123456', 'sale.unknown');
  });
  await story(t, counter, 'during the sign-in, the handshake and the self-check it begins anew', async (t) => {
    await counter.power(false);
    await counter.fault('host-silent', true);
    await counter.power(true);
    await counter.screen('checkup.running');
    await counter.power(false);
    await counter.fault('host-silent', false);
    await counter.power(true);
    await counter.screen('signin.operator', 15_000);
    await counter.fault('host-silent', true);
    await counter.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
    await counter.screen('signin.running');
    await counter.power(false);
    await counter.fault('host-silent', false);
    await counter.power(true);
    await counter.signIn();
    t.equal((await counter.get<{ operator: string }>('state')).operator, '01');
  });
});
