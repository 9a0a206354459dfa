import t, { type Test } from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Settled, SettlementRequest } from '../../src/host/settlement.ts';
import type { Counter } from '../../src/payment/counter.ts';
import { throughTheSteps } from '../../src/settlement/steps.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch } from '../../src/values/trace.ts';
import { answerOf, approval, refusal, saleOf } from '../journal-bench.ts';
import { saleBench } from '../sale-bench.ts';

const nothing = { debit: { amount: fen(0), count: 0 }, credit: { amount: fen(0), count: 0 } };
const bank = { home: nothing, foreign: nothing };
const compared = (home: 1 | 2, foreign: 1 | 2 = 1) => ({ flags: { home, foreign }, bank }) as const;
const next = batch('000009');

type Says = (request: SettlementRequest, nth: number) => Partial<Settled>;

/** A counter with a journal of its own, whose bank answers each step as the test says. */
function desk(t: Test, inquiry?: () => InquiryEnd) {
  const bench = saleBench(t);
  const { journal, counter: whole } = bench;
  const asked: { step: string; batch: string; trace: string; request: SettlementRequest }[] = [];
  const shown: string[] = [];
  const progress: unknown[] = [];
  let says: Says = () => ({});
  const counter = {
    ...whole,
    vault: { ...whole.vault, openCard: () => ({ pan: Pan.from('6222020010011234'), expiry: '3012' }) },
    config: { ...whole.config, profile: { transactions: { inquiry: { offered: inquiry !== undefined } } } },
    host: {
      inquire: async () => inquiry?.(),
      async settle(request: SettlementRequest, at: { batch: string; trace: string }): Promise<Settled> {
        asked.push({ step: request.step, ...at, request });
        return {
          code: '00',
          compared: null,
          reference: null,
          next: null,
          signInAgain: false,
          ...says(request, asked.length),
        };
      },
    },
  } as unknown as Counter;
  const go = async (answers: Says) => {
    says = answers;
    const begun = journal.beginSettlement('01');
    if ('owing' in begun) throw new Error('money is owed');
    return throughTheSteps(counter, begun, (step, done) => {
      shown.push(step);
      if (done !== undefined) progress.push(done);
    });
  };
  const sold = (amount: number, group: 'home' | 'foreign' = 'home', answer = approval) => {
    const entry = journal.begin(saleOf(amount, { copies: [], card: { ...saleOf(1).card, group } as never }));
    entry.sent();
    entry.answered(answer);
    if (answer.money === 'charged') entry.completed();
    return entry;
  };
  return { journal, asked, shown, progress, go, sold, steps: () => asked.map(({ step }) => step) };
}

const tracesOf = (requests: readonly { request: SettlementRequest }[]) =>
  requests.flatMap(({ request }) => (request.step === 'upload' ? [request.rows.map(({ trace }) => trace)] : []));

t.test(
  'what balances is closed in two steps, each under a trace of its own and the batch that is settled',
  async (t) => {
    const { go, sold, asked, steps, journal, shown } = desk(t, () => ({ end: 'none' }));
    sold(100);
    sold(50, 'foreign');
    journal.closeBatch(batch('000005'));
    sold(70);
    sold(80);
    sold(90, 'foreign');
    journal.takeTrace();
    const ended = await go(({ step }) => (step === 'settle' ? { compared: compared(1) } : { next }));
    t.match(ended, { batch: '000005' });
    t.same('code' in ended ? null : ended.step('ended'), { kind: 'ended', next });
    t.same(steps(), ['settle', 'upload-end-balanced']);
    t.same(shown, ['comparing', 'ending']);
    t.match(asked[1]?.request, { count: 3 }, 'of the batch that is settled');
    t.same(
      asked.map((each) => each.batch),
      ['000005', '000005'],
    );
    t.equal(new Set(asked.map(({ trace }) => trace)).size, 2);
  },
);

t.test(
  'of the group that differs each entry that counts is uploaded once, eight at a time, through a line that breaks',
  async (t) => {
    const { go, sold, asked, steps, journal, progress } = desk(t);
    const home = Array.from({ length: 19 }, (_, at) => sold(at + 1).trace);
    sold(1000, 'foreign');
    sold(2000, 'home', refusal);
    journal.begin(saleOf(5, { copies: [] })).handOver();
    let broken = true;
    const says: Says = (request) => {
      if (request.step === 'settle') return { compared: compared(2) };
      if (request.step !== 'upload') return { next };
      if (broken && request.rows[0]?.trace === home[8]) throw new Fault({ kind: 'line-down', tried: [] });
      return {};
    };
    await t.rejects(go(says), { name: 'Fault' });
    t.same(steps(), ['settle', 'upload', 'upload']);
    broken = false;
    asked.length = 0;
    await go(says);
    t.same(steps(), ['upload', 'upload', 'upload-end'], 'it goes on where it was, without comparing anew');
    t.same(tracesOf(asked), [home.slice(8, 16), home.slice(16)]);
    t.match(asked.at(-1)?.request, { count: 19 }, 'of all uploads together');
    t.same(
      progress,
      [0, 8, 8, 16].map((rows) => ({ rows, of: 19 })),
    );
  },
);

