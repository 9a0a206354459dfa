import t, { type Test } from 'tap';
import { countedAs, countRequest, endRequest, type Sums, told } from './bank-settling.ts';
import { books, codeOf, type Lab, lab, readyTerminal, reversalRequest, saleRequest, signIn } from './bank-terminal.ts';

type Json = Record<string, unknown>;

const cases = ({ bank }: Lab) => bank.control({ do: 'cases' }).cases as Json[];
const settlements = ({ bank }: Lab) => bank.control({ do: 'settlements' }).settlements as Json[];
const merchant = ({ bank }: Lab) => (bank.control({ do: 'merchants' }).merchants as Json[])[0] ?? {};
const byHand = { people: ['Li', 'Wang'], reference: 'letter 17' } as const;
const move = ({ bank }: Lab, batch: string, more: Json = {}) => bank.control({ do: 'set-batch', batch, ...more });
/** What the terminal says of two sales. */
const two: Sums = { home: { debit: [25_700, 2] } };

/** Two sales of ¥128.50 in batch 000001. */
async function afterTrade(t: Test) {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  for (const trace of ['000002', '000003']) t.equal(await codeOf(here, keys, saleRequest(keys, { trace })), '00');
  return { here, keys };
}

t.test('no batch is taken away from a terminal that is settling it, and the refusal names the way out', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await countedAs(here, keys, two), '00 11');
  t.match(move(here, '000005'), { ok: false, error: /000001 .* is being settled/, remedy: /menu 7.*"people"/ });
  t.match(move(here, '000005', { people: ['Li', 'Li'] }), { ok: false, error: /two different people/ });
  t.match(move(here, '000005', { people: ['Li', 'Wang'] }), { ok: false, error: /"reference"/ });
  t.same(cases(here), []);
  t.match(move(here, '000001'), { ok: true, left: { batch: '000001', unsettled: 0 } }, 'where it is already');
  t.equal((await told(here, endRequest(keys.batch, '207', 2))).code, '00');
  t.match(move(here, '000005'), { ok: true, left: { batch: '000002', unsettled: 0 } }, 'an empty one may be left');
  t.same(cases(here), []);
});

t.test(
  'two people take it away all the same: 77 from there, a case, and the money is cleared to the fen',
  async (t) => {
    const { here, keys } = await afterTrade(t);
    await countedAs(here, keys, two);
    t.match(move(here, '000005', byHand), { ok: true, left: { batch: '000001', unsettled: 2 } });
    t.match(settlements(here), [{ batch: '000001', state: 'left' }]);
    for (const asked of [countRequest(keys.batch, two), endRequest(keys.batch, '207', 2)]) {
      t.equal((await told(here, asked)).code, '77');
    }
    const answered = { state: 'answered', answer: /000005 by hand, letter 17/, answered_by: 'Li, Wang' };
    const amounts = { amount: 0, bank_amount: 25_700, terminal_amount: 25_700 };
    t.match(cases(here), [{ reason: 'unsettled', batch: '000001', trace: '000000', ...answered, ...amounts }]);
    t.equal((await signIn(here, keys.tmk, '000010')).batch, '000005', 'a sign-in says where it is now');
    here.bank.control({ do: 'cut-over' });
    const [payout] = here.bank.control({ do: 'payouts' }).payouts as Json[];
    t.match(payout, { debit: 25_700, debits: 2, merchant: merchant(here).id });
    t.equal(books(here).sum, 0);
    const decide = (decision: string) =>
      here.bank.control({ do: 'case', id: cases(here)[0]?.id, decide: decision, ...byHand });
    t.match(decide('reject'), { ok: true, case: { state: 'closed' } });
  },
);

t.test(
  'what a terminal says later of a batch that it was moved from stands in the case beside what we have',
  async (t) => {
    const { here, keys } = await afterTrade(t);
    t.match(move(here, '000005'), { ok: true, left: { batch: '000001', unsettled: 2 } }, 'a lab provokes a 77');
    t.match(cases(here), [{ state: 'open', amount: 0, bank_amount: 25_700, terminal_amount: 0 }]);
    t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000003' })), '00');
    t.equal(await countedAs(here, keys, two), '77');
    t.match(
      cases(here).find(({ reason }) => reason === 'unsettled'),
      { amount: 12_850, bank_amount: 12_850, terminal_amount: 25_700 },
    );
    t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000003' })), '00', 'told again');
    t.match(cases(here), [{ amount: 12_850, bank_amount: 12_850, terminal_amount: 25_700 }], 'it changes nothing');
    t.equal(await countedAs(here, { batch: '000003' }, two), '77');
    t.equal(cases(here).length, 1, 'of a batch that the bank has nothing of there is nothing to follow');
  },
);

