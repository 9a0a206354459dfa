/**
 * Parses ESC/POS as a printer does, after Epson's command reference: bytes in, one command at a time out. What a
 * command puts on the paper is in `paper-strip.ts`, and when it is carried out in `printer.ts`.
 */
export type Command =
  | { do: 'text'; character: string }
  | { do: 'line-feed' }
  | { do: 'tab' }
  | { do: 'initialise' }
  | { do: 'size'; wide: number; high: number }
  | { do: 'bold'; on: boolean }
  | { do: 'underline'; dots: number }
  | { do: 'align'; to: 'left' | 'centre' | 'right' }
  | { do: 'line-spacing'; dots: number }
  | { do: 'feed-lines'; lines: number }
  | { do: 'feed-dots'; dots: number }
  | { do: 'cut' }
  | { do: 'raster'; across: number; rows: number; dots: Uint8Array; wide: number; high: number }
  | { do: 'qr-module'; dots: number }
  | { do: 'qr-correction'; level: 'low' | 'medium' | 'quartile' | 'high' }
  | { do: 'qr-store'; data: string }
  | { do: 'qr-print' }
  | { do: 'say-process'; id: Uint8Array }
  | { do: 'say-paper' }
  | { do: 'automatic-status'; mask: number }
  | { do: 'chinese'; on: boolean }
  /** A known command without effect on this model. */
  | { do: 'nothing' };

export interface Reader {
  /** The first command in `bytes` and its length, or null where more bytes are needed. */
  read(bytes: Uint8Array): { command: Command; used: number } | null;
  /** As after power-on. A Chinese model starts in Chinese mode. */
  reset(): void;
}

type Taken = { command: Command; used: number } | null;

const CORRECTIONS = ['low', 'medium', 'quartile', 'high'] as const;
const ALIGNMENTS = ['left', 'centre', 'right'] as const;
const NOTHING: Command = { do: 'nothing' };
const decoder = new TextDecoder('gb18030');

export function escposReader(): Reader {
  let chinese = true;

  function escapeCommand(bytes: Uint8Array): Taken {
    const [, letter, n] = bytes;
    if (letter === undefined) return null;
    if (letter === 0x40) {
      chinese = true;
      return { command: { do: 'initialise' }, used: 2 };
    }
    if (letter === 0x32) return { command: { do: 'line-spacing', dots: 30 }, used: 2 };
    const length = ESC_PARAMETERS[String.fromCharCode(letter)] ?? 1;
    if (bytes.length < 2 + length || n === undefined) return null;
    return { command: escaped(letter, n), used: 2 + length };
  }

  function fileSeparator(bytes: Uint8Array): Taken {
    const [, letter] = bytes;
    if (letter === undefined) return null;
    if (letter === 0x26 || letter === 0x2e) {
      chinese = letter === 0x26;
      return { command: { do: 'chinese', on: chinese }, used: 2 };
    }
    const length = letter === 0x53 ? 2 : 1;
    if (bytes.length < 2 + length) return null;
    // FS ! sets the size of Chinese characters alone; FS W doubles them both ways.
    return { command: NOTHING, used: 2 + length };
  }

  function text(bytes: Uint8Array): Taken {
    const [first = 0, second] = bytes;
    if (first < 0x80) {
      const printable = first >= 0x20 && first < 0x7f;
      return { command: printable ? { do: 'text', character: String.fromCharCode(first) } : NOTHING, used: 1 };
    }
    if (!chinese || first === 0x80 || first === 0xff) return { command: { do: 'text', character: '?' }, used: 1 };
    if (second === undefined) return null;
    const length = second >= 0x30 && second <= 0x39 ? 4 : 2;
    if (bytes.length < length) return null;
    const [character = '\u25a1'] = decoder.decode(bytes.subarray(0, length));
    return { command: { do: 'text', character: character === '\ufffd' ? '\u25a1' : character }, used: length };
  }

  return {
    read(bytes) {
      switch (bytes[0]) {
        case undefined:
          return null;
        case 0x09:
          return { command: { do: 'tab' }, used: 1 };
        case 0x0a:
          return { command: { do: 'line-feed' }, used: 1 };
        case 0x1b:
          return escapeCommand(bytes);
        case 0x1c:
          return fileSeparator(bytes);
        case 0x1d:
          return groupSeparator(bytes);
        default:
          return text(bytes);
      }
    },
    reset() {
      chinese = true;
    },
  };
}

