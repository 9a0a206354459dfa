/**
 * What an ESC/POS printer says: answers to real-time questions, to queued ones, and automatic status share one line and
 * are told apart by their bits (Epson ESC/POS reference, "Identifying the transmitted data").
 */
export type PrinterAnswer =
  /** To DLE EOT n. */
  | { say: 'status'; byte: number }
  /** To GS ( H: everything before it is on paper. */
  | { say: 'process'; id: string }
  /** To GS r 1, in its turn among the print data. */
  | { say: 'queued'; paperOut: boolean }
  /** To DLE DC4 function 8. */
  | { say: 'cleared' }
  | { say: 'nothing' };

/** The first answer in `bytes` and how many bytes it took; null where it is not complete. */
export function firstAnswer(bytes: Uint8Array): { found: PrinterAnswer; used: number } | null {
  const [first, second] = bytes;
  if (first === undefined) return null;
  if (first === 0x37) {
    if (second === undefined) return null;
    if (second === 0x22) return processAnswer(bytes);
    if (second === 0x25) return bytes.length < 3 ? null : { found: { say: 'cleared' }, used: 3 };
    return { found: { say: 'nothing' }, used: 1 };
  }
  if ((first & 0b1001_0011) === 0b0001_0010) return { found: { say: 'status', byte: first }, used: 1 };
  // Automatic status, four bytes: never asked for, but a switch inside the printer may have it on.
  if ((first & 0b1001_0011) === 0b0001_0000) {
    return bytes.length < 4 ? null : { found: { say: 'nothing' }, used: 4 };
  }
  if ((first & 0b1001_0000) === 0) return { found: { say: 'queued', paperOut: (first & 0b1100) !== 0 }, used: 1 };
  return { found: { say: 'nothing' }, used: 1 };
}

/** 37h 22h, the four bytes that the question named, 00h. */
function processAnswer(bytes: Uint8Array): { found: PrinterAnswer; used: number } | null {
  if (bytes.length < 7) return null;
  return { found: { say: 'process', id: String.fromCharCode(...bytes.subarray(2, 6)) }, used: 7 };
}