t.test('what was taken away by two people is followed, whatever the bank has of it', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.match(move(here, '000005'), { ok: true });
  t.match(move(here, '000006', byHand), { ok: true, left: { batch: '000005', unsettled: 0 } });
  const [empty] = cases(here);
  t.match(empty, { reason: 'unsettled', batch: '000005', state: 'answered', amount: 0, bank_amount: 0 });
  t.equal(await countedAs(here, { ...keys, batch: '000005' }, two), '77');
  t.match(cases(here)[0], { batch: '000005', amount: 25_700, bank_amount: 0, terminal_amount: 25_700 });
});

t.test('what differs in a batch that was left is a case of its own, and is corrected to the fen', async (t) => {
  const { here, keys } = await afterTrade(t);
  const dispute = (trace: string, more: Json) => here.bank.control({ do: 'dispute', batch: '000001', trace, ...more });
  t.match(dispute('000003', { terminal_amount: 0 }), { ok: false, error: /is open/ });
  move(here, '000005');
  // The terminal's paper: the first, not the second, and one that the bank has never seen.
  await countedAs(here, keys, { home: { debit: [17_850, 2] } });
  t.match(cases(here), [{ reason: 'unsettled', amount: 7850 }]);
  t.match(dispute('000002', { terminal_amount: 12_850 }), { ok: false, error: /both have the same/ });
  t.match(dispute('000009', { terminal_amount: 5000 }), { ok: false, error: /"card"/ });
  for (const wrong of [{}, { terminal_amount: -1 }, { terminal_amount: 0, batch: '1' }]) {
    t.match(dispute('000003', wrong), { ok: false, remedy: /./ });
  }
  const second = dispute('000003', { terminal_amount: 0 });
  const third = dispute('000009', { terminal_amount: 5000, card: 'boc-debit' });
  t.match([second, third], [{ case: { reason: 'bank-only', amount: 12_850 } }, { case: { reason: 'terminal-only' } }]);
  t.match(dispute('000003', { terminal_amount: 0 }).case, { id: (second.case as Json).id }, 'once');
  t.match(dispute('000002', { terminal_amount: 12_851 }).case, { reason: 'another-amount', amount: 1 });
  const decide = (one: unknown, decision: string) =>
    here.bank.control({ do: 'case', id: (one as { case: Json }).case.id, decide: decision, ...byHand });
  t.ok(decide(second, 'credit').ok && decide(third, 'debit').ok);
  t.equal(books(here).balance('boc-debit'), 1_000_000 - 12_850 - 5000);
  here.bank.control({ do: 'cut-over' });
  t.match((here.bank.control({ do: 'payouts' }).payouts as Json[])[0], { debit: 30_700, credit: 12_850 });
  t.equal(books(here).sum, 0);
});

t.test('a batch may be given back while the other is empty, and settles as if nothing had been', async (t) => {
  const { here, keys } = await afterTrade(t);
  await countedAs(here, keys, two);
  move(here, '000005', byHand);
  t.match(move(here, '000001'), { ok: true, left: { batch: '000005', unsettled: 0 } });
  t.match(settlements(here), [{ batch: '000001', state: 'open' }]);
  t.equal((await told(here, endRequest(keys.batch, '207', 2))).code, '00');
  t.match(cases(here), [{ reason: 'unsettled', state: 'answered', answer: 'settled since' }]);

  const next = { ...keys, batch: '000002' };
  t.equal(await codeOf(here, next, saleRequest(next, { trace: '000020' })), '00');
  move(here, '000009');
  const other = { ...keys, batch: '000009' };
  t.equal(await codeOf(here, other, saleRequest(other, { trace: '000021' })), '00');
  t.match(move(here, '000002'), { ok: false, error: /has had trades/, remedy: /new/ });
});

