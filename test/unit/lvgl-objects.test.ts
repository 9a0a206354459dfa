import { Worker } from 'node:worker_threads';
import { createDisplay, EVENT, type LvglError, lv, NO_TIMER_READY, OBJ_FLAG, type Obj } from 'lvgl-bindings';
import t from 'tap';

const display = createDisplay(320, 240);
t.teardown(() => lv.deinit());

/** The code of what `body` throws. */
function codeOf(body: () => unknown): LvglError['code'] | 'nothing' {
  try {
    body();
    return 'nothing';
  } catch (error) {
    return (error as LvglError).code;
  }
}

t.test('the tree of objects can be walked and its texts read back', async (t) => {
  const parent = lv.objCreate(lv.screenActive());
  const label = lv.labelCreate(parent);
  lv.labelSetText(label, '请刷卡');
  t.equal(lv.objGetChildCount(parent), 1);
  t.equal(lv.objGetChild(parent, 0), label);
  t.equal(lv.objGetParent(label), parent);
  t.equal(lv.objGetClassName(parent), 'lv_obj');
  t.equal(lv.objGetClassName(label), 'lv_label');
  t.equal(lv.labelGetText(label), '请刷卡');
  lv.objDelete(parent);
});

t.test('a text of any length crosses unharmed', async (t) => {
  const label = lv.labelCreate(lv.screenActive());
  for (const length of [0, 1, 41, 42, 43, 124, 127, 128, 129, 5000]) {
    const text = '汉'.repeat(length);
    lv.labelSetText(label, text);
    t.equal(lv.labelGetText(label), text);
  }
  t.equal(
    codeOf(() => lv.labelSetText(label, 'a\0b')),
    'LV_EARG',
  );
  lv.objDelete(label);
});

t.test('a handle of a deleted object is stale, even when its place is taken again', async (t) => {
  const before = lv.handleCount();
  const parent = lv.objCreate(lv.screenActive());
  const child = lv.labelCreate(parent);
  lv.objDelete(parent);
  const successor = lv.labelCreate(lv.screenActive());
  t.equal(
    codeOf(() => lv.labelSetText(child, 'x')),
    'LV_ESTALE',
  );
  t.equal(
    codeOf(() => lv.objDelete(parent)),
    'LV_ESTALE',
  );
  t.not(successor, child);
  t.equal(lv.isAlive(child), false);
  t.equal(lv.isAlive(successor), true);
  lv.objDelete(successor);
  t.equal(lv.handleCount(), before);
});

t.test('a series goes stale with its chart, and serves no other chart', async (t) => {
  const chart = lv.chartCreate(lv.screenActive());
  const other = lv.chartCreate(lv.screenActive());
  const series = lv.chartAddSeries(chart, 0xff0000, 0);
  lv.chartSetNextValue(chart, series, 3);
  t.equal(
    codeOf(() => lv.chartSetNextValue(other, series, 3)),
    'LV_EARG',
  );
  const removed = lv.chartAddSeries(chart, 0x00ff00, 0);
  lv.chartRemoveSeries(chart, removed);
  t.equal(
    codeOf(() => lv.chartSetNextValue(chart, removed, 3)),
    'LV_ESTALE',
  );
  lv.objDelete(chart);
  t.equal(
    codeOf(() => lv.chartSetNextValue(other, series, 3)),
    'LV_ESTALE',
  );
  lv.objDelete(other);
});

t.test('a function refuses an object of another class', async (t) => {
  const label = lv.labelCreate(lv.screenActive());
  t.throws(() => lv.barSetValue(label, 3, false), {
    code: 'LV_ECLASS',
    message: 'barSetValue: the object is a lv_label, not a lv_bar',
  });
  t.equal(
    codeOf(() => lv.imageSetSymbol(label, '')),
    'LV_ECLASS',
  );
  lv.objDelete(label);
});

