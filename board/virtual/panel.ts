import type { Panel } from './far-ends.ts';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The glass: what the terminal's framebuffer shows. */
export interface VirtualPanel extends Panel {
  /** Throws where the rectangle is not on the panel or the number of pixel bytes is wrong. */
  draw(rectangle: Rectangle, pixels: Uint8Array): void;
  /** Turns the panel black, as when its power is lost. */
  black(): void;
}

export function virtualPanel(width: number, height: number): VirtualPanel {
  const pixels = new Uint8Array(width * height * 4);
  const watchers = new Set<(rectangles: Int32Array) => void>();
  const tell = ({ x, y, width, height }: Rectangle) => {
    const corners = Int32Array.of(x, y, x + width - 1, y + height - 1);
    for (const changed of watchers) changed(corners);
  };
  return {
    width,
    height,
    pixels,
    watch(changed) {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    draw(rectangle, rows) {
      const { x, y } = rectangle;
      if (x + rectangle.width > width || y + rectangle.height > height) {
        throw new RangeError(
          `a rectangle of ${rectangle.width}×${rectangle.height} at ${x},${y} on a panel of ${width}×${height}`,
        );
      }
      const bytes = rectangle.width * 4;
      if (rows.length !== bytes * rectangle.height) {
        throw new RangeError(
          `${rows.length} bytes of pixels for a rectangle of ${rectangle.width}×${rectangle.height}`,
        );
      }
      for (let row = 0; row < rectangle.height; row++) {
        pixels.set(rows.subarray(row * bytes, (row + 1) * bytes), ((y + row) * width + x) * 4);
      }
      tell(rectangle);
    },
    black() {
      pixels.fill(0);
      tell({ x: 0, y: 0, width, height });
    },
  };
}