t.test('94 means that the bank has it already, and any other no ends it', async (t) => {
  const { go, sold, steps } = desk(t);
  sold(100);
  const had = await go(({ step }) =>
    step === 'settle' ? { code: '94', compared: compared(2) } : { code: '94', next },
  );
  t.notOk('code' in had);
  t.same(steps(), ['settle', 'upload', 'upload-end']);
  for (const refusing of ['settle', 'upload', 'upload-end']) {
    const other = desk(t);
    other.sold(100);
    const end = await other.go(({ step }) =>
      step === refusing ? { code: '12', signInAgain: refusing === 'upload' } : { compared: compared(2), next },
    );
    t.same(end, { code: '12', signInAgain: refusing === 'upload' }, refusing);
    t.equal(other.steps().at(-1), refusing);
  }
});

t.test('an answer that lacks what it is for is garbled, and nothing is noted of it', async (t) => {
  const { go, sold, journal } = desk(t);
  sold(100);
  await t.rejects(
    go(() => ({})),
    { problem: { kind: 'host-garbled', field: 'F48', why: 'no totals with their flags' } } as never,
  );
  t.equal(journal.settling?.steps.length, 0);
  await t.rejects(
    go(({ step }) => (step === 'settle' ? { compared: compared(1) } : {})),
    {
      problem: { kind: 'host-garbled', field: 'F60', why: 'no next batch' },
    } as never,
  );
  t.equal(journal.settling?.step('ended'), null);
});

t.test('where the bank has counted anew it is compared anew, with a new upload, and not for ever', async (t) => {
  const { go, sold, steps, asked } = desk(t);
  const { trace } = sold(100);
  let ends = 0;
  const ended = await go(({ step }) => {
    if (step === 'settle') return { compared: compared(2) };
    if (step === 'upload-end') return ++ends === 1 ? { code: '95' } : { next };
    return {};
  });
  t.notOk('code' in ended);
  const round = ['settle', 'upload', 'upload-end'];
  t.same(steps(), [...round, ...round]);
  t.same(tracesOf(asked), [[trace], [trace]], 'the second comparison has an upload of its own');

  const never = desk(t);
  never.sold(100);
  const end = await never.go(({ step }) => (step === 'settle' ? { compared: compared(1) } : { code: '95' }));
  t.same(end, { code: '95', signInAgain: false });
  t.equal(never.steps().length, 6, 'three rounds');
});

t.test('a settlement that has ended at the bank asks nothing when it goes on', async (t) => {
  const { go, sold, steps, asked } = desk(t);
  sold(100);
  const says: Says = ({ step }) => (step === 'settle' ? { compared: compared(1) } : { next });
  await go(says);
  asked.length = 0;
  await go(says);
  t.same(steps(), []);
});

t.test('each entry that differs is named once, with what each side has of it', async (t) => {
  const ends: InquiryEnd[] = [];
  const known = { code: '00', refunded: fen(0), reference: null, authorisation: null };
  const { go, sold, journal } = desk(t, () => ends.shift() ?? { end: 'none' });
  const [same, less, missing] = [sold(100), sold(200), sold(300)];
  const declined = sold(400, 'home', answerOf('not charged', '51'));
  sold(500, 'foreign');
  ends.push(
    { end: 'found', state: 'posted', amount: fen(100), ...known },
    { end: 'found', state: 'voided', amount: fen(199), ...known },
    { end: 'none' },
    { end: 'found', state: 'posted', amount: fen(400), ...known },
  );
  await go(({ step }) => (step === 'settle' ? { compared: compared(2) } : { next }));
  const { differences } = journal.settling?.step('differs') ?? { differences: [] };
  t.match(differences, [
    { trace: less.trace, here: 200, there: 199 },
    { trace: missing.trace, here: 300, there: null },
    { trace: declined.trace, here: null, there: 400 },
  ]);
  t.equal(differences.length, 3);
  t.notOk(differences.some(({ trace }) => trace === same.trace));
});

