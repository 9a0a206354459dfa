import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { I2c } from '../board/buses.ts';
import { glyphCells } from '../board/virtual/glyph-cells.ts';
import { type Oled, oled } from '../board/virtual/oled.ts';
import { customerDisplay } from '../src/customer/display.ts';
import { readGlyphs } from '../src/customer/glyphs.ts';
import { virtualClock } from './virtual-clock.ts';

export const font = readFileSync(join(import.meta.dirname, '../board/fonts/unifont-gb2312.bin'));
const glyphs = readGlyphs(font);
const cells = glyphCells(font);

export const ADDRESS = 0x3c;

/** A bus in this process with one chip on it. `sent` are the transfers that the chip acknowledged. */
export function i2cTo(chip: Oled, sent: number[][] = [], looked: () => void = () => undefined): I2c {
  return {
    async write(address, bytes) {
      if (address !== chip.address || !chip.write(bytes)) throw new Error('no acknowledge');
      sent.push([...bytes]);
    },
    async read(address, length) {
      looked();
      const answer = address === chip.address ? chip.read(length) : null;
      if (answer === null) throw new Error('no acknowledge');
      return answer;
    },
  };
}

/** The driver on a chip model, in virtual time. */
export function displayBench() {
  const chip = oled(1, ADDRESS);
  const sent: number[][] = [];
  const clock = virtualClock();
  let looks = 0;
  const bus = i2cTo(chip, sent, () => {
    looks += 1;
  });
  chip.power(true);
  return {
    chip,
    sent,
    clock,
    display: customerDisplay(bus, ADDRESS, glyphs, clock),
    /** How often the driver has read the chip's status. */
    looks: () => looks,
    text: () => cells.rows(chip.pixels()),
  };
}