t.test('a function refuses arguments of the wrong type and numbers out of range', async (t) => {
  const label = lv.labelCreate(lv.screenActive());
  const loose = lv as unknown as Record<string, (...values: unknown[]) => unknown>;
  const refused = [
    () => loose.labelSetText?.(label, 5),
    () => loose.labelSetText?.(),
    () => loose.objSetWidth?.(label, '5'),
    () => lv.objSetWidth(label, Number.NaN),
    () => lv.objSetWidth(label, 2 ** 31),
    () => lv.objAlign(label, 400, 0, 0),
    () => lv.objSetParent(lv.screenActive(), label),
    () => lv.objDelete(lv.screenActive()),
    () => lv.objDelete(lv.layerTop()),
  ];
  t.strictSame(
    refused.map((body) => codeOf(body)),
    refused.map(() => 'LV_EARG'),
  );
  lv.objDelete(label);
});

t.test('an assertion of LVGL becomes an exception, and LVGL goes on', async (t) => {
  t.throws(() => lv.objGetSibling(lv.screenActive(), 1), {
    code: 'LV_EASSERT',
    message: /^objGetSibling: .*obj != NULL.* in lv_obj_get_child, lv_obj_tree\.c:\d+$/,
  });
  const label = lv.labelCreate(lv.screenActive());
  lv.labelSetText(label, 'goes on');
  lv.tick();
  t.equal(lv.labelGetText(label), 'goes on');
  lv.objDelete(label);
});

t.test('a handler may delete the object that it hears, and its parent', async (t) => {
  const parent = lv.objCreate(lv.screenActive());
  const button = lv.buttonCreate(parent);
  lv.objAddFlag(button, OBJ_FLAG.EVENT_BUBBLE);
  const heard: [Obj, number][] = [];
  lv.on(button, EVENT.CLICKED, (event) => {
    heard.push([event.target, event.code]);
    lv.objDelete(parent);
  });
  lv.on(button, EVENT.DELETE, (event) => heard.push([event.current, event.code]));
  lv.on(parent, EVENT.CLICKED, (event) => heard.push([event.current, event.code]));
  lv.objSendEvent(button, EVENT.CLICKED);
  t.strictSame(heard, [], 'handlers run outside of LVGL');
  lv.tick();
  t.strictSame(heard, [
    [button, EVENT.CLICKED],
    [parent, EVENT.CLICKED],
    [button, EVENT.DELETE],
  ]);
  t.equal(lv.isAlive(button), false);
});

t.test('when a handler throws, the events after it are kept for the next tick', async (t) => {
  const button = lv.buttonCreate(lv.screenActive());
  let ready = 0;
  lv.on(button, EVENT.CLICKED, () => {
    throw new Error('from the handler');
  });
  const off = lv.on(button, EVENT.READY, () => ready++);
  lv.objSendEvent(button, EVENT.CLICKED);
  lv.objSendEvent(button, EVENT.READY);
  t.throws(() => lv.tick(), { message: 'from the handler' });
  lv.tick();
  t.equal(ready, 1);
  off();
  lv.objSendEvent(button, EVENT.READY);
  lv.tick();
  t.equal(ready, 1);
  lv.objDelete(button);
});

t.test('an idle tick has nothing due, and a change wakes the loop once', async (t) => {
  const label = lv.labelCreate(lv.screenActive());
  const quiet_by = Date.now() + 5000;
  while (lv.tick() !== NO_TIMER_READY && Date.now() < quiet_by) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(lv.tick(), NO_TIMER_READY);
  let woken = 0;
  const off = lv.onResume(() => woken++);
  lv.labelSetText(label, 'changed');
  lv.labelSetText(label, 'changed again');
  t.equal(woken, 0, 'not from within the call');
  await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(woken, 1);
  t.ok(lv.tick() < NO_TIMER_READY);
  off();
  lv.objDelete(label);
});

t.test('a second thread is refused', async (t) => {
  const source =
    "import('lvgl-bindings').catch((error) => require('node:worker_threads').parentPort.postMessage(error.message))";
  const worker = new Worker(source, { eval: true });
  const message = await new Promise((resolve) => worker.once('message', resolve));
  t.match(message, /another thread/);
  await worker.terminate();
});

t.test('the pixels of a display stay readable after deinit, and LVGL starts again', async (t) => {
  lv.deinit();
  t.equal(display.pixels.length, 320 * 240 * 4);
  t.equal(
    codeOf(() => lv.screenActive()),
    'LV_ESTATE',
  );
  const again = createDisplay(64, 48);
  lv.labelCreate(lv.screenActive());
  lv.tick();
  t.strictSame([...again.takeDirty()], [0, 0, 63, 47]);
});
