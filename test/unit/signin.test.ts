import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Key } from '../../src/operator/keypad.ts';
import type { Draw, Operator } from '../../src/operator/operator.ts';
import { textsOf } from '../../src/operator/screen.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import { type BankDesk, compareOrSignIn, comparesNewest, signInToBank } from '../../src/signin/bank.ts';
import { type HandshakeDesk, meetKeyCentre } from '../../src/signin/handshake.ts';
import { type SignInDesk, signIn } from '../../src/signin/signin.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { setClock } from '../../src/values/set-clock.ts';
import { trace } from '../../src/values/trace.ts';
import { journalIn, scoped, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const bar: BarFacts = {
  ...{ operator: null, batch: null, line: null, paper: null, time: null, lab: true },
  support: { machine: '-', accounts: '-' },
};

t.test('a disk on which no try can be counted is shown, and stops nothing', async (t) => {
  const keys: Key[] = ['0', '1', 'enter', '0', '0', '0', '0', 'enter', 'enter'];
  const screens: string[] = [];
  const ended = Promise.withResolvers<never>();
  const press = () => {
    const key = keys.shift();
    return key === undefined ? ended.promise : Promise.resolve(key);
  };
  const operator = {
    show: (draw: Draw) => void screens.push(draw(texts('en'), bar).id),
    ...{ press, pressWithin: press, flush: () => undefined, beep: () => undefined },
  } as unknown as Operator;
  const people = {
    check: async () => {
      throw new Fault({ kind: 'disk-full', file: 'operators.sealed' });
    },
  } as unknown as SignInDesk['people'];
  const signing = signIn({ operator, people } as unknown as SignInDesk);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  ended.reject(new Error('no key is left'));
  await t.rejects(signing, new Error('no key is left'));
  t.ok(screens.includes('signin.failed'), screens.join(' '));
  t.equal(screens.at(-1), 'signin.operator', 'and asked anew');
});

for (const why of ['silent for 3000 ms', 'hung up']) {
  t.test(`a key centre that ${why} on the way stops no day for which there are keys`, async (t) => {
    const met = async (state: 'loaded' | 'empty') => {
      const screens: string[] = [];
      const operator = {
        show: (draw: Draw) => void screens.push(draw(texts('en'), bar).id),
        ...{ beep: () => undefined, flush: () => undefined, press: async () => 'enter' },
      } as unknown as Operator;
      let tries = 0;
      const shake = async () => {
        tries += 1;
        if (tries === 1) throw new Fault({ kind: 'key-centre', step: 'key', why });
        return { end: 'kept', kcv: '08D7B4FB', parameters: {} };
      };
      const desk = { operator, shake, vault: { stateOf: () => state }, serial: 'GT-V-000001' };
      return { end: await meetKeyCentre(desk as unknown as HandshakeDesk), tries, screens };
    };
    t.match(await met('loaded'), { end: null, tries: 1, screens: [] });
    t.match(await met('empty'), { end: { end: 'kept' }, tries: 2, screens: ['handshake.failed'] });
  });
}

t.test('a certificate of its own that cannot be used is no fault of the network', async (t) => {
  const shown: string[] = [];
  const operator = {
    show: (draw: Draw) => void shown.push(textsOf(draw(texts('en'), bar)).join(' · ')),
    ...{ beep: () => undefined, flush: () => undefined, press: async () => 'enter' },
  } as unknown as Operator;
  let tries = 0;
  const shake = async () => {
    tries += 1;
    const why = 'device.key is not the key of device.crt';
    if (tries === 1) throw new Fault({ kind: 'key-centre', step: 'identity', why });
    return { end: 'kept', kcv: '08D7B4FB', parameters: {} };
  };
  const desk = { operator, shake, vault: { stateOf: () => 'loaded' }, serial: 'GT-V-000001' };
  t.match(await meetKeyCentre(desk as unknown as HandshakeDesk), { end: 'kept' });
  t.match(shown[0], /own certificate or key cannot be used \(device\.key is not the key of device\.crt\)/);
  t.match(shown[0], /provisioned again/);
  t.notMatch(shown[0], /network|malformed/);
});

t.test('a bank that has had what the journal does not hold leaves no keys to pay under', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  let keys = true;
  const place = { batch: journal.batch, trace: trace('000417') };
  const known = { code: '00', amount: fen(100), refunded: fen(0), reference: null, authorisation: null };
  const host = {
    signIn: async () => ({ end: 'signed-in', batch: journal.batch, host_time: null, kcvs: {} }),
    inquire: async () => ({ end: 'found', state: 'posted', ...known, place }),
  } as unknown as BankDesk['host'];
  const forgetWorkingKeys = () => {
    keys = false;
  };
  const clock = setClock(virtualClock());
  const desk = { host, journal, clock, compares: true, vault: { forgetWorkingKeys } };
  const ahead = await signInToBank(desk, '01').catch((error) => error.problem);
  t.match(ahead, { kind: 'bank-ahead', trace: '000417' });
  t.notOk(keys);
  journal.reconcile(place, { people: ['00', '99'], reference: '47' });
  keys = true;
  t.match(await signInToBank(desk, '01'), { end: 'signed-in' });
  t.ok(keys);
});

