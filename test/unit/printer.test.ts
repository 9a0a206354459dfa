import t from 'tap';
import { type PrinterFarEndOptions, printerFarEnd } from '../../board/virtual/printer.ts';
import { type Confirmation, type PrintEnd, printer } from '../../src/receipt/printer.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import { systemClock } from '../../src/values/clock.ts';
import { Fault } from '../../src/values/problem.ts';
import { linePair } from '../line-pair.ts';
import { virtualClock } from '../virtual-clock.ts';

function counter(options: PrinterFarEndOptions = {}, confirms: Confirmation = 'process-id') {
  const [near, far] = linePair();
  const farEnd = printerFarEnd(far, { speed_mm_s: 800, boot_ms: 0, ...options });
  const paper = printer({ line: near, clock: systemClock, columns: 32, dots: 384, confirms });
  return {
    near,
    farEnd,
    paper,
    async [Symbol.asyncDispose]() {
      await paper.close();
      farEnd.close();
    },
  };
}

const SLIP: ReceiptTable = [
  { kind: 'title', text: '便民小超市' },
  { kind: 'pair', label: '终端编号(TERMINAL NO)', value: '50461160' },
  { kind: 'amount', label: '金额(AMOUNT)', value: 'RMB 128.50' },
  { kind: 'qr', data: 'https://example.invalid/r/8f3c2' },
  { kind: 'feed', lines: 3 },
  { kind: 'cut' },
];

/** A slip that takes a few pieces and, at 100 mm a second, more than a second. */
const LONG: ReceiptTable = [
  ...Array.from(
    { length: 60 },
    (_, index) => ({ kind: 'pair', label: `第${index}行`, value: '一二三四五六七八' }) as const,
  ),
  { kind: 'cut' },
];

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 10_000) throw new Error('the wait is over');
    await systemClock.sleep(5);
  }
}

t.test('a slip comes onto paper as it was laid out, and the printer says so', async (t) => {
  await using at = counter();
  t.same(await at.paper.print(SLIP), { printed: true });
  t.same(at.farEnd.slips(), [
    {
      n: 1,
      text: [
        '   便民小超市',
        '终端编号(TERMINAL NO)   50461160',
        '金额(AMOUNT)',
        '      RMB 128.50',
        '[QR https://example.invalid/r/8f3c2]',
      ].join('\n'),
      cut: true,
    },
  ]);
});

t.test('a long slip never overflows the printer, and the next one follows it', async (t) => {
  await using at = counter({ speed_mm_s: 1000, buffer_bytes: 1300 });
  t.same(await at.paper.print(LONG), { printed: true });
  t.same(await at.paper.print(SLIP), { printed: true });
  t.equal(at.farEnd.lost, 0);
  const [first, second] = at.farEnd.slips();
  t.equal(first?.text.split('\n').length, 60);
  t.equal(second?.cut, true);
});

t.test('paper-out before the first byte: nothing was begun', async (t) => {
  await using at = counter();
  let begun = 0;
  const begin = () => {
    begun++;
  };
  at.farEnd.paperOut(true);
  t.same(await at.paper.print(SLIP, begin), { printed: false, problem: { kind: 'paper-out' }, begun: false });
  t.equal(begun, 0);
  at.farEnd.paperOut(false);
  t.same(await at.paper.print(SLIP, begin), { printed: true });
  t.equal(begun, 1);
});

for (const [problem, fault] of [
  ['paper-out', 'paperOut'],
  ['cover-open', 'coverOpen'],
] as const) {
  t.test(`${problem} in mid-receipt is noticed, and its tail never follows`, async (t) => {
    await using at = counter({ speed_mm_s: 150 });
    const printing = at.paper.print(LONG);
    await until(() => (at.farEnd.slips()[0]?.text.length ?? 0) > 100);
    at.farEnd[fault](true);
    t.same(await printing, { printed: false, problem: { kind: problem }, begun: true });
    const before = at.farEnd.slips().map(({ text }) => text);
    at.farEnd[fault](false);
    await systemClock.sleep(200);
    t.same(
      at.farEnd.slips().map(({ text }) => text),
      before,
      'nothing more of it comes out',
    );
    t.same(await at.paper.print(SLIP), { printed: true });
    const [stump, whole] = at.farEnd.slips();
    t.match(stump?.text, '第0行');
    t.match(whole, { n: 2, text: /^ +便民小超市\n终端编号/, cut: true }, 'it begins on a strip of its own');
  });
}

