import { Worker } from 'node:worker_threads';
import t from 'tap';

/** Imports the package in a thread of its own, draws, and ends. */
async function drawInThread(source: string): Promise<unknown> {
  const worker = new Worker(
    `
    const { parentPort } = require('node:worker_threads');
    import('lvgl-bindings').then(({ createDisplay, lv }) => { ${source} }).catch((error) => parentPort.postMessage(error.message));
  `,
    { eval: true },
  );
  const message = await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  return message;
}

const drawing = `
  const display = createDisplay(40, 30);
  lv.labelSetText(lv.labelCreate(lv.screenActive()), '好');
  lv.tick();
  parentPort.postMessage([...display.takeDirty()]);
`;

t.test('when the thread that owns LVGL ends, the next one may have it', async (t) => {
  t.strictSame(await drawInThread(drawing), [0, 0, 39, 29]);
  t.strictSame(await drawInThread(drawing), [0, 0, 39, 29]);
});

t.test('after a failed assertion LVGL is not handed on', async (t) => {
  const failing =
    'try { createDisplay(40, 30); lv.objGetSibling(lv.screenActive(), 1); } catch (error) { parentPort.postMessage(error.code); }';
  t.equal(await drawInThread(failing), 'LV_EASSERT');
  t.match(await drawInThread(drawing), /another thread/);
});