t.test('a comparison has its differences asked once, through a line that breaks, and a new one anew', async (t) => {
  let inquiries = 0;
  const { go, sold, shown, asked, journal } = desk(t, () => {
    inquiries++;
    return { end: 'none' };
  });
  sold(100);
  sold(200);
  sold(300, 'foreign');
  let ends = 0;
  const says: Says = ({ step }) => {
    if (step === 'settle') return { compared: compared(2, 2) };
    if (step !== 'upload-end') return {};
    if (++ends === 1) throw new Fault({ kind: 'line-down', tried: [] });
    return ends === 2 ? { code: '95' } : { next };
  };
  await t.rejects(go(says), { name: 'Fault' });
  const round = ['comparing', 'uploading', 'asking', 'ending'];
  t.same(shown, round);
  t.equal(inquiries, 3);
  await go(says);
  t.same(shown, [...round, 'ending', ...round], 'not asked again, and asked again of the new comparison');
  t.equal(inquiries, 6);
  t.same(
    asked.flatMap(({ request }) => (request.step === 'upload-end' ? [request.count] : [])),
    [3, 3, 3],
  );
  t.same(
    journal.settling?.steps.map(({ kind }) => kind),
    ['compared', 'uploaded', 'differs', 'compared', 'uploaded', 'differs', 'ended'],
  );
});

t.test('a bank that wants a sign-in first says nothing of any row: all are asked anew after it', async (t) => {
  for (const code of ['77', '99']) {
    let signedIn = false;
    let inquiries = 0;
    const refused = { end: 'refused', code, signInAgain: true } as const;
    const { go, sold, shown, steps, journal } = desk(t, () =>
      ++inquiries === 2 && !signedIn ? refused : { end: 'none' },
    );
    const traces = [sold(100), sold(200), sold(300)].map(({ trace }) => trace);
    const says: Says = ({ step }) => (step === 'settle' ? { compared: compared(2) } : { next });
    t.same(await go(says), { code, signInAgain: true });
    t.equal(journal.settling?.step('differs'), null, 'nothing is written down of it');
    t.same(steps(), ['settle', 'upload']);
    signedIn = true;
    t.notOk('code' in (await go(says)));
    t.same(shown, ['comparing', 'uploading', 'asking', 'asking', 'ending']);
    t.same(steps(), ['settle', 'upload', 'upload-end']);
    t.equal(inquiries, 6);
    const { differences } = journal.settling?.step('differs') ?? { differences: [] };
    t.match(
      differences,
      traces.map((trace) => ({ trace, why: 'none' })),
    );
  }
});

t.test('a group of which there is one among many is uploaded too', async (t) => {
  const { go, sold, asked, progress } = desk(t);
  for (let number = 0; number < 130; number++) sold(1);
  const { trace } = sold(2, 'foreign');
  await go(({ step }) => (step === 'settle' ? { compared: compared(1, 2) } : { next }));
  t.same(tracesOf(asked), [[trace]]);
  t.same(progress, [{ rows: 0, of: 1 }]);
});

t.test(
  'an upload that does not fit what the bank has counted by now is compared anew, however far it had come',
  async (t) => {
    const { go, sold, steps, asked, journal } = desk(t);
    const home = Array.from({ length: 9 }, (_, at) => sold(at + 1).trace);
    // Between the two uploads a first 0500 that was stuck on the line has arrived.
    let compares = 0;
    let uploads = 0;
    const ended = await go(({ step }) => {
      if (step === 'settle') return { compared: compared(++compares === 1 ? 2 : 1) };
      return step === 'upload' && ++uploads === 2 ? { code: '95' } : { next };
    });
    t.notOk('code' in ended);
    t.same(steps(), ['settle', 'upload', 'upload', 'settle', 'upload-end-balanced']);
    t.same(tracesOf(asked), [home.slice(0, 8), home.slice(8)]);
    t.same(
      journal.settling?.steps.map(({ kind }) => kind),
      ['compared', 'uploaded', 'compared', 'ended'],
    );
  },
);

t.test(
  'a bank whose books are of before the 0500 gets it again, and one that never takes the upload ends it',
  async (t) => {
    const { go, sold, steps, asked } = desk(t);
    sold(100);
    await t.rejects(
      go(({ step }) => {
        if (step === 'settle') return { compared: compared(2) };
        throw new Fault({ kind: 'line-down', tried: [] });
      }),
      { name: 'Fault' },
    );
    asked.length = 0;
    let counted = false;
    const says: Says = ({ step }) => {
      counted ||= step === 'settle';
      if (step === 'settle') return { compared: compared(2) };
      return counted ? { next } : { code: '95' };
    };
    t.notOk('code' in (await go(says)));
    t.same(steps(), ['upload', 'settle', 'upload', 'upload-end']);

    const never = desk(t);
    never.sold(100);
    const end = await never.go(({ step }) => (step === 'settle' ? { compared: compared(2) } : { code: '95' }));
    t.same(end, { code: '95', signInAgain: false });
    t.same(never.steps(), ['settle', 'upload', 'settle', 'upload', 'settle', 'upload'], 'three rounds');
  },
);

t.test('the bank’s own number of the settlement is kept with what it has compared', async (t) => {
  const { go, sold, journal } = desk(t);
  sold(100);
  await go(({ step }) => (step === 'settle' ? { compared: compared(1), reference: 'S00000000017' } : { next }));
  t.equal(journal.settling?.step('compared')?.reference, 'S00000000017');
});