t.test('of a newest that is refused, or told without its place, nobody can say whether it is known here', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const known = { state: 'posted', code: '00', amount: fen(100), refunded: fen(0) } as const;
  const unsaid: InquiryEnd[] = [
    ...['96', '91', '58', '30'].map((code) => ({ end: 'refused', code, signInAgain: false }) as const),
    { end: 'found', ...known, reference: null, authorisation: null },
    { end: 'found', ...known, reference: null, authorisation: null, place: null },
  ];
  let says: InquiryEnd = { end: 'none' };
  let signIns = 0;
  const host = {
    signIn: async () => ({ end: 'signed-in', batch: journal.batch, host_time: null, kcvs: {} }),
    inquire: async () => says,
  } as unknown as BankDesk['host'];
  const vault = { forgetWorkingKeys: () => t.fail('it is not ahead') };
  const desk = { host, journal, clock: setClock(virtualClock()), compares: true, vault };
  const signIn = async () => {
    signIns++;
    return false;
  };
  for (const end of unsaid) {
    says = end;
    const problem = await compareOrSignIn(desk, signIn).catch((error) => error.problem);
    const unknown = { kind: 'newest-unsaid', code: end.end === 'refused' ? end.code : '00' };
    t.same(problem, unknown, JSON.stringify(end));
    t.same(await signInToBank(desk, '01').catch((error) => error.problem), unknown);
    t.notOk(journal.compared);
  }
  t.equal(signIns, 0, 'no sign-in helps that');
  says = { end: 'refused', code: 'A0', signInAgain: true };
  t.match(await compareOrSignIn(desk, signIn).catch((error) => error.problem), { kind: 'mac-wrong' });
  t.equal(signIns, 1);
  await compareOrSignIn(desk, async () => {
    says = { end: 'none' };
    return (await signInToBank(desk, '01')).end === 'signed-in';
  });
  t.ok(journal.compared, 'the sign-in has compared');
  for (const end of unsaid) {
    says = end;
    t.match(await signInToBank(desk, '01'), { end: 'signed-in' }, 'of a journal that was compared since its start');
  }
  says = { end: 'refused', code: 'A0', signInAgain: true };
  t.match(await signInToBank(desk, '01').catch((error) => error.problem), { kind: 'mac-wrong' });
});

t.test('a bank that says that it does not offer it, or whose profile says so, compares with nobody', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  let asked = 0;
  const host = {
    signIn: async () => ({ end: 'signed-in', batch: journal.batch, host_time: null, kcvs: {} }),
    inquire: async (): Promise<InquiryEnd> => {
      asked++;
      return { end: 'refused', code: '40', signInAgain: false };
    },
  } as unknown as BankDesk['host'];
  const vault = { forgetWorkingKeys: () => t.fail('it is not ahead') };
  const desk = { host, journal, clock: setClock(virtualClock()), compares: true, vault };
  t.match(await signInToBank({ ...desk, compares: false }, '01'), { end: 'signed-in' });
  t.equal(asked, 0);
  t.match(await signInToBank(desk, '01'), { end: 'signed-in' });
  t.ok(journal.compared, 'and what is owed may be told');
  const compares = (newest?: boolean, offered = true) =>
    comparesNewest({ inquiry: { offered, ...(newest === undefined ? {} : { newest }) } });
  t.same([compares(), compares(true), compares(false), compares(true, false)], [true, true, false, false]);
});
