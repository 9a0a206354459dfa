import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const ROW_BYTES = 400;
const MOST_ROWS = 8;

/** The cheapest durable writes that the disk offers: into a file that is long enough already. */
export interface SyncFloor extends Disposable {
  /** How long so many writes of 400 bytes take, in ms. */
  time(rows: number): number;
}

export function syncFloor(folder: string): SyncFloor {
  const file = openSync(join(folder, 'floor'), 'w+');
  const row = new Uint8Array(ROW_BYTES);
  for (let place = 0; place < MOST_ROWS; place++) writeSync(file, row);
  fsyncSync(file);
  return {
    time(rows) {
      const start = performance.now();
      for (let place = 0; place < rows; place++) {
        writeSync(file, row, 0, ROW_BYTES, (place % MOST_ROWS) * ROW_BYTES);
        fdatasyncSync(file);
      }
      return performance.now() - start;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
