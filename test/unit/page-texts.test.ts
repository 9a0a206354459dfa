import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DECISIONS, reasons } from '../../bank/cases.ts';
import { WORDS } from '../../bank/rulings.ts';
import { TRADE_TYPES } from '../../bank/trades.ts';
import { PROBLEMS } from '../../bank/unable.ts';
import { GROUPS } from '../../bank/upload.ts';
import { DEVICE_FAULTS, KEYS } from '../../board/virtual/far-ends.ts';
import { FAULTS } from '../../board/virtual/faults.ts';
import { PROBLEMS as REFUSED } from '../../board/virtual/refusal.ts';
import { states } from '../../src/journal/progress.ts';

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
  const cases = [
    ...[...Object.keys(reasons), ...['open', 'answered', 'closed'].map((state) => `is.${state}`)].map(
      (id) => `case.${id}`,
    ),
    ...DECISIONS.flatMap((decision) => [`decide.${decision}`, `decided.${decision}`]),
  ];
  const bank = [
    ...TRADE_TYPES.map((type) => `trade.type.${type}`),
    ...['posted', 'taken', 'voided', 'declined', 'reversed', 'tombstone'].map((state) => `trade.state.${state}`),
    ...['balanced', 'unbalanced', 'open', 'left'].map((state) => `batch.is.${state}`),
    ...GROUPS.map((group) => `group.${group}`),
    ...WORDS.map((word) => `ruling.${word}`),
    ...[...PROBLEMS, ...REFUSED].map((problem) => `refused.${problem}`),
    ...[...states.map((row) => row[5]), 'voided', 'refunded', 'absent'].map((state) => `row.${state}`),
    ...scripts.flatMap((file) => {
      const [text, named] = [textOf(file), (kind: string) => new RegExp(`name: '([a-z_]+)'(?=, (${kind}))`, 'g')];
      const fields = [...text.matchAll(named('most|digits|choices|kept|value'))].map(([, id]) => `field.${id}`);
      return [...fields, ...[...text.matchAll(/deskForm\(\{\s*name: '([a-z-]+)'/g)].map(([, id]) => `form.${id}`)];
    }),
  ];
  t.ok(bank.includes('field.person') && bank.includes('form.cut-over'));
  const keys = KEYS.filter((key) => key.length > 1).map((key) => `key.${key}`);
  t.ok(DEVICE_FAULTS.length < FAULTS.length && asked.length > 20);
  for (const id of [...asked, ...markup, ...parts, ...cases, ...bank, ...keys]) t.ok(id in languages['zh-CN'], id);
  for (const [, id = '', words] of textOf('index.html').matchAll(/data-text="([^"]+)"[^>]*>([^<]+)</g)) {
    t.equal(words, languages['zh-CN'][id], id);
  }
});

t.test('every text of the page is used somewhere', async (t) => {
  const everything = ['index.html', ...readdirSync(page).filter((file) => file.endsWith('.js'))].map(textOf).join('\n');
  // Rows whose ids are put together: fault.…, wire.…, and what the bank's desk names by the bank's own words.
  const gathered =
    /^((fault|wire|key|way|zone|state|said|case|frame|trade\.(type|state)|batch\.is|decided?|field|form|group|account|entry|refused|row)\.|ruling\.(not-)?charged$)/;
  for (const id of Object.keys(languages.en)) t.ok(gathered.test(id) || everything.includes(id), id);
});
