import t from 'tap';
import { displayBench } from '../display-bench.ts';

/**
 * Solomon Systech SSD1306, rev. 1.1: table 9-1 and the charge pump's application note, for a glass of 128 × 64 whose
 * upper left is at SEG127 and COM63. Written by hand from the document.
 */
const SETTINGS = [
  '00', // control byte: commands follow
  'AE', // set display off
  'D5 80', // divide ratio 1, oscillator 1000b
  'A8 3F', // multiplex ratio 64
  'D3 00', // display offset 0
  '40', // start line 0
  '8D 14', // enable charge pump
  '20 00', // horizontal addressing mode
  'A1', // segment remap: column 127 at SEG0
  'C8', // COM output from COM[N-1] to COM0
  'DA 12', // alternative COM pins, no left/right remap
  '81 CF', // contrast
  'D9 F1', // pre-charge: phase 1 1 DCLK, phase 2 15 DCLK
  'DB 40', // VCOMH deselect level
  '2E', // deactivate scroll
  'A4', // resume to RAM content
  'A6', // normal display
].join(' ');

const bytes = (hex: string) => hex.split(' ').map((byte) => Number.parseInt(byte, 16));

t.test('a start is the settings, the whole memory, and display-on last', async (t) => {
  const { display, sent, chip } = displayBench();
  await display.start();
  t.same(sent, [bytes(SETTINGS), bytes('00 21 00 7F 22 00 07'), [0x40, ...new Array(1024).fill(0)], bytes('00 AF')]);
  t.same(chip.strangeCommands, []);
  await display.close();
  t.same(sent.at(-1), bytes('00 AE'));
});

t.test('one digit that changes costs its own columns and no more', async (t) => {
  const { display, sent } = displayBench();
  await display.start();
  await display.show(['', '11']);
  sent.length = 0;
  await display.show(['', '12']);
  // Row 1 is pages 2 and 3; the second digit's cell is columns 8 to 15. Unifont's 1 and 2 differ in columns 1 to 6.
  t.same(sent[0], bytes('00 21 09 0E 22 02 03'));
  t.equal(sent[1]?.length, 1 + 2 * 6);
  t.equal(sent.length, 2);
  sent.length = 0;
  await display.show(['', '12']);
  t.same(sent, [], 'the same picture again sends nothing');
  await display.close();
});

t.test('the letter A is where the datasheet says: a byte is eight dots of a column, the top one lowest', async (t) => {
  const { display, sent } = displayBench();
  await display.start();
  sent.length = 0;
  await display.show(['A']);
  // U+0041 in unifont.hex: 0000000018242442427E424242420000, rows from the top, the leftmost dot highest.
  t.same(sent[0], bytes('00 21 01 06 22 00 01'));
  t.same(sent[1], bytes('40 80 60 10 10 60 80 3F 02 02 02 02 3F'));
  await display.close();
});
