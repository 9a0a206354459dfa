import t from 'tap';
import { pieces } from '../../src/receipt/commands.ts';
import { layOut } from '../../src/receipt/layout.ts';
import { paperWords } from '../../src/receipt/paper-words.ts';

t.test('what the printer is sent can be read line by line', async (t) => {
  const rows = layOut(
    [
      { kind: 'title', text: '签购单' },
      { kind: 'pair', label: '金额', value: '128.50' },
      { kind: 'qr', data: 'https://guitai.example' },
      { kind: 'mark', mark: { width: 16, height: 2, dots: Uint8Array.of(0x0a, 0x1b, 0x40, 0x1d) } },
      { kind: 'feed', lines: 3 },
      { kind: 'cut' },
    ],
    32,
  );
  const said = pieces(rows).flatMap(paperWords);
  const text = said.map((word) => word.trim().replaceAll(/ +/g, ' '));
  t.same(
    text.filter((word) => !word.startsWith('code')),
    ['签购单', '金额 128.50', 'picture 16×2', 'feed 3', 'cut'],
  );
  t.ok(text.includes('code'));
});

t.test('questions about its state put nothing on paper', async (t) => {
  t.same(paperWords(Uint8Array.of(0x10, 0x04, 1)), []);
  t.same(paperWords(Uint8Array.of(0x1d, 0x28, 0x48, 6, 0, 0x30, 0x30, 0x30, 0x30, 0x30, 0x31)), []);
  t.same(paperWords(Uint8Array.of(0x1d, 0x72, 1)), []);
});

t.test('bytes cut off anywhere are read to their end', async (t) => {
  const whole = Uint8Array.of(0x1d, 0x76, 0x30, 0, 2, 0, 2, 0, 1, 2, 3, 4, 0x1b, 0x64, 3, 0x41);
  for (let end = 0; end <= whole.length; end++) t.ok(Array.isArray(paperWords(whole.subarray(0, end))));
  t.same(paperWords(whole), ['picture 16×2', 'feed 3', 'A']);
});
