import { inspect } from 'node:util';
import t from 'tap';
import { Pan } from '../../src/values/pan.ts';

/** With the check digit that makes `digits` an account number (ISO/IEC 7812-1, Annex B). */
function numberOf(digits: string): string {
  for (let check = 0; check < 10; check++) if (Pan.from(`${digits}${check}`) !== null) return `${digits}${check}`;
  throw new Error('no digit fits');
}

t.test(
  'first six and last four are shown, and six digits at least are hidden, however short the number is',
  async (t) => {
    for (let length = 12; length <= 19; length++) {
      const digits = numberOf('6222020010011234567'.slice(0, length - 1));
      const pan = Pan.from(digits);
      const { masked = '' } = pan ?? {};
      t.equal(masked.length, length);
      t.ok(masked.split('*').length - 1 >= 6, masked);
      t.equal(masked.slice(-4), digits.slice(-4));
      t.ok(digits.startsWith(masked.slice(0, masked.indexOf('*'))));
      for (const shown of [String(pan), JSON.stringify({ pan }), inspect(pan)]) t.notMatch(shown, digits);
    }
    t.equal(Pan.from('6222020010011234')?.masked, '622202******1234');
    t.equal(Pan.from('6222020010011235'), null, 'a wrong check digit is no number');
  },
);
