import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const page = join(import.meta.dirname, '..', '..', 'board', 'virtual', 'page');

/** The page's own modules, in as much of a browser as they look at. */
async function modules(language: string) {
  Object.assign(globalThis, {
    localStorage: { getItem: () => language },
    fetch: async (path: string) => ({ json: async () => JSON.parse(readFileSync(join(page, path), 'utf8')) }),
    document: { documentElement: {}, querySelectorAll: () => [] },
  });
  const { loadTexts } = await import(`${page}/texts.js`);
  await loadTexts();
  const { whyNot } = await import(`${page}/refused.js`);
  const { together } = await import(`${page}/list.js`);
  return { whyNot, together } as {
    whyNot: (refusal: object) => string;
    together: (...lists: { id: number }[][]) => { id: number }[];
  };
}

t.test('whoever reads the page in Chinese is refused in Chinese, whatever they did', async (t) => {
  const { whyNot } = await modules('zh-CN');
  for (const [refusal, sentence] of [
    [{ problem: { kind: 'no-power' }, error: 'x', remedy: 'y' }, '终端没有通电：请先打开右上角的电源'],
    [{ problem: { kind: 'no-card-now' } }, '现在不能刷卡：请等屏幕提示刷卡'],
    [{ problem: { kind: 'reader-off' } }, '读卡器掉线：请关掉左边的故障开关“读卡器掉线”'],
    [{ problem: { kind: 'lost' } }, '与虚拟板的连接断了，正在重连……'],
    [{ problem: { kind: 'another-trade', type: 'sale', amount: 900 } }, '账上这一笔是消费 ¥9.00：请与终端核对'],
    [{ problem: { kind: 'stands', state: 'posted' } }, '账上是“已入账”，不能这样答复'],
    [{ problem: { kind: 'words', key: 'person', most: 40 } }, '“柜员姓名”要填 1 到 40 个字'],
    [{ field: 'people[0]' }, '请填写：第一人姓名'],
    [{ field: 'people[1]' }, '请填写：第二人姓名'],
    [{ field: 'people' }, '请填写：第一人姓名'],
    [{ field: 'Host', error: 'foreign Host', remedy: 'Ask' }, '没有做成：foreign Host → Ask'],
    [{ error: 'alone', remedy: '' }, '没有做成：alone'],
  ] as const) {
    t.equal(whyNot(refusal), sentence);
  }
});

t.test('what is still to be done is in the list however many are newer', async (t) => {
  const { together } = await modules('zh-CN');
  const newest = Array.from({ length: 100 }, (_, at) => ({ id: 300 - at }));
  const list = together(newest, [{ id: 250 }, { id: 7 }, { id: 3 }]);
  t.equal(list.length, 102);
  t.same(
    list.slice(-3).map(({ id }) => id),
    [201, 7, 3],
  );
});
