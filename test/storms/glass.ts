import { screenRenderer } from '../../src/operator/renderer.ts';
import { textsOf } from '../../src/operator/screen.ts';
import type { Glass } from './eye.ts';

/** Only one per process, because there is one LVGL per process. */
export function glass(width: number, height: number): Glass {
  const panel = new Uint8Array(width * height * 4);
  const renderer = screenRenderer({
    framebuffer: {
      width,
      height,
      present: (shadow) => panel.set(shadow.subarray(0, panel.length)),
    },
    theme: 'light',
  });
  const wrong: string[] = [];
  return {
    show(screen) {
      renderer.show(screen);
      const drawn = said(renderer.texts().texts);
      // The status bar leaves out what has no room; the rest never does.
      const wanted = said(textsOf({ ...screen, bar: { place: '', items: [] } }));
      if (renderer.texts().screen !== screen.id || !drawn.endsWith(wanted)) {
        wrong.push(`${screen.id}: ${drawn}, and not ${wanted}`);
      }
    },
    wrong,
  };
}

/** The words alone: where a line is broken, and in how many pieces an amount stands, is the renderer's affair. */
function said(texts: readonly string[]): string {
  return texts.join('').replace(/\s/g, '');
}
