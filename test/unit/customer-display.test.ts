import t from 'tap';
import { oled } from '../../board/virtual/oled.ts';
import { customerDisplay } from '../../src/customer/display.ts';
import { readGlyphs } from '../../src/customer/glyphs.ts';
import { displayBench, font, i2cTo } from '../display-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

t.test('a display that never answers costs nothing but its check', async (t) => {
  const { display, chip, clock } = displayBench();
  chip.power(false);
  await display.start();
  await display.show(['便民小超市']);
  t.same(await display.check(), { kind: 'device-lost', device: 'display' });
  await clock.advance(10_000);
  await display.close();
  t.equal(clock.sleeping, 0);
});

t.test('a display that was off and on again between two pictures is set up anew', async (t) => {
  const { display, chip, text } = displayBench();
  await display.start();
  await display.show(['一', '二']);
  chip.power(false);
  chip.power(true);
  await display.show(['一', '三']);
  t.same(text(), ['一', '三', '', '']);
  t.equal(await display.check(), null);
  await display.close();
});

t.test('pictures that come faster than the bus are drawn as the newest one', async (t) => {
  const { display, sent, text, looks } = displayBench();
  await display.start();
  sent.length = 0;
  const before = looks();
  await Promise.all(['1', '2', '3', '4', '5', '6'].map((digit) => display.show([digit])));
  t.same(text(), ['6', '', '', '']);
  t.ok(sent.length <= 4, 'two pictures at most');
  t.ok(looks() - before <= 2, 'and two looks at the chip');
  await display.close();
});

t.test('a sign that the font lacks is an empty square', async (t) => {
  const { display, text } = displayBench();
  await display.start();
  await display.show(['朱镕', '\u{1f600}']);
  t.same(text(), ['朱□', '□', '', '']);
  await display.close();
});

t.test('a chip that acknowledges but says that it is off is not taken for a working one', async (t) => {
  const chip = oled(1, 0x3c);
  chip.power(true);
  const bus = i2cTo(chip);
  const broken = { ...bus, read: async () => Uint8Array.of(0x43) };
  const display = customerDisplay(broken, 0x3c, readGlyphs(font), virtualClock());
  t.match(await display.check(), { kind: 'device-garbled', device: 'display' });
  await display.close();
});

t.test('a damaged font is refused by name', async (t) => {
  t.throws(() => readGlyphs(Uint8Array.of(1, 2, 3)), { message: /font is damaged/ });
});

t.test('the model of the display’s chip', async (t) => {
  const lit = (chip: ReturnType<typeof oled>) => chip.pixels().reduce((sum, dot) => sum + dot, 0);
  const ready = () => {
    const chip = oled(1, 0x3c);
    chip.power(true);
    return chip;
  };
  const write = (chip: ReturnType<typeof oled>, ...bytes: number[]) => chip.write(Uint8Array.from(bytes));

  t.test('stays dark unless the charge pump was on before display-on', async (t) => {
    const chip = ready();
    write(chip, 0x00, 0xaf, 0xa5);
    t.equal(lit(chip), 0);
    write(chip, 0x00, 0x8d, 0x14);
    t.equal(lit(chip), 0);
    write(chip, 0x00, 0xaf);
    t.equal(lit(chip), 128 * 64);
  });
  t.test('takes commands in pieces, and data and commands in one transfer by the Co bit', async (t) => {
    const chip = ready();
    write(chip, 0x00, 0x8d);
    write(chip, 0x80, 0x14, 0x80, 0xaf, 0x80, 0xa1, 0x80, 0xc8, 0xc0, 0x01, 0x40, 0x80);
    const dots = chip.pixels();
    t.equal(dots[0], 1, 'the first column: its top dot');
    t.equal(dots[7 * 128 + 1], 1, 'the second column: its eighth dot');
    t.equal(lit(chip), 2);
  });
  t.test('wraps its pointer as each addressing mode says', async (t) => {
    const at = (mode: number, count: number) => {
      const chip = ready();
      write(chip, 0x00, 0x8d, 0x14, 0xaf, 0xa1, 0xc8, 0x20, mode, 0x21, 2, 3, 0x22, 1, 2);
      write(chip, 0x40, ...new Array(count).fill(0).map((_, n) => (n === count - 1 ? 1 : 0)));
      const dots = chip.pixels();
      const place = dots.indexOf(1);
      return [place % 128, Math.floor(place / 128) >> 3];
    };
    t.same(
      [1, 2, 3, 4, 5].map((count) => at(0, count)),
      [
        [2, 1],
        [3, 1],
        [2, 2],
        [3, 2],
        [2, 1],
      ],
      'horizontal',
    );
    t.same(
      [1, 2, 3, 4, 5].map((count) => at(1, count)),
      [
        [2, 1],
        [2, 2],
        [3, 1],
        [3, 2],
        [2, 1],
      ],
      'vertical',
    );
    const page = ready();
    write(page, 0x00, 0x8d, 0x14, 0xaf, 0xa1, 0xc8, 0xb3, 0x0e, 0x17);
    write(page, 0x40, 1, 1, 1);
    const dots = page.pixels();
    t.same([dots[24 * 128 + 126], dots[24 * 128 + 127], dots[24 * 128 + 126 - 126]], [1, 1, 0], 'page: from 7Eh on');
    t.equal(lit(page), 2, 'and back to its start column, over the first dot');
  });
  t.test('mirrors, inverts and shifts the picture, and forgets it without power', async (t) => {
    const chip = ready();
    write(chip, 0x00, 0x8d, 0x14, 0xaf, 0x20, 0x00);
    write(chip, 0x40, 0x01);
    t.equal(chip.pixels()[63 * 128 + 127], 1, 'after reset the picture is upside down and mirrored');
    write(chip, 0x00, 0xa7);
    t.equal(lit(chip), 128 * 64 - 1);
    write(chip, 0x00, 0xda, 0x02, 0xa6, 0xa1, 0xc8);
    t.equal(chip.pixels()[0], 1);
    write(chip, 0x00, 0xd3, 0x01);
    t.equal(chip.pixels()[0], 0, 'a vertical offset moves it');
    chip.power(false);
    t.equal(write(chip, 0x00, 0xe3), false, 'no acknowledge without power');
    t.equal(chip.read(1), null);
    chip.power(true);
    t.same([...(chip.read(1) ?? [])], [0x43], 'display off in its status');
    t.equal(lit(chip), 0);
  });
  t.test('lists the bytes that are no command', async (t) => {
    const chip = ready();
    write(chip, 0x00, 0xfe);
    t.same(chip.strangeCommands, [0xfe]);
  });
});
