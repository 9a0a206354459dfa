import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import t from 'tap';
import type { BoardDescription, Pin } from '../../board/buses.ts';
import { allKeys } from '../keypad-bench.ts';

const folder = join(import.meta.dirname, '../../firmware-config/boards');
const parse = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const validate = new Ajv().compile<BoardDescription>(parse('schema.json'));
const names = readdirSync(folder).filter((name) => name !== 'schema.json');

t.test('every board is described as the schema asks, each line once, each key once', async (t) => {
  t.same(names, ['raspberry-pi-3.json', 'raspberry-pi-4.json', 'raspberry-pi-5.json', 'virtual.json']);
  for (const name of names) {
    const board: unknown = parse(name);
    if (!validate(board)) {
      t.fail(`${name}: ${JSON.stringify(validate.errors)}`);
      continue;
    }
    t.equal(`${board.name}.json`, name);
    t.same(board.keypad.keys.flat(), allKeys, 'phone order');
    const pins: readonly Pin[] = [...board.keypad.rows, ...board.keypad.columns, board.buzzer];
    t.equal(new Set(pins.map(({ chip, line }) => `${chip} ${line}`)).size, 9, `${name}: no line has two uses`);
  }
});

t.test('a Raspberry Pi names its own GPIO chip and leaves I²C, UART and the keypad their lines', async (t) => {
  for (const [name, chip] of [
    ['raspberry-pi-3', 'pinctrl-bcm2835'],
    ['raspberry-pi-4', 'pinctrl-bcm2711'],
    ['raspberry-pi-5', 'pinctrl-rp1'],
  ] as const) {
    const { keypad, buzzer } = parse(`${name}.json`) as BoardDescription;
    for (const pin of [...keypad.rows, ...keypad.columns, buzzer]) {
      t.equal(pin.chip, chip);
      // GPIO 2 and 3 are I²C 1, 14 and 15 the UART.
      t.notOk([2, 3, 14, 15].includes(pin.line), `${name}: GPIO ${pin.line} is free`);
    }
  }
});

t.test('an unknown key, a missing one and a wrong type are refused', async (t) => {
  const good = parse('virtual.json');
  for (const [what, wrong] of [
    ['unknown', { ...good, pins: [] }],
    ['unknown below', { ...good, buzzer: { ...good.buzzer, pull: 'up' } }],
    ['missing', { ...good, panel: { ...good.panel, width: undefined } }],
    ['a number for a pin', { ...good, buzzer: 529 }],
    ['a rotation of 45', { ...good, panel: { ...good.panel, rotation: 45 } }],
    ['a key that no pad has', { ...good, keypad: { ...good.keypad, keys: [['F1']] } }],
  ] as const) {
    t.notOk(validate(JSON.parse(JSON.stringify(wrong))), what);
  }
});