t.test('a batch that was settled with other figures is a case too', async (t) => {
  const { here, keys } = await afterTrade(t);
  await countedAs(here, keys, two);
  await told(here, endRequest(keys.batch, '207', 2));
  t.equal(await countedAs(here, keys, { home: { debit: [12_850, 1] } }), '77');
  t.match(cases(here), [{ reason: 'unsettled', amount: 12_850, bank_amount: 25_700, terminal_amount: 12_850 }]);
  t.equal(await countedAs(here, keys, two), '00 11', 'the same figures are the same settlement');
});

t.test('a number that is over never comes again: what is sold in the next one can be settled', async (t) => {
  const { here, keys } = await afterTrade(t);
  const settle = async (batch: string, sums: Sums, count: number) => {
    t.equal(await countedAs(here, { batch }, sums), '00 11', batch);
    return (await told(here, endRequest(batch, '207', count))).batch?.slice(2, 8);
  };
  t.equal(await settle('000001', two, 2), '000002');
  for (const [to, next] of [
    ['000005', '000006'],
    ['000004', '000006'],
    ['999999', '000002'],
  ] as const) {
    t.match(move(here, to), { ok: true });
    t.equal(await settle(to, {}, 0), next);
  }
  const open = { ...keys, batch: '000002' };
  t.equal(await codeOf(here, open, saleRequest(open, { trace: '000004' })), '00');
  t.equal(await settle('000002', { home: { debit: [12_850, 1] } }, 1), '000003');
});

t.test('a number that two people have ended, or that is left, never comes again by itself', async (t) => {
  const { here, keys } = await afterTrade(t);
  move(here, '000003', byHand);
  const next = { ...keys, batch: '000003' };
  t.equal(await codeOf(here, next, saleRequest(next, { trace: '000004' })), '00');
  move(here, '000009', byHand);
  const [third, first] = cases(here);
  const reject = (one: Json = {}) => here.bank.control({ do: 'case', id: one.id, decide: 'reject', ...byHand });
  t.match(reject(first), { ok: true, case: { batch: '000001', state: 'closed' } });
  t.match(move(here, '000001'), { ok: false, error: /is over/, problem: { kind: 'settled', batch: '000001' } });
  const after = async (batch: string) => {
    t.match(move(here, batch), { ok: true });
    t.equal(await countedAs(here, { batch }, {}), '00 11');
    return (await told(here, endRequest(batch, '207', 0))).batch?.slice(2, 8);
  };
  t.equal(await after('999999'), '000002', 'not the one whose case is closed');
  // Two people may have closed the one that is left at the terminal, which would settle it a second time.
  t.equal(await after('000002'), '000004', 'nor the one that is left');
  t.match(move(here, '000003'), { ok: true }, 'a clerk may give it back, as long as the terminal has not asked for it');
  t.equal(await countedAs(here, next, { home: { debit: [12_850, 1] } }), '00 11');
  t.equal((await told(here, endRequest('000003', '207', 1))).batch, '00000004207');
  t.match(reject(third), { ok: true, case: { batch: '000003', state: 'closed' } });
});

t.test(
  'what the terminal has asked to settle after it was left is not given back: two people may have closed it',
  async (t) => {
    const steps = {
      count: (batch: string) => countRequest(batch, two),
      end: (batch: string) => endRequest(batch, '207', 2),
    };
    for (const [name, request] of Object.entries(steps)) {
      const { here, keys } = await afterTrade(t);
      await countedAs(here, keys, two);
      move(here, '000002', byHand);
      t.match(move(here, '000001'), { ok: true }, 'not before it has');
      move(here, '000002', byHand);
      t.equal((await told(here, request(keys.batch))).code, '77', name);
      t.match(move(here, '000001'), {
        ...{ ok: false, error: /has asked to settle batch 000001 since it was left/, remedy: /a number that is new/ },
        problem: { kind: 'asked', batch: '000001' },
      });
      t.equal(await countedAs(here, { batch: '000002' }, {}), '00 11');
      t.equal((await told(here, endRequest('000002', '207', 0))).batch, '00000003207');
      t.match(move(here, '000001'), { ok: false, problem: { kind: 'asked' } }, 'nor while an empty one is open');
    }
  },
);
