import t from 'tap';
import { agreement } from '../../board/virtual/books.ts';
import { glancer } from '../../board/virtual/frame-glance.ts';
import { WireLog } from '../../board/virtual/wire-log.ts';

t.test('pieces that follow one another are one row, a message is always its own', async (t) => {
  let now = 0;
  const log = new WireLog(() => now);
  const piece = { wire: 'tty-printer', direction: 'out', bytes: 10 } as const;
  log.append(piece);
  log.append({ ...piece, direction: 'in', bytes: 1 });
  now = 900;
  log.append(piece);
  t.match(log.since(0), [
    { direction: 'in', bytes: 1, times: 1 },
    { direction: 'out', bytes: 20, times: 2, n: 3, at: '1970-01-01T00:00:00.000Z' },
  ]);
  now = 5000;
  log.append(piece);
  t.match(log.since(2), [{ bytes: 30, times: 3 }], 'nothing else crossed meanwhile: the run goes on');
  log.append({ wire: 'primary', direction: 'out', bytes: 100, mti: '0200', fields: [2] });
  log.append({ wire: 'primary', direction: 'out', bytes: 100, mti: '0200', fields: [2] });
  log.append(piece);
  t.equal(log.since(4).length, 3, 'two messages and a new run');
});

t.test('the log is bounded, and whoever watches it is told', async (t) => {
  const log = new WireLog();
  let heard = 0;
  const stop = log.watch(() => heard++);
  for (let n = 0; n < 2100; n++) log.append({ wire: 'host', direction: null, bytes: 0, text: `${n}` });
  t.equal(log.since(0).length, 2000);
  t.equal(log.since(2099).length, 1);
  stop();
  log.append({ wire: 'host', direction: null, bytes: 0, text: 'unheard' });
  t.equal(heard, 2100);
});

t.test('a glance finds messages in any cut of the stream and keeps nothing of their inside', async (t) => {
  const body = Buffer.concat([
    Buffer.from(`${'60'.repeat(5)}${'61'.repeat(6)}0210${'8000000000000001'}${'8000000000000000'}`, 'hex'),
    Buffer.alloc(300, 0x39),
  ]);
  const stream = Buffer.concat([
    Buffer.from([body.length >> 8, body.length & 255]),
    body,
    Buffer.from([0, 0]),
    Buffer.from([0, 2, 1, 2]),
  ]);
  for (const size of [1, 2, 3, 7, 64, 1000]) {
    const seen: unknown[] = [];
    const look = glancer('acquirer', (glance) => seen.push(glance));
    for (let at = 0; at < stream.length; at += size) look(stream.subarray(at, at + size));
    t.strictSame(
      seen,
      [{ bytes: body.length, mti: '0210', fields: [64, 65] }, { bytes: 0 }, { bytes: 2 }],
      `${size} at a time`,
    );
  }
  const steps: unknown[] = [];
  const look = glancer('key-centre', (glance) => steps.push(glance));
  const words = Buffer.from('{"v":1,"step":"key","wrapped":"SECRET"}');
  look(Buffer.concat([Buffer.from([0, words.length]), words]));
  t.strictSame(steps, [{ bytes: words.length, step: 'key' }]);
});

t.test('both books agree row by row, by state and amount', async (t) => {
  const row = (trace: string, state: string, amount = 100, type = 'sale') => ({
    batch: '000001',
    trace,
    state,
    amount,
    type,
  });
  t.strictSame(
    agreement(
      [row('000002', 'approved'), row('3', 'declined'), row('4', 'reversed')],
      [row('2', 'posted'), row('000004', 'tombstone', 0)],
    ),
    {
      terminal: 3,
      bank: 2,
      open: 0,
      differing: [],
    },
  );
  t.equal(agreement([row('2', 'reversing'), row('3', 'unknown')], [row('2', 'posted')]).open, 2);
  const voiding = (state: string) => [row('2', 'approved'), { ...row('3', state), type: 'void', original: '000002' }];
  const voided = [row('2', 'voided'), row('3', 'posted')];
  t.same(agreement(voiding('unknown'), voided).differing, [], 'a void whose result is open leaves its sale open');
  t.equal(agreement(voiding('approved'), voided).differing.length, 1, 'a voided sale is not approved');
  t.same(agreement([row('2', 'voided'), row('3', 'approved')], voided).differing, []);
  const tip = { batch: '1', trace: '9', type: 'tip', state: 'approved', amount: 1000, particulars: { before: 12_850 } };
  const total = { batch: '1', trace: '9', type: 'tip', state: 'posted' };
  t.same(agreement([tip], [{ ...total, amount: 13_850 }]).differing, [], 'the bank’s tip is the total with it');
  t.equal(agreement([tip], [{ ...total, amount: 13_851 }]).differing.length, 1);
  const differing = (ours: object[], theirs: object[]) => agreement(ours, theirs).differing.length;
  t.equal(differing([row('2', 'approved')], []), 1, 'approved here, unknown to the bank');
  t.equal(differing([], [row('2', 'posted')]), 1, 'posted at the bank, unknown here');
  t.equal(differing([row('2', 'declined')], [row('2', 'posted')]), 1);
  t.equal(differing([row('2', 'reversed')], [row('2', 'posted')]), 1);
  t.equal(differing([row('2', 'approved', 100)], [row('2', 'posted', 101)]), 1, 'another amount');
  t.equal(agreement([row('2', 'approved')], [], 1).differing.length, 0, 'a list that was cut off proves nothing');
});
