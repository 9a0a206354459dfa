import fc from 'fast-check';
import t from 'tap';
import { displayBench } from '../display-bench.ts';
import { runs } from '../share.ts';

const decoder = new TextDecoder('gbk');
const hanzi = fc
  .tuple(fc.integer({ min: 0xb0, max: 0xf7 }), fc.integer({ min: 0xa1, max: 0xfe }))
  .filter(([row, cell]) => row !== 0xd7 || cell <= 0xf9)
  .map((code) => decoder.decode(Uint8Array.from(code)));
/** Rows 1 and 3 of GB2312, full: punctuation and full-width ASCII. */
const sign = fc
  .tuple(fc.constantFrom(0xa1, 0xa3), fc.integer({ min: 0xa1, max: 0xfe }))
  .map((code) => decoder.decode(Uint8Array.from(code)));
const ascii = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
const text = fc
  .array(fc.oneof({ weight: 3, arbitrary: hanzi }, sign, { weight: 3, arbitrary: ascii }, fc.constant('¥')), {
    maxLength: 18,
  })
  .map((signs) => signs.join(''));
const rows = fc.array(text, { maxLength: 4 });

/** What a display of 16 columns can show of a row: ASCII and ¥ take one, all else two, and the rest is cut. */
function shown(row: string): string {
  let columns = 0;
  let kept = '';
  for (const each of row) {
    columns += /[ -~¥]/.test(each) ? 1 : 2;
    if (columns > 16) break;
    kept += each;
  }
  // Unifont draws ∪ and υ alike, and an ideographic space as two spaces.
  return kept.replaceAll('\u3000', '  ').replaceAll('∪', 'υ').trimEnd();
}

const expected = (texts: readonly string[]) => [0, 1, 2, 3].map((row) => shown(texts[row] ?? ''));

t.test('any text of GB2312 is read back from the dots', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 4 }), async (pictures) => {
      const { display, text: read, chip } = displayBench();
      await display.start();
      for (const picture of pictures) {
        await display.show(picture);
        t.strictSame(read(), expected(picture));
      }
      await display.close();
      return chip.strangeCommands.length === 0;
    }),
  );
});

t.test('whenever power comes back, the display shows what it was last told', async (t) => {
  const step = fc.oneof(
    rows.map((picture) => ({ do: 'show' as const, picture })),
    fc.boolean().map((on) => ({ do: 'power' as const, on })),
    fc.integer({ min: 1, max: 5_000 }).map((ms) => ({ do: 'wait' as const, ms })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { display, text: read, chip, clock } = displayBench();
      let last: readonly string[] = [];
      await display.start();
      for (const each of steps) {
        if (each.do === 'show') {
          last = each.picture;
          await display.show(last);
        } else if (each.do === 'power') chip.power(each.on);
        else await clock.advance(each.ms);
      }
      chip.power(true);
      await clock.advance(2_000);
      t.strictSame(read(), expected(last));
      const closing = display.close();
      await clock.advance(0);
      await closing;
      return clock.sleeping === 0;
    }),
    { numRuns: runs(50) },
  );
});

t.test('every hanzi of GB2312 has a glyph of its own', async (t) => {
  const { display, text: read } = displayBench();
  await display.start();
  let wrong = 0;
  for (let row = 0xb0; row <= 0xf7; row++) {
    for (let first = 0xa1; first <= 0xfe; first += 32) {
      const cells = Array.from({ length: Math.min(32, 0xff - first) }, (_, n) => first + n);
      const known = cells.filter((cell) => row !== 0xd7 || cell <= 0xf9);
      const all = known.map((cell) => decoder.decode(Uint8Array.of(row, cell)));
      const lines = [0, 8, 16, 24].map((from) => all.slice(from, from + 8).join(''));
      await display.show(lines);
      if (read().join('') !== all.join('')) wrong += 1;
    }
  }
  t.equal(wrong, 0);
  await display.close();
});
