import t from 'tap';
import { adviceEnd } from '../../src/host/advice.ts';
import { type Answer, noAnswer } from '../../src/host/answers.ts';
import { type ReversalRequest, reversalEnd, reversalFacts } from '../../src/host/reversal.ts';
import type { HostSettings } from '../../src/host/settings.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { batch, trace } from '../../src/values/trace.ts';
import { answerOf } from '../journal-bench.ts';

const answer = (code: string | null, why: Answer['why'] = null): Answer => ({
  ...answerOf(why === null && code === '00' ? 'charged' : 'unknown', code, why),
  signInAgain: false,
});

t.test('keys that are not the bank’s end an advice in a sign-in, everything else in what was answered', async (t) => {
  for (const code of ['A0', '77', '99']) t.strictSame(adviceEnd(answer(code)), { end: 'sign-in-first', code });
  t.strictSame(adviceEnd(answer('77', 'bad-mac')), { end: 'sign-in-first', code: null }, 'nobody vouches for it');
  for (const why of ['bad-mac', 'no-mac'] as const) {
    t.strictSame(adviceEnd(noAnswer(why)), { end: 'sign-in-first', code: null });
  }
  for (const said of [answer('00'), answer('51'), answer('94'), noAnswer('silent'), noAnswer('mismatch')]) {
    t.strictSame(adviceEnd(said), { end: 'answer', answer: said });
  }
});

t.test('a reversal ends by the bank’s word alone, and what it said is kept', async (t) => {
  t.strictSame(reversalEnd(answer('00')), { end: 'acknowledged', code: '00' });
  t.strictSame(reversalEnd(answer('25')), { end: 'no-original', code: '25' });
  t.strictSame(reversalEnd(answer('64')), { end: 'no-answer', code: '64', why: null });
  t.strictSame(reversalEnd(answer('00', 'mismatch')), { end: 'no-answer', code: '00', why: 'mismatch' });
  t.strictSame(reversalEnd(answer('12', 'no-mac')), { end: 'no-answer', code: '12', why: 'no-mac' });
  t.strictSame(reversalEnd(noAnswer('silent')), { end: 'no-answer', code: null, why: 'silent' });
  t.strictSame(reversalEnd(noAnswer('bad-mac')), { end: 'sign-in-first', code: null });
  t.strictSame(reversalEnd(answer('A0', 'no-mac')), { end: 'sign-in-first', code: 'A0' });
});

t.test('a reversal says number and expiry where the acquirer’s dialect has them, each for itself', async (t) => {
  const pan = Pan.from('6222020010011234');
  const reversal: ReversalRequest = {
    ...{ transaction: 'sale', trace: trace('000123'), batch: batch('000007'), amount: fen(100), entry_mode: '021' },
    ...{ pan, expiry: '3012', authorisation: 'A1B2C3', reason: '98' },
  };
  const facts = (reversal_pan: boolean, reversal_expiry: boolean) =>
    reversalFacts(reversal, { profile: { dialect: { reversal_pan, reversal_expiry } } } as unknown as HostSettings);
  t.strictSame(facts(true, true), {
    ...{ trace: '000123', batch: '000007', amount: 100, authorisation: 'A1B2C3', original: null, reason: '98' },
    ...{ entryMode: '021', pan, expiry: '3012' },
  });
  t.match(facts(true, false), { pan, expiry: null });
  t.match(facts(false, true), { pan: null, expiry: '3012' });
});
