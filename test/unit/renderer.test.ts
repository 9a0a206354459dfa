import { readFileSync } from 'node:fs';
import { lv, type Obj } from 'lvgl-bindings';
import t from 'tap';
import type { Framebuffer } from '../../board/buses.ts';
import { languages, texts } from '../../src/config/texts.ts';
import { themes } from '../../src/operator/render/theme.ts';
import { screenRenderer } from '../../src/operator/renderer.ts';
import { type Bar, textsOf } from '../../src/operator/screen.ts';
import { type DeclinedFacts, saleDeclined, saleRefused } from '../../src/operator/screens/result.ts';
import { saleAmount, salePin, saleWaiting } from '../../src/operator/screens/sale.ts';
import { fen } from '../../src/values/fen.ts';
import { bar, panels, problems, samples, sentencesOf, steps } from '../screens/samples.ts';

type CodeWords = DeclinedFacts['words'];

interface Panel extends Framebuffer {
  /** The rectangles of the last call, x1 y1 x2 y2 each. */
  readonly drawn: number[][];
  readonly pixels: Uint8Array;
  frames: number;
}

function panelOf(width: number, height: number): Panel {
  const panel: Panel & { drawn: number[][]; pixels: Uint8Array } = {
    width,
    height,
    drawn: [],
    pixels: new Uint8Array(),
    frames: 0,
    present(shadow, rectangles) {
      panel.frames++;
      panel.pixels = shadow;
      panel.drawn = [];
      for (let at = 0; at < rectangles.length; at += 4) panel.drawn.push([...rectangles.subarray(at, at + 4)]);
    },
  };
  return panel;
}

const zh = texts('zh-CN');
const limit = fen(5_000_000);
const area = ([x1 = 0, y1 = 0, x2 = 0, y2 = 0]: number[]) => (x2 - x1 + 1) * (y2 - y1 + 1);

for (const { width, height } of panels) {
  for (const theme of ['light', 'dark'] as const) {
    t.test(`every screen stands whole on ${width}×${height}, ${theme}, in both languages`, async (t) => {
      const panel = panelOf(width, height);
      const renderer = screenRenderer({ framebuffer: panel, theme });
      t.teardown(() => renderer.close());
      for (const language of languages) {
        for (const [name, make] of Object.entries(samples)) {
          const screen = make(texts(language), sentencesOf(language));
          renderer.show(screen);
          const seen = renderer.texts();
          t.equal(seen.screen, screen.id, `${language} ${name} is ${screen.id}`);
          const left = textsOf(screen).filter((text) => !seen.texts.includes(text));
          const optional = optionalIn(screen.bar);
          t.strictSame(
            left.filter((text) => !optional.includes(text)),
            [],
            `${language} ${name} shows all its texts`,
          );
          t.strictSame(
            seen.texts,
            textsOf(screen).filter((text) => !left.includes(text)),
            `${language} ${name}: in their order`,
          );
          t.strictSame(flawsUnder(renderer.root), [], `${language} ${name} is not cut or overlaid`);
        }
      }
    });
  }
}

/** Codes that say nothing about the money are never shown as a decline (money rule 2). */
const sayNothing = ['09', '68', '90', '91', '94', '95', '96', '98'];

t.test('the words of every response code stand whole on the smallest panels', async (t) => {
  for (const { width, height } of panels.slice(0, 2)) {
    const renderer = screenRenderer({ framebuffer: panelOf(width, height), theme: 'light' });
    for (const language of languages) {
      const path = `../../firmware-config/texts/codes.${language}.json`;
      const codes: Record<string, CodeWords> = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      for (const [code, words] of Object.entries(codes).filter(([each]) => !sayNothing.includes(each))) {
        renderer.show(
          saleDeclined(texts(language), bar, { amount: limit, code, trace: '000046', words, next: 'other-card' }),
        );
        t.strictSame(flawsUnder(renderer.root), [], `${language} ${code} on ${width}×${height}`);
      }
    }
    renderer.close();
  }
});

