import fc from 'fast-check';
import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Answered } from '../../src/journal/events.ts';
import type { Journal, Request } from '../../src/journal/journal.ts';
import { textsOf } from '../../src/operator/screen.ts';
import { mostOf, whyNoDate, whyNoHold } from '../../src/preauth/hold.ts';
import { whyNoCompletionVoid } from '../../src/preauth/void-completion.ts';
import { fen, MOST_FEN } from '../../src/values/fen.ts';
import { batch } from '../../src/values/trace.ts';
import { approval, journalIn, refusal, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { samples, sentencesOf } from '../screens/samples.ts';

const DAY_MS = 86_400_000;
const terms = (days = 30, later_ms = 0) => ({ now_ms: Date.now() + later_ms, days });

function made(
  journal: Journal,
  type: Request['type'],
  original: Entry | null,
  answer: Answered | null = approval,
  amount = 10_000,
): Entry {
  const entry = journal.begin(saleOf(amount, { type, ...(original === null ? {} : { original }) }));
  entry.sent();
  if (answer === null) return entry;
  entry.answered(answer);
  if (answer.money === 'charged') entry.completed();
  else entry.handOver();
  return entry;
}

t.test('each state of a pre-authorisation has its reason, and one that is held has none', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  t.equal(whyNoHold(null, terms()), 'unknown');
  t.equal(whyNoHold(made(journal, 'sale', null), terms()), 'not-preauth');
  t.equal(whyNoHold(made(journal, 'preauth', null, refusal), terms()), 'not-held');
  const lost = made(journal, 'preauth', null, silence);
  t.equal(whyNoHold(lost, terms()), 'unsettled');
  lost.reversalBegun();
  lost.reversed('00');
  t.equal(whyNoHold(lost, terms()), 'not-held');
  const nameless = made(journal, 'preauth', null, { ...approval, authorisation: null });
  t.equal(whyNoHold(nameless, terms()), 'no-authorisation');

  const hold = made(journal, 'preauth', null);
  t.equal(whyNoHold(hold, terms()), null);
  t.equal(whyNoHold(hold, terms(30, 30 * DAY_MS)), null, 'on its last day');
  t.equal(whyNoHold(hold, terms(30, 32 * DAY_MS)), 'expired');
  journal.openBatch(batch('000002'));
  t.equal(whyNoHold(hold, terms()), null, 'a hold outlives its batch');
  made(journal, 'preauth-void', hold);
  t.equal(whyNoHold(hold, terms()), 'voided');
});

t.test('a request on a hold that is not settled keeps every other one away', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  for (const type of ['preauth-add', 'preauth-void', 'completion'] as const) {
    const hold = made(journal, 'preauth', null);
    const lost = made(journal, type, hold, null);
    t.equal(whyNoHold(hold, terms()), 'underway', `${type} in hand`);
    lost.answered(silence);
    lost.handOver();
    t.equal(whyNoHold(hold, terms()), 'underway', `${type} unknown`);
    lost.reversalBegun();
    lost.parked();
    t.equal(whyNoHold(hold, terms()), 'underway', `${type} parked`);
    lost.noOriginal('25');
    t.equal(whyNoHold(hold, terms()), 'underway', `${type} unconfirmed: the bank may take it yet`);
    lost.confirmed('inquiry');
    t.equal(whyNoHold(hold, terms()), null, `${type} reversed: the hold is there again`);
    t.equal(hold.state, 'approved');
    made(journal, type, hold, refusal);
    t.equal(whyNoHold(hold, terms()), null, `${type} declined`);
  }
});

t.test('a pre-authorisation is completed once, and again only after its completion was voided', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const hold = made(journal, 'preauth', null);
  const completion = made(journal, 'completion', hold);
  t.equal(whyNoHold(hold, terms()), 'completed');
  const lost = made(journal, 'completion-void', completion, silence);
  t.equal(whyNoHold(hold, terms()), 'completed', 'while the void is open');
  lost.reversalBegun();
  lost.reversed('00');
  t.equal(whyNoHold(hold, terms()), 'completed', 'money rule 7: a lost void leaves the completion');
  made(journal, 'completion-void', completion);
  t.equal(completion.state, 'voided');
  t.equal(whyNoHold(hold, terms()), null, 'the hold is there again');
});

t.test('a completion that the bank has yet to hear of is a completion', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const hold = made(journal, 'preauth', null);
  const advice = journal.begin(saleOf(9000, { type: 'completion-advice', original: hold }));
  t.equal(whyNoHold(hold, terms()), 'completed', 'in hand');
  advice.accepted();
  t.equal(advice.state, 'pending');
  t.equal(whyNoHold(hold, terms()), 'completed');
  t.equal(whyNoCompletionVoid(journal, advice), 'pending');
  advice.told(refusal);
  t.equal(whyNoHold(hold, terms()), null, 'the bank refused it: what is held is held');
});

t.test('an addition is held with its hold, and counts in what may be completed', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const hold = made(journal, 'preauth', null, approval, 10_000);
  made(journal, 'preauth-add', hold, approval, 5000);
  made(journal, 'preauth-add', hold, refusal, 7000);
  t.equal(hold.total, 15_000);
  t.equal(mostOf(hold.total, 15), 17_250);
});