t.test('a hot head cools, and the slip goes on by itself', async (t) => {
  await using at = counter({ speed_mm_s: 200 });
  const printing = at.paper.print(LONG);
  await until(() => (at.farEnd.slips()[0]?.text.length ?? 0) > 100);
  at.farEnd.headHot(true);
  await systemClock.sleep(700);
  at.farEnd.headHot(false);
  t.same(await printing, { printed: true });
});

t.test('a printer without power is silent', async (t) => {
  await using at = counter();
  at.farEnd.power(false);
  t.same(await at.paper.print(SLIP), {
    printed: false,
    problem: { kind: 'device-silent', device: 'printer', waited_ms: 500 },
    begun: false,
  });
  await t.rejects(at.paper.check(), new Fault({ kind: 'device-silent', device: 'printer', waited_ms: 500 }));
  at.farEnd.power(true);
  t.match(await at.paper.check(), { online: true, paperOut: false });
  t.same(await at.paper.print(SLIP), { printed: true });
});

t.test('power lost in mid-receipt: begun, not printed', async (t) => {
  await using at = counter({ speed_mm_s: 150 });
  const printing = at.paper.print(LONG);
  await until(() => (at.farEnd.slips()[0]?.text.length ?? 0) > 100);
  at.farEnd.power(false);
  t.match(await printing, { printed: false, problem: { kind: 'device-silent' }, begun: true });
  at.farEnd.power(true);
  t.same(await at.paper.print(SLIP), { printed: true });
});

t.test('a printer without process ids confirms by its queued status', async (t) => {
  await using at = counter({ process_ids: false, buffer_bytes: 1300 }, 'queued-status');
  t.same(await at.paper.print(LONG), { printed: true });
  t.equal(at.farEnd.lost, 0);
  const printing = at.paper.print(LONG);
  await until(() => (at.farEnd.slips()[1]?.text.length ?? 0) > 100);
  at.farEnd.paperOut(true);
  t.same(await printing, { printed: false, problem: { kind: 'paper-out' }, begun: true });
});

/** An answer to each of the questions (DLE EOT n, in hex) that nothing is wrong. */
function well(asked: string): Uint8Array {
  return /^(10040[1-4])*$/.test(asked) ? new Uint8Array(asked.length / 6).fill(0x12) : new Uint8Array(0);
}

t.test('what came too late for one look is no answer to the next', async (t) => {
  const clock = virtualClock();
  const [near, far] = linePair();
  let looks = 0;
  far.listen(() => {
    looks++;
    if (looks === 1) clock.after(600, () => void far.write(Uint8Array.of(0x12, 0x12, 0x12, 0x12)));
    else void far.write(Uint8Array.of(0x1a, 0x32, 0x12, 0x72));
  });
  const paper = printer({ line: near, clock, columns: 32, dots: 384 });
  const told = async (asked: Promise<unknown>) => {
    asked.catch(() => undefined);
    for (let waited = 0; waited < 1000; waited += 10) await clock.advance(10);
    return asked;
  };
  await t.rejects(told(paper.status()), { message: 'device-silent' });
  t.match(await told(paper.status()), { online: false, paperOut: true });
  t.equal(looks, 2, 'four questions go at once');
  await paper.close();
});

t.test('a printer that reads on without paper confirms nothing', async (t) => {
  // Some print what they read on nothing, and say so in the bits of their answer (GS r 1: 0Ch is the end of the paper).
  const [near, far] = linePair();
  let answered = 0;
  far.listen((bytes) => {
    const asked = Buffer.from(bytes).toString('hex');
    void far.write(well(asked));
    if (asked.endsWith('1d7201')) void far.write(Uint8Array.of(answered++ === 0 ? 0x00 : 0x0c));
  });
  const paper = printer({ line: near, clock: systemClock, columns: 32, dots: 384, confirms: 'queued-status' });
  t.same(await paper.print(SLIP), { printed: false, problem: { kind: 'paper-out' }, begun: true });
  await paper.close();
});

