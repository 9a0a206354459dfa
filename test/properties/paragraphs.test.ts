import fc from 'fast-check';
import t from 'tap';
import { brokenToFit } from '../../src/operator/render/paragraphs.ts';

/** Half-width characters are 1 wide, all others 2. */
const measure = (line: string) => [...line].reduce((sum, each) => sum + (/[ -~¥·]/.test(each) ? 1 : 2), 0);
const alphabet = [...'银行没有应答未扣款，。：（）？ab 01-*¥.· '];
const sentence = fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 60 }).map((each) => each.join(''));
const spaceless = (text: string) => text.replace(/\s/g, '');

t.test('breaking loses and adds no character', async (t) => {
  fc.assert(
    fc.property(sentence, fc.integer({ min: 8, max: 60 }), (text, width) => {
      return spaceless(brokenToFit(text, measure, width)) === spaceless(text);
    }),
  );
  t.pass();
});

t.test('no line begins with closing punctuation or ends with opening punctuation', async (t) => {
  fc.assert(
    fc.property(sentence, fc.integer({ min: 8, max: 60 }), (text, width) => {
      const lines = brokenToFit(text, measure, width).split('\n');
      return (
        lines.slice(1).every((line) => !/^[，。：）？·]/.test(line)) &&
        lines.slice(0, -1).every((line) => !/（$/.test(line))
      );
    }),
  );
  t.pass();
});

t.test('a line is too wide only where it is one piece', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...'银行没有应答 '), { maxLength: 60 }),
      fc.integer({ min: 8, max: 40 }),
      (each, width) => {
        return brokenToFit(each.join('').trim(), measure, width)
          .split('\n')
          .every((line) => measure(line) <= width);
      },
    ),
  );
  t.pass();
});

t.test('telephone numbers, amounts and numbers with their sign stay whole', async (t) => {
  for (let width = 22; width < 60; width++) {
    const broken = brokenToFit('请勿重复收款。请记下凭证号 000047，致电 010-0000-0002，已等 34 秒。', measure, width);
    for (const whole of ['010-0000-0002', ' 000047', '34 秒']) t.ok(broken.includes(whole), `${width}: ${broken}`);
  }
});

t.test('a last line of one character shares with the line before', async (t) => {
  t.equal(brokenToFit('补打上一笔', measure, 8), '补打上\n一笔');
});