/** The number of parameter bytes after ESC and the letter; one for letters that are not listed. */
const ESC_PARAMETERS: Readonly<Record<string, number>> = { p: 3, B: 2, $: 2, '\\': 2, '=': 1, c: 2 };

function escaped(letter: number, n: number): Command {
  switch (String.fromCharCode(letter)) {
    case '!':
      return { do: 'size', wide: n & 0x20 ? 2 : 1, high: n & 0x10 ? 2 : 1 };
    case 'E':
      return { do: 'bold', on: (n & 1) === 1 };
    case '-':
      return { do: 'underline', dots: n % 48 <= 2 ? n % 48 : 0 };
    case 'a':
      return { do: 'align', to: ALIGNMENTS[n % 48] ?? 'left' };
    case '3':
      return { do: 'line-spacing', dots: n };
    case 'd':
      return { do: 'feed-lines', lines: n };
    case 'J':
      return { do: 'feed-dots', dots: n };
    default:
      return NOTHING;
  }
}

function groupSeparator(bytes: Uint8Array): Taken {
  const [, letter, n, fourth] = bytes;
  if (letter === undefined || n === undefined) return null;
  switch (String.fromCharCode(letter)) {
    case '!':
      return { command: { do: 'size', wide: ((n >> 4) & 7) + 1, high: (n & 7) + 1 }, used: 3 };
    case 'V': {
      const fed = n === 65 || n === 66;
      return fed && fourth === undefined ? null : { command: { do: 'cut' }, used: fed ? 4 : 3 };
    }
    case 'r':
      return { command: n === 1 || n === 49 ? { do: 'say-paper' } : NOTHING, used: 3 };
    case 'a':
      return { command: { do: 'automatic-status', mask: n }, used: 3 };
    case 'v':
      return raster(bytes);
    case '(':
      return bracketed(bytes);
    case 'L':
    case 'W':
    case 'P':
      return fourth === undefined ? null : { command: NOTHING, used: 4 };
    default:
      return { command: NOTHING, used: 3 };
  }
}

/** GS v 0 m xL xH yL yH d… */
function raster(bytes: Uint8Array): Taken {
  if (bytes.length < 8) return null;
  const [, , , mode = 0, xL = 0, xH = 0, yL = 0, yH = 0] = bytes;
  const across = xL + xH * 256;
  const rows = yL + yH * 256;
  const used = 8 + across * rows;
  if (bytes.length < used) return null;
  return {
    command: {
      do: 'raster',
      across,
      rows,
      dots: bytes.slice(8, used),
      wide: mode & 1 ? 2 : 1,
      high: mode & 2 ? 2 : 1,
    },
    used,
  };
}

/** GS ( x pL pH and that many bytes. */
function bracketed(bytes: Uint8Array): Taken {
  if (bytes.length < 5) return null;
  const [, , kind = 0, pL = 0, pH = 0] = bytes;
  const used = 5 + pL + pH * 256;
  if (bytes.length < used) return null;
  const body = bytes.slice(5, used);
  const [first, second] = body;
  if (kind === 0x48 && first === 48 && second === 48 && body.length === 6) {
    return { command: { do: 'say-process', id: body.slice(2) }, used };
  }
  if (kind === 0x6b && first === 49) return { command: qr(second ?? 0, body), used };
  return { command: NOTHING, used };
}

/** GS ( k, cn = 49: QR codes. */
function qr(fn: number, body: Uint8Array): Command {
  const n = body[2] ?? 0;
  switch (fn) {
    case 67:
      return { do: 'qr-module', dots: Math.min(16, Math.max(1, n)) };
    case 69:
      return { do: 'qr-correction', level: CORRECTIONS[n - 48] ?? 'low' };
    case 80:
      return { do: 'qr-store', data: Buffer.from(body.subarray(3)).toString('utf8') };
    case 81:
      return { do: 'qr-print' };
    default:
      return NOTHING;
  }
}
