import t from 'tap';
import type { Request } from '../../src/journal/journal.ts';
import { accept } from '../../src/sale/accept.ts';
import type { Charge } from '../../src/sale/charge.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { full, saleBench } from '../sale-bench.ts';

/** An acceptance without screens. */
function offlineSale(): Charge {
  const pan = Pan.from('6222020010011234');
  if (pan === null) throw new Error('no number');
  return { type: 'offline', amount: fen(100), pin: null, card: { pan, expiry: '3012', track2: null, track3: null } };
}

t.test('what the counter accepts has the digest of its bytes on the disk, and the bank is told at once', async (t) => {
  const bench = saleBench(t);
  let woken = 0;
  const entry = accept(
    { ...bench.counter, outbox: { ...bench.counter.outbox, wake: () => void woken++ } },
    offlineSale(),
  );
  t.equal(entry.facts.digest, `of ${entry.trace}`, 'money rule 8: told again with identical bytes');
  t.equal(entry.state, 'pending');
  t.equal(woken, 1, 'a back-off does not keep it waiting');
  t.equal(bench.unsent(), 1, 'the bytes with its card are wiped');
});

t.test('a disk that takes the row and not its acceptance leaves nothing taken, and nothing in hand', async (t) => {
  const bench = saleBench(t);
  const journal = Object.create(bench.journal, {
    begin: { value: (request: Request) => Object.assign(bench.journal.begin(request), { accepted: full }) },
  });
  t.throws(() => accept({ ...bench.counter, journal }, offlineSale()), { name: 'Fault' });
  t.equal(bench.journal.last()?.state, 'declined');
  t.equal(bench.journal.busy, false, 'the outbox may work again');
});