t.test('the answer to a question of before a restart is not the word on a new slip', async (t) => {
  const clock = virtualClock();
  const [near, far] = linePair();
  let asked = false;
  far.listen((bytes) => {
    void far.write(well(Buffer.from(bytes).toString('hex')));
    // What the program before asked is answered once its lines are out; nothing that is asked from here on is.
    if (!asked) clock.after(700, () => void far.write(Uint8Array.of(0x00)));
    asked = true;
  });
  const paper = printer({ line: near, clock, columns: 32, dots: 384, confirms: 'queued-status' });
  const printing = paper.print([{ kind: 'text', text: '一行' }, { kind: 'cut' }]);
  for (let waited = 0; waited < 30_000; waited += 10) await clock.advance(10);
  t.match(await printing, { printed: false, problem: { kind: 'device-silent' }, begun: true });
  await paper.close();
});

t.test('a line that is gone is lost, not a crash', async (t) => {
  await using at = counter();
  at.near.sever();
  t.match(await at.paper.print(SLIP), {
    printed: false,
    problem: { kind: 'device-lost', device: 'printer' },
    begun: false,
  });
  await t.rejects(at.paper.status(), new Fault({ kind: 'device-lost', device: 'printer' }));
});

t.test('hostile text steers no printer', async (t) => {
  await using at = counter();
  const hostile = '\x1b@\x1dV\x00\x10\x04\x01正常\u202e\u0000末\x9b尾';
  t.same(await at.paper.print([{ kind: 'text', text: hostile }, { kind: 'cut' }]), { printed: true });
  t.same(at.farEnd.slips(), [{ n: 1, text: '@V正常末尾', cut: true }]);
});

/** A printer that is well, and confirms by process id only while `confirms` says so; `noise` comes before each answer. */
function plainPrinter(noise: readonly number[] = []) {
  const clock = virtualClock();
  const [near, far] = linePair();
  const at = { confirms: true, slips: 0, babbles: false };
  far.listen((bytes) => {
    const asked = Buffer.from(bytes).toString('hex');
    void far.write(well(asked));
    if (asked === '10140801031401060208') void far.write(Uint8Array.of(0x37, 0x25, 0x00));
    const [all, id = ''] = /1d284806003030([0-9a-f]{8})$/.exec(asked) ?? [];
    if (all === undefined) return;
    if (asked.length > all.length) at.slips++;
    if (at.confirms) void far.write(Uint8Array.of(...noise, 0x37, 0x22, ...Buffer.from(id, 'hex'), 0x00));
  });
  const paper = printer({ line: near, clock, columns: 32, dots: 384 });
  const print = async () => {
    const printing = paper.print([{ kind: 'text', text: '一行' }, { kind: 'cut' }]);
    let end: PrintEnd | null = null;
    void printing.then((ended) => {
      end = ended;
    });
    for (let waited = 0; waited < 30_000; waited += 50) {
      if (at.babbles) await far.write(Uint8Array.of(0x80));
      await clock.advance(50);
    }
    return end;
  };
  return { at, print, close: paper.close };
}

t.test('a printer that never confirms has one start on paper, and then none before it does', async (t) => {
  const { at, print, close } = plainPrinter();
  at.confirms = false;
  t.match(await print(), { printed: false, problem: { kind: 'device-silent' }, begun: true });
  t.equal(at.slips, 1);
  for (let again = 0; again < 3; again++) {
    t.match(await print(), { printed: false, problem: { kind: 'device-garbled' }, begun: false });
  }
  t.equal(at.slips, 1, 'no paper, and no copy that is begun');
  at.confirms = true;
  t.same(await print(), { printed: true });
  await close();
});

t.test('noise that looks like an answer to GS r is no end of the paper where nobody asks by GS r', async (t) => {
  const { print, close } = plainPrinter([0x0c, 0x08, 0x00]);
  t.same(await print(), { printed: true });
  await close();
});

t.test('a printer that is never quiet is given up like one that is silent', async (t) => {
  const { at, print, close } = plainPrinter();
  [at.confirms, at.babbles] = [false, true];
  t.match(await print(), { printed: false, problem: { kind: 'device-silent' }, begun: true });
  at.babbles = false;
  await close();
});