t.test('the most of a completion is a whole amount that never passes the percentage', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MOST_FEN }), fc.integer({ min: 0, max: 100 }), (held, over) => {
      const most = mostOf(fen(held), over);
      return Number.isInteger(most) && most * 100 <= held * (100 + over) && (most >= held || most === MOST_FEN);
    }),
  );
  t.equal(mostOf(fen(MOST_FEN), 100), MOST_FEN, 'twelve digits are all that a message holds');
  t.equal(mostOf(fen(1), 15), 1);
});

t.test('why a completion cannot be voided', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  t.equal(whyNoCompletionVoid(journal, null), 'unknown');
  const hold = made(journal, 'preauth', null);
  t.equal(whyNoCompletionVoid(journal, hold), 'not-completion');
  t.equal(whyNoCompletionVoid(journal, made(journal, 'completion', hold, refusal)), 'not-charged');
  const lost = made(journal, 'completion', hold, silence);
  t.equal(whyNoCompletionVoid(journal, lost), 'unsettled');
  lost.reversalBegun();
  lost.reversed('00');
  t.equal(whyNoCompletionVoid(journal, lost), 'not-charged');
  t.equal(
    whyNoCompletionVoid(journal, made(journal, 'completion', hold, { ...approval, reference: null })),
    'no-reference',
  );
  const completion = made(journal, 'completion', hold);
  t.equal(whyNoCompletionVoid(journal, completion), null);
  const open = made(journal, 'completion-void', completion, silence);
  t.equal(whyNoCompletionVoid(journal, completion), 'underway');
  open.reversalBegun();
  open.reversed('00');
  t.equal(whyNoCompletionVoid(journal, completion), null);
  journal.openBatch(batch('000002'));
  t.equal(whyNoCompletionVoid(journal, completion), 'settled');
});

t.test('a typed date is a day of this year or the last one, and not too long ago', async (t) => {
  const at = (now: string, days = 30) => ({ now_ms: new Date(`${now}T12:00:00`).getTime(), days });
  t.equal(whyNoDate('1130', at('2026-11-30')), null, 'today');
  t.equal(whyNoDate('1201', at('2026-11-30')), null, 'the bank is a day ahead over midnight');
  t.equal(whyNoDate('1031', at('2026-11-30')), null, 'thirty days ago');
  t.same(whyNoDate('1030', at('2026-11-30')), { days: 30 });
  t.same(whyNoDate('1210', at('2026-11-30')), { days: 30 }, 'last year’s');
  t.equal(whyNoDate('1230', at('2027-01-05')), null, 'over the turn of the year');
  t.equal(whyNoDate('0101', at('2026-12-31')), null, 'the bank is in the new year already');
  for (const none of ['0000', '1301', '0230', '1131', '0100'])
    t.equal(whyNoDate(none, at('2026-11-30')), 'wrong', none);
  t.equal(whyNoDate('0229', at('2028-03-01')), null, 'a leap day');
  t.equal(whyNoDate('0229', at('2026-03-01')), 'wrong');
});

t.test(
  'no screen about a hold says that it is charged, and no completion that is open says that it is not',
  async (t) => {
    const moneyOf = {
      'preauth.approved': 'money.held',
      'preauth.declined': 'money.not-held',
      'preauth.refused': 'money.not-held',
      'preauth.reversed': 'money.not-held',
      'preauth-add.approved': 'money.hold-raised',
      'preauth-add.declined': 'money.hold-unchanged',
      'preauth-add.declined:original': 'money.nothing-done',
      'preauth-add.reversed': 'money.hold-unchanged',
      'preauth-add.card.different': 'money.hold-unchanged',
      'preauth-void.approved': 'money.released',
      'preauth-void.declined': 'money.still-held',
      'preauth-void.declined:original': 'money.nothing-done',
      'preauth-void.reversed': 'money.still-held',
      'completion.approved': 'money.charged',
      'completion.declined': 'money.held-not-charged',
      'completion.declined:original': 'money.nothing-done',
      'completion.reversed': 'money.held-not-charged',
      'completion-void.approved': 'money.held-again',
      'completion-void.declined': 'money.still-charged',
      'completion-void.reversed': 'money.still-charged',
    } as const;
    const open = ['unknown', 'reversing', 'reversed-unconfirmed', 'parked'];
    const flows = ['preauth', 'preauth-add', 'preauth-void', 'completion', 'completion-void'];
    for (const language of ['zh-CN', 'en'] as const) {
      const text = texts(language);
      for (const [name, make] of Object.entries(samples)) {
        const [flow = '', step = ''] = name.split('.');
        if (!flows.includes(flow)) continue;
        const shown = textsOf(make(text, sentencesOf(language)));
        if (name !== 'completion.approved') t.notOk(shown.includes(text('money.charged')), `${language} ${name}`);
        t.notOk(shown.includes(text('money.not-charged')), `${language} ${name}`);
        t.notOk(shown.includes(text('key.again')), `${language} ${name}: no key charges again`);
        t.notOk(shown.includes(text('key.charge-again')), `${language} ${name}: no key charges again`);
        const money = Object.entries(moneyOf).find(([id]) => id === name)?.[1];
        if (money !== undefined) t.ok(shown.includes(text(money)), `${language} ${name} says ${text(money)}`);
        if (!open.includes(step)) continue;
        const words = step === 'unknown' ? text('unknown.money') : text('money.unknown');
        t.ok(shown.includes(words), `${language} ${name} says that nobody knows`);
        t.notOk(shown.includes(text('key.retry')), `${language} ${name} offers no second try`);
      }
    }
  },
);
