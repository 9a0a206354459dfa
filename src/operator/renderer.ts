import { createDisplay, FONT, type Font, lv, type Obj, openTypeface } from 'lvgl-bindings';
import type { Framebuffer } from '../../board/buses.ts';
import { barAt, footAt } from './render/frame.ts';
import { type Paragraphs, paragraphs } from './render/paragraphs.ts';
import { box, fill, flow, fullWidth, IS_PICTURE, type Pen, pad, READS_AS_ONE, type Typeface } from './render/pen.ts';
import { family } from './render/reconcile.ts';
import { LINE_HEIGHT, type ThemeName, themes } from './render/theme.ts';
import type { Bar, Foot, Node, Screen, Tone } from './screen.ts';

/** The one place that holds LVGL objects: turns trees into them and changes only what differs. */
export interface ScreenRenderer {
  /** Draws the tree and hands the changed rectangles to the panel before it returns. */
  show(screen: Screen): void;
  /** What stands on the panel, read back from the LVGL objects. */
  texts(): { screen: string; texts: string[] };
  /** The LVGL object that holds all others, for tests that walk what stands. */
  readonly root: Obj;
  /** Light or dark, from the next `show` on; what stands is drawn again. */
  setTheme(theme: ThemeName): void;
  close(): void;
}

export interface RendererParts {
  readonly framebuffer: Framebuffer;
  readonly theme: ThemeName;
}

/** The time of one step of a turning ring: 12 steps a second are enough to be seen. */
const TURN_MS = 80;
const TURN_DEGREES = 30;

export function screenRenderer({ framebuffer, theme }: RendererParts): ScreenRenderer {
  const { width, height } = framebuffer;
  const display = createDisplay(width, height);
  const root = lv.displayGetScreenActive(display.handle);
  const turning = new Set<Obj>();
  const breaking = paragraphs();
  const penOf = penMaker(width, height, { turning, paragraphs: breaking });
  let name = theme;
  let stage = stageOf(penOf, name, root);
  let shown: Screen | null = null;

  const present = () => {
    breaking.settle(root);
    lv.displayRefresh(display.handle);
    const dirty = display.takeDirty();
    if (dirty.length > 0) framebuffer.present(display.pixels, dirty);
  };
  const turner = turnsOf(turning, present);
  const show = (screen: Screen) => {
    stage.set(screen);
    shown = screen;
    present();
    turner.look();
  };

  return {
    show,
    root,
    texts: () => ({ screen: shown?.id ?? '', texts: textsUnder(root, breaking) }),
    setTheme(next) {
      if (next === name) return;
      name = next;
      stage = stageOf(penOf, name, root);
      if (shown) show(shown);
    },
    close() {
      turner.stop();
      display.delete();
    },
  };
}

/** Everything that is drawn with one theme. */
interface Stage {
  set(screen: Screen): void;
}

function stageOf(penOf: (theme: ThemeName, tone: Tone) => Pen, theme: ThemeName, root: Obj): Stage {
  const pen = penOf(theme, 'plain');
  lv.objClean(root);
  lv.objRemoveStyleAll(root);
  fill(flow(root, { direction: 'column' }), pen.theme.ground.plain);
  const bar: (bar: Bar) => void = barAt(pen, root);
  const body = fullWidth(box(root));
  lv.objSetFlexGrow(body, 1);
  const foot: (foot: Foot) => void = footAt(pen, root);
  let id: string | null = null;
  let children: (nodes: readonly Node[]) => void = () => undefined;
  return {
    set(screen) {
      bar(screen.bar);
      const key = `${screen.id} ${screen.tone}`;
      if (key !== id) {
        id = key;
        const own = penOf(theme, screen.tone);
        lv.objClean(body);
        fill(body, own.theme.ground[screen.tone]);
        pad(flow(body, { direction: 'column', gap: own.px(12) }), own.px(12), own.px(20));
        children = family(own, body, 'column');
      }
      children(screen.body);
      foot(screen.foot);
    },
  };
}

/** Sizes scale with the panel: 480×320 is the measure, 320×480 upright. */
function penMaker(
  width: number,
  height: number,
  live: Pick<Pen, 'turning' | 'paragraphs'>,
): (theme: ThemeName, tone: Tone) => Pen {
  const upright = height > width;
  const scale = Math.min(width / (upright ? 320 : 480), height / (upright ? 480 : 320));
  const px = (logical: number) => Math.round(logical * scale);
  const regular = openTypeface(FONT.REGULAR, { lineHeight: LINE_HEIGHT });
  const medium = openTypeface(FONT.MEDIUM, { lineHeight: LINE_HEIGHT });
  const font = (logical: number, strong = false): Font => typefaceOf(strong, regular, medium).size(px(logical));
  const printable = printableWith(font(16));
  const narrow = width / scale < 400;
  return (theme, tone) => ({ theme: themes[theme], tone, width, narrow, px, font, printable, ...live });
}

function typefaceOf(strong: boolean, regular: Typeface, medium: Typeface): Typeface {
  return strong ? medium : regular;
}

/** What stands where a character has no glyph: the mark that Chinese type has for it. */
const NO_GLYPH = '〓';

function printableWith(font: Font): (text: string) => string {
  const known = new Set<string>();
  return (text) => {
    let shown = '';
    for (const character of text) {
      if (known.has(character)) shown += character;
      else if (/\p{Cc}/u.test(character)) shown += ' ';
      else if (lv.fontHasGlyph(font, character.codePointAt(0) ?? 0)) {
        known.add(character);
        shown += character;
      } else shown += NO_GLYPH;
    }
    return shown;
  };
}

/** A timer that runs only while a ring turns. */
function turnsOf(turning: Set<Obj>, present: () => void): { look(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let degrees = 270;
  const stop = () => {
    if (timer) clearInterval(timer);
    timer = null;
  };
  const look = () => {
    for (const ring of turning) if (!lv.isAlive(ring)) turning.delete(ring);
    if (turning.size === 0) stop();
    else timer ??= setInterval(step, TURN_MS).unref();
  };
  const step = () => {
    look();
    degrees = (degrees + TURN_DEGREES) % 360;
    for (const ring of turning) lv.arcSetRotation(ring, degrees);
    present();
  };
  return { look, stop };
}

/** The texts of the labels under an object, in the order of the tree. */
function textsUnder(object: Obj, breaking: Paragraphs): string[] {
  const texts: string[] = [];
  for (let place = 0; place < lv.objGetChildCount(object); place++) {
    const child = lv.objGetChild(object, place);
    if (child === null) continue;
    if (lv.objGetClassName(child) === 'lv_label') {
      if (!lv.objHasFlag(child, IS_PICTURE)) texts.push(breaking.read(child));
    } else if (lv.objHasFlag(child, READS_AS_ONE)) texts.push(textsUnder(child, breaking).join(''));
    else texts.push(...textsUnder(child, breaking));
  }
  return texts.filter((text) => text !== '');
}
