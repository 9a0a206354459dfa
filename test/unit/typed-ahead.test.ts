import t from 'tap';
import { sellOffline } from '../../src/advice/offline.ts';
import { powerOn } from '../../src/checkup/power-on.ts';
import type { Host } from '../../src/host/host.ts';
import type { Key } from '../../src/operator/keypad.ts';
import { presentCard } from '../../src/payment/card.ts';
import { type HandshakeDesk, meetKeyCentre } from '../../src/signin/handshake.ts';
import { type SignInDesk, signIn } from '../../src/signin/signin.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { type SaleBench, saleBench } from '../sale-bench.ts';
import { settled } from '../virtual-clock.ts';

/** An impatient finger: some of these are left when the screen that is asked about comes up. */
const AHEAD: readonly Key[] = Array(100).fill('enter');

/** What stands when this screen has come and the keys before it had their time; one Enter at it then. */
async function seen(bench: SaleBench, id: string, ending: Promise<unknown>): Promise<string | undefined> {
  let stands: string | undefined;
  const over = ending.then(() => {
    stands ??= 'nothing any more';
  });
  await bench.screen(id);
  for (let turn = 0; turn < 5; turn++) await settled();
  stands ??= bench.screens.at(-1);
  bench.press('enter');
  await Promise.race([over, settled()]);
  return stands;
}

t.test('keys that were typed ahead do not say that the bank was seen to answer; nor does the time', async (t) => {
  const bench = saleBench(t);
  bench.press(...AHEAD);
  const selling = sellOffline(bench.counter);
  await bench.screen('offline.impossible');
  await bench.clock.advance(120_000);
  t.equal(await seen(bench, 'offline.impossible', selling), 'offline.impossible');
  t.same(await selling, { end: 'line-up' });
});

t.test('keys that were typed ahead do not say that another card is at hand', async (t) => {
  const bench = saleBench(t);
  for (let time = 0; time < 3; time++) bench.swipe('worn');
  bench.press(...AHEAD);
  const presented = presentCard(bench.counter, fen(100), null);
  t.equal(await seen(bench, 'sale.card.another', presented), 'sale.card.another');
  await bench.screen('sale.card', 2);
  bench.press('cancel');
  t.equal(await presented, null);
});

t.test('keys that were typed ahead do not ask the bank for a sign-in once more', async (t) => {
  const bench = saleBench(t);
  const { operator, journal, clock, config } = bench.counter;
  let asked = 0;
  const host = {
    async signIn() {
      bench.press(...AHEAD);
      if (++asked === 1) throw new Fault({ kind: 'line-down', tried: [] });
      return { end: 'signed-in', batch: journal.batch, host_time: null };
    },
  } as unknown as Host;
  Object.assign(config.profile.transactions, { inquiry: { offered: false } });
  const people = { check: async () => ({ end: 'right' }) } as unknown as SignInDesk['people'];
  const signing = signIn({ operator, journal, clock, config, host, people } as unknown as SignInDesk);
  bench.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
  t.equal(await seen(bench, 'signin.failed', signing), 'signin.failed');
  t.equal(await signing, '01');
  t.equal(asked, 2);
});

t.test('keys that were typed ahead do not ask the key centre once more', async (t) => {
  const bench = saleBench(t);
  let asked = 0;
  const shake = async () => {
    bench.press(...AHEAD);
    if (++asked === 1) throw new Fault({ kind: 'line-down', tried: [] });
    return { end: 'kept' };
  };
  const desk = { operator: bench.counter.operator, shake, vault: { stateOf: () => 'empty' }, serial: 'GT-V-000001' };
  const meeting = meetKeyCentre(desk as unknown as HandshakeDesk);
  t.equal(await seen(bench, 'handshake.failed', meeting), 'handshake.failed');
  t.match(await meeting, { end: 'kept' });
  t.equal(asked, 2);
});

t.test('keys that were typed ahead do not begin the day without a printer', async (t) => {
  const bench = saleBench(t);
  const { operator, clock } = bench.counter;
  const ask = async () => {
    throw new Fault({ kind: 'device-silent', device: 'printer', waited_ms: 1 });
  };
  const probes = [{ part: 'printer', needed: false, deadline_ms: 100, ask }] as const;
  bench.press(...AHEAD);
  const powered = powerOn({ operator, clock, probes, version: '1', keep: () => undefined }, () => undefined);
  t.equal(await seen(bench, 'checkup.degraded', powered), 'checkup.degraded');
  await powered;
});
