import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { answerOf, saleOf } from '../journal-bench.ts';
import { bench, unanswered } from '../outbox-bench.ts';

function accepted(journal: Journal): Entry {
  const entry = journal.begin(saleOf(500, { type: 'offline', digest: 'd1' }));
  entry.accepted();
  return entry;
}

t.test('a sale waits for reversals alone: an advice that is owed is told after it', async (t) => {
  const { outbox, host, owing, journal } = bench(t);
  const advice = accepted(journal);
  const lost = owing();
  t.match(await outbox.clearBeforeSale(), { owed: 1, parked: 0 });
  t.equal(lost.state, 'reversed');
  t.equal(host.advised.length, 0);
  t.equal(advice.state, 'pending');
});

t.test('94 to an advice means taken only where the books have it posted, of its amount and card', async (t) => {
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  const answers = [
    [{ end: 'none' }, 'pending'],
    [{ end: 'found', state: 'tombstone', amount: fen(500), ...known }, 'pending'],
    [{ end: 'found', state: 'posted', amount: fen(501), ...known }, 'pending'],
    [{ end: 'found', state: 'posted', amount: fen(500), ...known, card: '622202******9999' }, 'pending'],
    [{ end: 'found', state: 'posted', amount: fen(500), ...known, card: '622202******1234' }, 'approved'],
    [{ end: 'found', state: 'posted', amount: fen(500), ...known }, 'approved'],
  ] as const;
  for (const [books, state] of answers) {
    const { outbox, host, journal } = bench(t, { retries: 99 });
    host.hears = () => ({ end: 'answer', answer: { ...answerOf('unknown', '94'), signInAgain: false } });
    host.knows = () => books;
    t.equal(await outbox.settle(accepted(journal)), state, JSON.stringify(books));
  }
});

t.test('what is parked is counted apart from what is due', async (t) => {
  const { outbox, host, owing } = bench(t, { retries: 1 });
  host.says = () => unanswered;
  await outbox.settle(owing(1));
  owing(2);
  t.match(await outbox.settleAll(), { owed: 0, parked: 2 });
  owing(3);
  host.says = () => {
    throw new Fault({ kind: 'line-down', tried: [] });
  };
  t.match(await outbox.settleAll(), { clear: false, owed: 1, parked: 2 });
});
