import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FONT, lv, openTypeface } from 'lvgl-bindings';
import t from 'tap';
import { languages, type TextId, texts } from '../../src/config/texts.ts';

const folder = join(import.meta.dirname, '../../firmware-config/texts');
const table = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8'));
const chinese = table('zh-CN');
const english = table('en');
const ids = Object.keys(chinese) as TextId[];
const placesOf = (text: string | undefined): string[] => [...new Set(text?.match(/\{\w+\}/g))].sort();

t.test('both languages have the same texts, in the same order', async (t) => {
  t.strictSame(Object.keys(english), ids);
});

t.test('a text takes the same values in both languages', async (t) => {
  for (const id of ids) t.strictSame(placesOf(english[id]), placesOf(chinese[id]), id);
});

t.test('no text is empty, and none carries a control character', async (t) => {
  for (const [id, text] of [...Object.entries(chinese), ...Object.entries(english)]) {
    t.match(text, /^[^\p{Cc}]+$/u, id);
  }
});

t.test('values fill their places; a missing one is a bug and says which', async (t) => {
  const text = texts('en');
  t.equal(text('card.left', { seconds: 54 }), '54 s left');
  t.throws(() => text('card.left'), { message: 'text card.left: no value for {seconds}' });
});

t.test('a value that looks like a place stays as it is', async (t) => {
  t.equal(texts('en')('bar.operator', { operator: '{batch}' }), 'Operator {batch}');
});

t.test('every character of every text file has a glyph in both weights', async (t) => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const characters = new Set(
    files.flatMap((name) => [...everyString(JSON.parse(readFileSync(join(folder, name), 'utf8')))].join('')).join(''),
  );
  for (const path of [FONT.REGULAR, FONT.MEDIUM]) {
    const font = openTypeface(path).size(16);
    const lacking = [...characters].filter((character) => !lv.fontHasGlyph(font, character.codePointAt(0) ?? 0));
    t.strictSame(lacking, [], path.slice(path.lastIndexOf('/') + 1));
  }
});

t.test('a row of the customer display holds its text: sixteen half-width columns', async (t) => {
  const amount = '50,000.00';
  for (const language of languages) {
    for (const id of ids.filter((each) => each.startsWith('display.'))) {
      const text = texts(language)(id, { amount });
      t.ok(columnsOf(text) <= 16, `${language} ${id}: ${text}`);
    }
  }
});

/** A full-width character takes two columns (Unicode Standard Annex 11: W and F). */
function columnsOf(text: string): number {
  return [...text].reduce(
    (sum, each) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(each)
        ? 2
        : 1),
    0,
  );
}

function* everyString(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object')
    for (const each of Object.values(value)) yield* everyString(each);
}
