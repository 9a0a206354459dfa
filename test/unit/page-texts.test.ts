import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { reasons } from '../../bank/cases.ts';
import { DEVICE_FAULTS, KEYS } from '../../board/virtual/far-ends.ts';
import { FAULTS } from '../../board/virtual/faults.ts';

const page = join(import.meta.dirname, '..', '..', 'board', 'virtual', 'page');
const textOf = (file: string): string => readFileSync(join(page, file), 'utf8');
const rowsOf = (language: string): Record<string, string> => JSON.parse(textOf(`texts/${language}.json`));
const languages = { 'zh-CN': rowsOf('zh-CN'), en: rowsOf('en') };

t.test('both languages have the same rows with the same values to fill in', async (t) => {
  t.same(Object.keys(languages.en), Object.keys(languages['zh-CN']));
  const holes = (words = '') => (words.match(/\{\w+\}/g) ?? []).sort();
  for (const [id, words] of Object.entries(languages['zh-CN'])) {
    t.same(holes(languages.en[id]), holes(words), id);
    t.not(words.trim(), '', id);
  }
});

t.test('every row that the page asks for is there, and the first paint is the Chinese row', async (t) => {
  const scripts = readdirSync(page).filter((file) => file.endsWith('.js'));
  const asked = scripts.flatMap((file) =>
    [...textOf(file).matchAll(/(?<!\w)text\('([^']+)'/g)].map((match) => match[1] ?? ''),
  );
  const markup = [...textOf('index.html').matchAll(/data-(?:text|name)="([^"]+)"/g)].map((match) => match[1] ?? '');
  const parts = [
    ...FAULTS.map((fault) => `fault.${fault}`),
    ...['swipe', 'tap', 'insert'].flatMap((how) => [`way.${how}`, `zone.${how}`]),
  ];
  const cases = Object.keys(reasons).map((reason) => `case.${reason}`);
  const keys = KEYS.filter((key) => key.length > 1).map((key) => `key.${key}`);
  t.ok(DEVICE_FAULTS.length < FAULTS.length && asked.length > 20);
  for (const id of [...asked, ...markup, ...parts, ...cases, ...keys]) t.ok(id in languages['zh-CN'], id);
  for (const [, id = '', words] of textOf('index.html').matchAll(/data-text="([^"]+)"[^>]*>([^<]+)</g)) {
    t.equal(words, languages['zh-CN'][id], id);
  }
});

t.test('no row is there for nothing', async (t) => {
  const everything = ['index.html', ...readdirSync(page).filter((file) => file.endsWith('.js'))].map(textOf).join('\n');
  // Rows whose ids are put together: fault.…, wire.…, key.…, way.…, zone.…, state.…, said.…, case.…, frame.….
  const gathered = /^(fault|wire|key|way|zone|state|said|case|frame)\./;
  for (const id of Object.keys(languages.en)) t.ok(gathered.test(id) || everything.includes(id), id);
});