t.test('the words of every kind of problem stand whole on the smallest panels', async (t) => {
  for (const { width, height } of panels.slice(0, 2)) {
    const renderer = screenRenderer({ framebuffer: panelOf(width, height), theme: 'light' });
    for (const language of languages) {
      for (const problem of problems) {
        renderer.show(saleRefused(texts(language), bar, { problem, retry: true }));
        t.strictSame(flawsUnder(renderer.root), [], `${language} ${problem.kind} on ${width}×${height}`);
      }
    }
    renderer.close();
  }
});

t.test('a digit draws the amount again and nothing else', async (t) => {
  const panel = panelOf(480, 320);
  const renderer = screenRenderer({ framebuffer: panel, theme: 'light' });
  t.teardown(() => renderer.close());
  renderer.show(saleAmount(zh, bar, { amount: fen(1285), limit }));
  t.equal(
    panel.drawn.reduce((sum, each) => sum + area(each), 0),
    480 * 320,
    'the first tree fills the panel',
  );
  renderer.show(saleAmount(zh, bar, { amount: fen(12_850), limit }));
  const changed = panel.drawn.reduce((sum, each) => sum + area(each), 0);
  t.ok(changed > 0 && changed < (480 * 320) / 8, `${changed} pixels drawn`);
  t.ok(
    panel.drawn.every(([x1 = 0, y1 = 0, , y2 = 0]) => x1 > 150 && y1 > 100 && y2 < 220),
    'where the digits are',
  );
});

t.test('what has not changed is not drawn', async (t) => {
  const panel = panelOf(480, 320);
  const renderer = screenRenderer({ framebuffer: panel, theme: 'light' });
  t.teardown(() => renderer.close());
  for (const make of Object.values(samples)) {
    renderer.show(make(zh, sentencesOf('zh-CN')));
    const frames = panel.frames;
    renderer.show(make(zh, sentencesOf('zh-CN')));
    t.equal(panel.frames, frames);
  }
});

t.test('a tree reached by small steps looks as one drawn at once', async (t) => {
  const stepped = panelOf(480, 320);
  const renderer = screenRenderer({ framebuffer: stepped, theme: 'light' });
  t.teardown(() => renderer.close());
  const card = { masked: '622202******1234', issuer: null };
  const pin = (count: number) => salePin(zh, bar, { amount: fen(100), card, count, bypass: true });
  for (const count of [0, 1, 2, 3, 4, 3, 2, 6, 0, 4]) renderer.show(pin(count));
  renderer.show(saleWaiting(zh, bar, { amount: fen(100), seconds: 60, of: 60 }));
  for (const seconds of [59, 30, 7]) renderer.show(saleWaiting(zh, bar, { amount: fen(100), seconds, of: 60 }));
  const waited = Buffer.from(stepped.pixels);
  renderer.show(pin(4));
  const typed = Buffer.from(stepped.pixels);

  const atOnce = panelOf(480, 320);
  const other = screenRenderer({ framebuffer: atOnce, theme: 'light' });
  t.teardown(() => other.close());
  other.show(pin(4));
  t.ok(typed.equals(Buffer.from(atOnce.pixels)), 'the dots');
  other.show(saleWaiting(zh, bar, { amount: fen(100), seconds: 7, of: 60 }));
  t.ok(waited.equals(Buffer.from(atOnce.pixels)), 'the ring');
});

t.test('any tree reached from another of its screen looks as one drawn at once', async (t) => {
  const stepped = panelOf(480, 320);
  const fresh = panelOf(480, 320);
  const one = screenRenderer({ framebuffer: stepped, theme: 'light' });
  const other = screenRenderer({ framebuffer: fresh, theme: 'light' });
  t.teardown(() => [one, other].map((renderer) => renderer.close()));
  const trees = [...Object.values(samples), ...Object.values(steps)].map((make) => make(zh, sentencesOf('zh-CN')));
  const pairs = trees.flatMap((from) =>
    trees.filter((to) => to.id === from.id && to !== from).map((to) => ({ from, to })),
  );
  t.ok(pairs.length > 20);
  for (const { from, to } of pairs) {
    one.show(from);
    one.show(to);
    other.show(samples.goodbye(zh));
    other.show(to);
    t.ok(
      Buffer.from(stepped.pixels).equals(Buffer.from(fresh.pixels)),
      `${to.id}: ${JSON.stringify(to.body).slice(0, 80)}`,
    );
  }
});

