import t from 'tap';
import { totalsOfEntries } from '../../bank/settlements.ts';
import { Counter, n12, onDay, place } from './bank-counter.ts';
import { TERMINAL } from './bank-terminal.ts';

t.test(
  'a batch of every type counts as terminals count: holds in neither, tips and adjustments in their entry',
  async (t) => {
    const counter = new Counter(t);
    const old = counter.ask('sale', { trace: '000002', amount: 50_000 });
    counter.closeBatch();
    const named = (trace: string) => ({ original: place(counter, trace) });
    const code = (...asked: Parameters<Counter['ask']>) => t.equal(counter.code(...asked), '00', `${asked[0]}`);

    // Debits: 10,000 with a tip of 1,000; 8,000 that became 7,500; 3,000 in instalments; 4,000 and 5,000 completed.
    code('sale', { trace: '000010' });
    code('tip', { trace: '000011', amount: 11_000, fields: { ...named('000010'), totals: n12(1_000) } });
    code('offline', { trace: '000012', amount: 8_000 });
    code('adjust', { trace: '000013', amount: 7_500, fields: { ...named('000012'), totals: n12(8_000) } });
    code('instalment', { trace: '000014', amount: 3_000, card: 'cmb', fields: { payload: Buffer.from('03') } });
    const held = (trace: string) => {
      const answer = counter.ask('preauth', { trace, amount: 4_500 });
      return { authorisation: answer.authorisation, original: onDay(answer) };
    };
    code('completion-advice', { trace: '000016', amount: 4_000, fields: held('000015') });
    const completion = counter.ask('completion', { trace: '000018', amount: 5_000, fields: held('000017') });
    code('preauth-add', { trace: '000020', amount: 100, fields: held('000019') });

    // Credits: the completion's void, and a refund of the batch before. What was reversed or declined is in neither.
    const undone = { reference: completion.reference, ...named('000018') };
    code('completion-void', { trace: '000021', amount: 5_000, fields: undone });
    code('refund', { trace: '000022', amount: 20_000, fields: { reference: old.reference, original: onDay(old) } });
    code('sale', { trace: '000023' });
    t.equal(counter.reverse('sale', { trace: '000023' }), '00');
    t.equal(counter.code('offline', { trace: '000024', card: 'lost' }), '41');

    const entries = counter.office.settlements.entries(TERMINAL, counter.keys().batch);
    t.strictSame(totalsOfEntries(entries).home, {
      debit: { amount: 11_000 + 7_500 + 3_000 + 4_000 + 5_000, count: 5 },
      credit: { amount: 5_000 + 20_000, count: 2 },
    });
    t.strictSame(
      entries.map(({ trace, side, amount }) => `${trace} ${side} ${amount}`),
      [
        ...['000010 debit 11000', '000012 debit 7500', '000014 debit 3000', '000016 debit 4000', '000018 debit 5000'],
        ...['000021 credit 5000', '000022 credit 20000'],
      ],
    );
  },
);
