import { ALIGN, createDisplay, EVENT, KEY, lv, OBJ_FLAG, STATE, startLoop } from 'lvgl-bindings';
import t from 'tap';

const display = createDisplay(320, 240);
t.teardown(() => lv.deinit());
t.beforeEach(() => lv.objClean(lv.screenActive()));

function buttonAt(x: number, y: number) {
  const button = lv.buttonCreate(lv.screenActive());
  lv.objSetPos(button, x, y);
  lv.objSetSize(button, 80, 40);
  lv.objUpdateLayout(button);
  return button;
}

t.test('keys reach the focused object of the group, and NEXT moves the focus', async (t) => {
  const keypad = lv.keypadCreate(display.handle);
  const group = lv.groupCreate();
  lv.indevSetGroup(keypad, group);
  const [first, second] = [buttonAt(0, 0), buttonAt(0, 60)];
  lv.groupAddObj(group, first);
  lv.groupAddObj(group, second);
  const heard: string[] = [];
  for (const [name, button] of Object.entries({ first, second })) {
    lv.on(button, EVENT.KEY, ({ key }) =>
      heard.push(key === KEY.ENTER ? `${name} enter` : `${name} key ${String.fromCodePoint(key)}`),
    );
    lv.on(button, EVENT.CLICKED, () => heard.push(`${name} clicked`));
  }
  const press = (key: number) => {
    lv.keypadSend(keypad, key, true);
    lv.keypadSend(keypad, key, false);
  };
  press(0x37);
  press(KEY.ENTER);
  press(KEY.NEXT);
  press(KEY.ENTER);
  t.strictSame(heard, ['first key 7', 'first enter', 'first clicked', 'second enter', 'second clicked']);
  t.equal(lv.groupGetFocused(group), second);
  t.equal(lv.objHasState(second, STATE.FOCUSED), true);
  lv.indevDelete(keypad);
  lv.groupDelete(group);
  t.throws(() => lv.keypadSend(keypad, 1, true), { code: 'LV_ESTALE' });
  t.throws(() => lv.groupAddObj(group, first), { code: 'LV_ESTALE' });
});

t.test('digits typed into a text area are there at once', async (t) => {
  const keypad = lv.keypadCreate(display.handle);
  const group = lv.groupCreate();
  lv.indevSetGroup(keypad, group);
  const area = lv.textareaCreate(lv.screenActive());
  lv.textareaSetOneLine(area, true);
  lv.groupAddObj(group, area);
  const type = (key: number) => {
    lv.keypadSend(keypad, key, true);
    lv.keypadSend(keypad, key, false);
  };
  for (const digit of '12850') type(digit.codePointAt(0) ?? 0);
  t.equal(lv.textareaGetText(area), '12850');
  type(KEY.BACKSPACE);
  t.equal(lv.textareaGetText(area), '1285');
  lv.indevDelete(keypad);
  lv.groupDelete(group);
});

t.test('a pointer presses what lies under it, and nothing beside it', async (t) => {
  const pointer = lv.pointerCreate(display.handle);
  const button = buttonAt(100, 100);
  const heard: number[] = [];
  for (const code of [EVENT.PRESSED, EVENT.RELEASED, EVENT.CLICKED])
    lv.on(button, code, (event) => heard.push(event.code));
  lv.pointerSend(pointer, 110, 110, true);
  t.strictSame(heard, [EVENT.PRESSED]);
  t.equal(lv.objHasState(button, STATE.PRESSED), true);
  lv.pointerSend(pointer, 110, 110, false);
  t.strictSame(heard, [EVENT.PRESSED, EVENT.RELEASED, EVENT.CLICKED]);
  lv.pointerSend(pointer, 10, 10, true);
  lv.pointerSend(pointer, 10, 10, false);
  t.equal(heard.length, 3);
  lv.indevDelete(pointer);
});

t.test('a pointer that is held presses long, without further input', async (t) => {
  const pointer = lv.pointerCreate(display.handle);
  lv.indevSetLongPressTime(pointer, 60);
  const button = buttonAt(100, 100);
  const pressedLong = new Promise((resolve) => lv.on(button, EVENT.LONG_PRESSED, () => resolve('long')));
  const stop = startLoop(display, () => undefined);
  lv.pointerSend(pointer, 110, 110, true);
  t.equal(await pressedLong, 'long');
  lv.pointerSend(pointer, 110, 110, false);
  stop();
  lv.indevDelete(pointer);
});

t.test('a pointer scrolls a list', async (t) => {
  const pointer = lv.pointerCreate(display.handle);
  const list = lv.listCreate(lv.screenActive());
  lv.objSetSize(list, 200, 100);
  for (let i = 1; i <= 10; i++) lv.listAddButton(list, null, `交易 ${i}`);
  lv.objUpdateLayout(list);
  for (let y = 90; y >= 20; y -= 10) lv.pointerSend(pointer, 50, y, true);
  lv.pointerSend(pointer, 50, 20, false);
  t.ok(lv.objGetScrollY(list) > 30);
  lv.indevDelete(pointer);
});

t.test('input of the wrong kind is refused', async (t) => {
  const pointer = lv.pointerCreate(display.handle);
  t.throws(() => lv.keypadSend(pointer, KEY.ENTER, true), { code: 'LV_ECLASS' });
  lv.indevDelete(pointer);
});

t.test('a handler may send input; what it causes is heard after it', async (t) => {
  const pointer = lv.pointerCreate(display.handle);
  const [first, second] = [buttonAt(0, 0), buttonAt(0, 100)];
  const heard: string[] = [];
  const click = (y: number) => {
    lv.pointerSend(pointer, 10, y, true);
    lv.pointerSend(pointer, 10, y, false);
  };
  lv.on(first, EVENT.CLICKED, () => {
    click(110);
    heard.push('first');
  });
  lv.on(second, EVENT.CLICKED, () => heard.push('second'));
  click(10);
  t.strictSame(heard, ['first', 'second']);
  lv.indevDelete(pointer);
});

t.test('the loop draws what a key changed, then sleeps', async (t) => {
  const label = lv.labelCreate(lv.screenActive());
  lv.objAddFlag(label, OBJ_FLAG.CLICKABLE);
  lv.objAlign(label, ALIGN.TOP_LEFT, 0, 0);
  const frames: number[][] = [];
  let drawn = () => {
    // Replaced below, when somebody waits.
  };
  const stop = startLoop(display, (rectangles) => {
    frames.push([...rectangles]);
    drawn();
  });
  const frame = () => new Promise<void>((resolve) => (drawn = resolve));
  await frame();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const before = frames.length;
  const next = frame();
  lv.labelSetText(label, '¥1.00');
  await next;
  t.equal(frames.length, before + 1);
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.equal(frames.length, before + 1, 'nothing is drawn while nothing changes');
  stop();
  lv.labelSetText(label, '¥2.00');
  await new Promise((resolve) => setTimeout(resolve, 40));
  t.equal(frames.length, before + 1, 'nor after the loop was stopped');
});
