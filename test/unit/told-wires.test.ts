import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Refusal } from '../../board/virtual/refusal.ts';
import { openStatus } from '../../board/virtual/status.ts';
import { toldWires } from '../../board/virtual/told-wires.ts';
import { WireLog } from '../../board/virtual/wire-log.ts';
import { serveStatus } from '../../src/status/status.ts';

/** The terminal's own status server, with facts that a test changes. */
async function terminal(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-status-'));
  const path = join(dir, 'status.sock');
  const watchers = new Set<() => void>();
  const facts = {
    screen: 'idle',
    flow: 'idle',
    events: [] as { n: number; time: string; wire: string; text: string }[],
  };
  const start = () =>
    serveStatus(path, {
      state: () => ({ ready: true, flow: facts.flow, operator: '01', line: 'primary' }),
      screen: () => ({ screen: facts.screen, texts: ['请输入金额'] }),
      journal: (limit) => [{ trace: '000001' }, { trace: '000002' }].slice(0, limit),
      checkup: () => [{ id: 'keypad', state: 'ok' }],
      wire: (since) => facts.events.filter(({ n }) => n > since),
      records: () => [],
      follow: () => () => undefined,
      watch(changed) {
        watchers.add(changed);
        return () => watchers.delete(changed);
      },
    });
  const show = (screen: string) => {
    facts.screen = screen;
    for (const changed of [...watchers]) changed();
  };
  t.teardown(() => rmSync(dir, { recursive: true }));
  return { path, facts, start, show };
}

t.test('the terminal answers through its status socket', async (t) => {
  const { path, start, show, facts } = await terminal(t);
  const status = openStatus(path);
  t.equal(await status.state(), null, 'nobody is there yet');
  t.match(await status.journal(5).catch((error) => error), { status: 503, message: 'the terminal is not up yet' });
  const waiting = status.screenWhen('sale.approved', 3000);
  const server = await start();
  t.match(await status.state(), { ready: true, flow: 'idle' });
  t.same(await status.screen(), { screen: 'idle', texts: ['请输入金额'] });
  t.equal((await status.journal(1)).length, 1);
  t.match(await status.checkup(), [{ id: 'keypad' }]);
  setTimeout(show, 400, 'sale.approved');
  t.match(await waiting, { came: true, seen: { screen: 'sale.approved' } }, 'a wait outlasts the start');
  t.match(await status.screenWhen('never', 50), { came: false, seen: { screen: 'sale.approved' } });
  facts.flow = 'sale';
  await server.close();
});

t.test('a watch hears every change, the loss, and the next life', async (t) => {
  const { path, start, show } = await terminal(t);
  const heard: (string | null)[] = [];
  const stop = openStatus(path).watch((line) => heard.push(line === null ? null : String(line.screen)));
  const until = async (count: number) => {
    for (let look = 0; look < 400 && heard.length < count; look++)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const first = await start();
  await until(1);
  show('menu');
  await until(2);
  await first.close();
  await until(3);
  const second = await start();
  await until(4);
  t.same(heard, ['idle', 'menu', null, 'menu']);
  stop();
  await second.close();
});

t.test('what the terminal tells is asked once, in order, and anew after its next start', async (t) => {
  const lives = new Set<() => void>();
  const events = [{ n: 1, time: '2026-11-24T00:00:00.000Z', wire: 'host', text: '→ 0200' }];
  let away = false;
  const asked: number[] = [];
  const status = {
    wire: async (since: number) => {
      asked.push(since);
      if (away) throw new Refusal(503, 'the terminal is not up yet', 'Wait.');
      return events.filter(({ n }) => n > since);
    },
  };
  const watch = (changed: () => void) => {
    lives.add(changed);
    return () => lives.delete(changed);
  };
  const log = new WireLog();
  const told = toldWires(status, { watch }, log);
  await Promise.all([told.renew(), told.renew()]);
  await told.renew();
  t.same(asked, [0, 1], 'two at once are one question');
  t.match(log.since(0), [{ wire: 'host', direction: null, text: '→ 0200', at: '2026-11-24T00:00:00.000Z' }]);
  away = true;
  await told.renew();
  away = false;
  for (const changed of lives) changed();
  await told.renew();
  t.equal(log.since(0).length, 2, 'a new life tells its first again');
  told.close();
  t.equal(lives.size, 0);
});
