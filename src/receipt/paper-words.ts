/**
 * Puts the bytes for a receipt printer into words, one for each line or command, for the record. Written from the
 * ESC/POS reference, so it knows commands that this driver never sends. Questions about the printer's state (DLE EOT)
 * and requests to confirm (GS ( H, GS r) put nothing on paper and are left out.
 */
export function paperWords(bytes: Uint8Array): readonly string[] {
  const words: string[] = [];
  let text: Uint8Array[] = [];
  const say = (word: string | null) => {
    if (text.length > 0) words.push(characters.decode(Buffer.concat(text)));
    text = [];
    if (word !== null) words.push(word);
  };
  for (let at = 0; at < bytes.length; ) {
    const command = commandAt(bytes, at);
    if (command === null) {
      const from = at;
      while ((bytes[at] ?? 0) >= LOWEST) at += 1;
      text.push(bytes.subarray(from, at));
      continue;
    }
    if (command.says !== '') say(command.says === LINE ? null : command.says);
    at += command.length;
  }
  say(null);
  return words;
}

const characters = new TextDecoder('gb18030');

/** Bytes of characters are at least this; every command begins with a lower byte. */
const LOWEST = 0x20;

/** Marks a line feed: the text before it becomes a word of its own. */
const LINE = 'line';

interface Command {
  /** Empty for a command that the record leaves out, such as one that sets a style. */
  readonly says: string;
  readonly length: number;
}

/** By the first two bytes of a command: its length in bytes, and what it says, given its third byte. */
const commands: Readonly<Record<string, readonly [length: number, says: (n: number) => string]>> = {
  '1b40': [2, () => ''],
  '1b21': [3, () => ''],
  '1b45': [3, () => ''],
  '1b47': [3, () => ''],
  '1b61': [3, () => ''],
  '1b4a': [3, () => ''],
  '1b64': [3, (n) => `feed ${n}`],
  '1c26': [2, () => ''],
  '1c2e': [2, () => ''],
  '1d21': [3, () => ''],
  '1d72': [3, () => ''],
  '1004': [3, () => ''],
};

function commandAt(bytes: Uint8Array, at: number): Command | null {
  const first = bytes[at] ?? 0;
  if (first >= LOWEST) return null;
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  if (first === 0x0a) return { says: LINE, length: 1 };
  if (first === 0x0d) return { says: '', length: 1 };
  const known = commands[hex(first) + hex(second)];
  if (known !== undefined) return { says: known[1](third), length: known[0] };
  if (first === 0x10 && second === 0x14) return { says: 'DLE DC4 clear', length: 10 };
  if (first === 0x1d && second === 0x56) return { says: 'cut', length: third >= 65 ? 4 : 3 };
  // GS v 0: four bytes of size, then the dots. GS ( …: its length in two bytes.
  if (first === 0x1d && second === 0x76) {
    const [across = 0, acrossHigh = 0, down = 0, downHigh = 0] = bytes.subarray(at + 4, at + 8);
    const size = (across + 256 * acrossHigh) * (down + 256 * downHigh);
    return { says: `picture ${8 * (across + 256 * acrossHigh)}×${down + 256 * downHigh}`, length: 8 + size };
  }
  if (first === 0x1d && second === 0x28) {
    const [low = 0, high = 0] = bytes.subarray(at + 3, at + 5);
    return { says: third === 0x6b ? 'code' : '', length: 5 + low + 256 * high };
  }
  return { says: `${hex(first)} ${hex(second)}`.toUpperCase(), length: 2 };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
