import t from 'tap';
import type { AdviceRequest } from '../../src/host/advice.ts';
import type { OriginalFacts } from '../../src/host/messages.ts';
import type { ReversalRequest } from '../../src/host/reversal.ts';
import { fen } from '../../src/values/fen.ts';
import type { Trace } from '../../src/values/trace.ts';
import { problemOf } from '../bank-countertop.ts';
import { hostBench, mirrored, one, sale, trace } from '../host-bench.ts';

const later = '000043' as Trace;

/** F37 and F38 as a bank may say them: whole, with blanks at their end, and with blanks before. */
const names = [
  ['113009410017', 'A1B2C3'],
  ['11300941001 ', '12345 '],
  ['  3009410017', '  3456'],
  [' 1300941    ', ' 2    '],
] as const;

for (const [reference, authorisation] of names) {
  t.test(`F37 ‘${reference}’ and F38 ‘${authorisation}’ go back as they came`, async (t) => {
    const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked, { reference, authorisation }));
    const said = await host.send(host.prepare('sale', sale(vault)), () => undefined);
    t.match(said, { money: 'charged', reference: reference.trimEnd(), authorisation: authorisation.trimEnd() });

    const original: OriginalFacts = {
      ...{ place: { batch: one, trace }, date: '1124' },
      ...{ reference: said.reference, authorisation: said.authorisation },
    };
    const on = { ...sale(vault, false), trace: later, original };
    for (const type of ['void', 'completion', 'refund'] as const) {
      const prepared = host.prepare(type, on);
      await host.send(prepared, () => undefined);
      t.match(sent.at(-1), type === 'completion' ? { authorisation } : { reference, authorisation }, type);
      if (prepared.digest === null) continue;
      const again: AdviceRequest = {
        ...{ transaction: 'refund', trace: later, batch: one, amount: on.amount, entryMode: '022', original },
        ...{ pan: on.card.pan, expiry: on.card.expiry, digest: prepared.digest },
      };
      t.match(await host.advise(again), { end: 'answer' }, 'and byte for byte again');
    }
    t.match(await host.reverse({ ...reversal, authorisation: said.authorisation }), { end: 'acknowledged' });
    t.equal(sent.at(-1)?.authorisation, authorisation);
  });
}

const reversal: ReversalRequest = {
  ...{ transaction: 'sale', trace, batch: one, amount: fen(1), entry_mode: '021', reason: '98' },
  ...{ pan: null, expiry: null, authorisation: null },
};

t.test('what cannot be made into a message any more is this request’s own affair, and says so', async (t) => {
  const { host, sent } = hostBench(t, (asked) => mirrored(asked));
  const tooLong = host.reverse({ ...reversal, authorisation: '1234567' });
  t.match(await problemOf(tooLong), { kind: 'request-changed', trace });
  const dateless = { place: null, date: null, reference: null, authorisation: null };
  const advice: AdviceRequest = {
    ...{ transaction: 'refund', trace, batch: one, amount: fen(1), entryMode: '022' },
    ...{ pan: null, expiry: null, original: dateless, digest: 'd1' },
  };
  t.match(await problemOf(host.advise(advice)), { kind: 'request-changed', trace });
  t.equal(sent.length, 0);
});