t.test('a day of screens leaves no object behind', async (t) => {
  const renderer = screenRenderer({ framebuffer: panelOf(480, 320), theme: 'light' });
  t.teardown(() => renderer.close());
  const round = () => {
    for (const make of Object.values(samples)) renderer.show(make(zh, sentencesOf('zh-CN')));
    return lv.handleCount();
  };
  const held = round();
  for (let times = 0; times < 10; times++) t.equal(round(), held);
});

t.test('a code to scan is dark on light in both themes', async (t) => {
  for (const theme of ['light', 'dark'] as const) {
    const panel = panelOf(480, 320);
    const renderer = screenRenderer({ framebuffer: panel, theme });
    const tree = samples.goodbye(zh);
    renderer.show({ ...tree, id: 'code', body: [{ node: 'qr', data: 'https://example.invalid/r/000045' }] });
    const colours = new Set<number>();
    for (let x = 24; x < 156; x++)
      colours.add(new DataView(panel.pixels.buffer).getUint32((100 * 480 + x) * 4, true) & 0xffffff);
    t.ok(colours.has(0x15181c) && colours.has(0xffffff), theme);
    renderer.close();
  }
});

t.test('the status bar keeps what it must on the narrow panel, and drops the batch first', async (t) => {
  const renderer = screenRenderer({ framebuffer: panelOf(320, 480), theme: 'light' });
  t.teardown(() => renderer.close());
  renderer.show(saleAmount(zh, bar, { amount: fen(0), limit }));
  const { texts: seen } = renderer.texts();
  for (const text of ['消费', '实验 LAB', '主线', '09:41']) t.ok(seen.includes(text), text);
  t.notOk(seen.includes('批次 000001'));
});

t.test('a hostile name shows no empty box and no control character', async (t) => {
  const renderer = screenRenderer({ framebuffer: panelOf(480, 320), theme: 'light' });
  t.teardown(() => renderer.close());
  const card = { masked: '622202******1234', issuer: '招商\u001b[2J银行\u{1F4B3}\u202e' };
  renderer.show(salePin(zh, bar, { amount: fen(100), card, count: 0, bypass: false }));
  t.ok(renderer.texts().texts.includes('6222 02** **** 1234 · 招商 [2J银行〓〓'));
});

t.test('the theme changes what stands, while it stands', async (t) => {
  const panel = panelOf(480, 320);
  const renderer = screenRenderer({ framebuffer: panel, theme: 'light' });
  t.teardown(() => renderer.close());
  renderer.show(saleAmount(zh, bar, { amount: fen(0), limit }));
  const light = [...panel.pixels.subarray(160 * 480 * 4, 160 * 480 * 4 + 3)];
  renderer.setTheme('dark');
  const dark = [...panel.pixels.subarray(160 * 480 * 4, 160 * 480 * 4 + 3)];
  t.strictSame(light, [0xf2, 0xf6, 0xf6]);
  t.strictSame(dark, [0x1a, 0x17, 0x14]);
});

t.test('a ring turns by itself while it stands, and only then', async (t) => {
  const panel = panelOf(480, 320);
  const renderer = screenRenderer({ framebuffer: panel, theme: 'light' });
  t.teardown(() => renderer.close());
  const show = (name: keyof typeof samples) => renderer.show(samples[name](zh, sentencesOf('zh-CN')));
  const framesIn = async (ms: number) => {
    const before = panel.frames;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return panel.frames - before;
  };
  show('signin.running');
  // A machine with other work turns it later, but it turns.
  let frames = 0;
  for (let look = 0; look < 25 && frames < 2; look++) frames += await framesIn(200);
  t.ok(frames >= 2, 'it turns');
  show('sale.amount');
  t.equal(await framesIn(250), 0, 'nothing is drawn on a screen that stands');
});

