import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Copy } from '../../src/journal/events.ts';
import type { Confirmation } from '../../src/receipt/printer.ts';
import { type Cut, type CutAt, cuts, type Printed, printingBench } from '../printing-bench.ts';
import { anywhere, runs, SHARE } from '../share.ts';

const marks = {
  merchant: { head: 'MERCHANT COPY', end: '卡账户' },
  cardholder: { head: 'CARDHOLDER COPY', end: '谢谢惠顾' },
} as const;

/** Each copy is out whole, and at most once without the word DUPLICATE; null where it holds. */
function broken({ entry, slips }: Printed): string | null {
  if (entry.copiesOwed.length > 0) return 'something is owed for ever';
  for (const copy of entry.facts.copies) {
    const { head, end } = marks[copy];
    // A stump without the amount is nobody's copy.
    const copies = slips.filter(({ text }) => text.includes(head) && text.includes('RMB 128.50'));
    if (!copies.some(({ text, cut }) => cut && text.includes(end))) return `the ${copy}'s copy never came out whole`;
    const plain = copies.filter(({ text }) => !text.includes('DUPLICATE')).length;
    if (plain > 1) return `the ${copy}'s copy came out ${plain} times without DUPLICATE`;
  }
  return null;
}

const onPaper = ({ slips }: Printed) => slips.map(({ text, cut }) => `${text}\n${cut ? '✂' : '…'}`).join('\n');

/** Thousands of power cuts, each a file that is opened anew: in memory where the machine has a folder there. */
function bench(t: Test, confirms: Confirmation) {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'guitai-'));
  const opened = printingBench(folder, confirms);
  t.teardown(() => {
    opened.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return opened;
}

const both: readonly Copy[] = ['merchant', 'cardholder'];

/** The plainer printer is asked the same questions more slowly; four in five of its bytes are left to chance below. */
const strides = { 'process-id': 1, 'queued-status': 5 } as const satisfies Record<Confirmation, number>;

/** The far end's mechanism moves so often. */
const MECHANISM_MS = 20;

for (const confirms of ['process-id', 'queued-status'] as const satisfies readonly Confirmation[]) {
  t.test(`${confirms}: one cut, at byte after byte and moment after moment`, { timeout: 300_000 }, async (t) => {
    const { print } = bench(t, confirms);
    const whole = await print(['merchant']);
    t.equal(broken(whole), null);
    t.notMatch(onPaper(whole), /DUPLICATE/);
    t.ok(whole.bytes > 1000, `${whole.bytes} bytes`);
    const found: string[] = [];
    // Each cut comes at every sixth of them.
    const cutAt = async (at: CutAt, cut: Cut) => {
      const printed = await print(['merchant'], [[cut, at]]);
      const why = broken(printed);
      if (why !== null) found.push(`${cut} at ${JSON.stringify(at)}: ${why}\n${onPaper(printed)}`);
    };
    const stride = strides[confirms] * SHARE;
    for (let byte = 1 + anywhere(stride); byte <= whole.bytes; byte += stride) {
      await cutAt({ byte }, cuts[Math.floor(byte / stride) % cuts.length] as Cut);
    }
    // No byte is under way while the last lines come out, and the word on them may be too early.
    const pause_ms = MECHANISM_MS * SHARE;
    for (let ms = anywhere(pause_ms); ms <= whole.done_ms; ms += pause_ms) {
      await cutAt({ ms }, cuts[Math.floor(ms / pause_ms) % cuts.length] as Cut);
    }
    t.same(found.slice(0, 3), []);
  });

  t.test(`${confirms}: two cuts at any byte and any time of both copies`, { timeout: 300_000 }, async (t) => {
    const { print } = bench(t, confirms);
    const { bytes, took_ms } = await print(both);
    const at = fc.oneof(
      fc.record({ byte: fc.integer({ min: 1, max: 2 * bytes }) }),
      fc.record({ ms: fc.integer({ min: 0, max: Math.ceil(took_ms) }) }),
    );
    const cut = fc.tuple(fc.constantFrom(...cuts), at);
    const found = await fc.check(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 2 }), async (faults) => {
        const printed = await print(both, faults);
        const why = broken(printed);
        if (why !== null) throw new Error(`${why}\n${onPaper(printed)}`);
      }),
      { numRuns: runs(60), interruptAfterTimeLimit: 60_000 },
    );
    t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
  });
}
