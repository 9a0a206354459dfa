import type { Problem } from '../values/problem.ts';

/** The answers to `DLE EOT 1 … 4` (Epson ESC/POS reference, DLE EOT): one byte each, in the order of the questions. */
export interface PrinterStatus {
  readonly online: boolean;
  readonly coverOpen: boolean;
  readonly paperOut: boolean;
  readonly paperLow: boolean;
  readonly cutterStuck: boolean;
  readonly broken: boolean;
  /** Printing waits by itself until the head has cooled, or until a cover that was opened in mid-line is closed. */
  readonly waiting: boolean;
}

export function statusOf([printer, offline, error, paper]: readonly [number, number, number, number]): PrinterStatus {
  return {
    online: (printer & 0x08) === 0,
    coverOpen: (offline & 0x04) !== 0,
    paperOut: (offline & 0x20) !== 0 || (paper & 0x60) !== 0,
    paperLow: (paper & 0x0c) !== 0,
    cutterStuck: (error & 0x08) !== 0,
    broken: (error & 0x20) !== 0,
    waiting: (error & 0x40) !== 0,
  };
}

/** The problem that keeps the printer from printing, first one that the clerk can mend; null where there is none. */
export function problemOf(status: PrinterStatus): Problem | null {
  if (status.coverOpen) return { kind: 'cover-open' };
  if (status.paperOut) return { kind: 'paper-out' };
  if (status.broken) return { kind: 'printer-error', why: 'unrecoverable' };
  if (status.cutterStuck) return { kind: 'printer-error', why: 'cutter' };
  if (status.waiting) return { kind: 'print-head-hot' };
  if (!status.online) return { kind: 'printer-error', why: 'offline' };
  return null;
}