t.test('every text keeps a contrast of 4.5:1 on every ground that it stands on', async (t) => {
  for (const [name, theme] of Object.entries(themes)) {
    const grounds = { ...theme.ground, card: theme.card };
    for (const [ground, under] of Object.entries(grounds)) {
      for (const [colour, over] of Object.entries(theme.text)) {
        const found = contrast(over, under);
        t.ok(found >= 4.5, `${name}: ${colour} on ${ground}: ${found.toFixed(2)}`);
      }
    }
    for (const colour of ['done', 'refused', 'attention'] as const) {
      t.ok(contrast(theme.onBadge, theme.text[colour]) >= 4.5, `${name}: the mark on a ${colour} badge`);
    }
    for (const [key, { key: cap, mark }] of Object.entries(theme.keys)) {
      t.ok(contrast(cap, mark) >= 3, `${name}: the mark on the ${key} key (WCAG 2.2, 1.4.11: 3:1 for graphics)`);
    }
  }
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: number, other: number): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

function luminance(colour: number): number {
  const [red = 0, green = 0, blue = 0] = [16, 8, 0].map((shift) => {
    const part = ((colour >> shift) & 0xff) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** What the narrow panel may leave out of the bar: what is marked so, and words that have an icon beside them. */
function optionalIn(bar: Bar): (string | undefined)[] {
  return bar.items.filter((item) => item.wide || item.icon !== undefined).map((item) => item.text);
}

/** What is wrong with what stands: labels outside of a parent, siblings over each other, words broken in two. */
function flawsUnder(object: Obj): string[] {
  const flaws: string[] = [];
  const children = childrenOf(object).filter(holdsText);
  const around = lv.objGetCoords(object);
  for (const [place, child] of children.entries()) {
    const at = lv.objGetCoords(child);
    if (at.x2 - at.x1 < 4 || at.y2 - at.y1 < 8) flaws.push(`pressed flat: ${said(child)}`);
    if (at.x1 < around.x1 || at.y1 < around.y1 || at.x2 > around.x2 || at.y2 > around.y2) {
      flaws.push(`cut off: ${said(child)} at ${JSON.stringify(at)} in ${JSON.stringify(around)}`);
    }
    for (const other of children.slice(place + 1)) {
      const its = lv.objGetCoords(other);
      const apart = at.x2 < its.x1 || its.x2 < at.x1 || at.y2 < its.y1 || its.y2 < at.y1;
      if (!apart) flaws.push(`overlaid: ${said(child)} and ${said(other)}`);
    }
    flaws.push(...(isLabel(child) ? brokenIn(child) : flawsUnder(child)));
  }
  return flaws;
}

/** A Latin word, a number or a telephone number on two lines; Chinese punctuation that begins a line. */
function brokenIn(label: Obj): string[] {
  const text = lv.labelGetText(label);
  const characters = [...text];
  const lines = characters.map((_, at) => lv.labelGetLetterPos(label, at).y);
  return characters.flatMap((character, at) => {
    const wrapped = at > 0 && lines[at] !== lines[at - 1];
    const before = characters[at - 1] ?? ' ';
    const within = /[!-~]/.test(character) && /[!-~]/.test(before);
    return wrapped && (within || /[，。、：；！？）·]/.test(character))
      ? [`broken before "${character}" in: ${text}`]
      : [];
  });
}

function isLabel(object: Obj): boolean {
  return lv.objGetClassName(object) === 'lv_label';
}
function said(object: Obj): string {
  return isLabel(object) ? lv.labelGetText(object) : childrenOf(object).map(said).join(' ');
}

function holdsText(object: Obj): boolean {
  return isLabel(object) ? lv.labelGetText(object) !== '' : childrenOf(object).some(holdsText);
}

function childrenOf(object: Obj): Obj[] {
  const count = lv.objGetChildCount(object);
  return Array.from({ length: count }, (_, place) => lv.objGetChild(object, place)).filter((child) => child !== null);
}
