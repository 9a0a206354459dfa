import iconv from 'iconv-lite';

/**
 * Text as a GB18030 receipt printer has it: ASCII in cells of one column, everything else in cells of two. What the
 * printer's ROM cannot hold becomes □, what would steer the printer is dropped: host text is hostile.
 */

const MISSING = '□';

/** Characters that look right on paper only in another form: a half-width ¥ is a four-byte code that few ROMs hold. */
const REPLACED: Readonly<Record<string, string>> = { '¥': '￥', '\u00a0': ' ', '\u3000': '  ', '\t': ' ' };

/** Control, format (bidi, joiners), combining and variation characters, lone surrogates, private use, unassigned. */
const DROPPED = /[\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}\p{Variation_Selector}\p{Emoji_Modifier}]/gu;

/** The text that the printer can print, each of its characters one or two columns wide. */
export function paperText(text: string): string {
  // The composed form first: é is one GB18030 character, e and an accent are not.
  const known = text
    .normalize('NFC')
    .replace(/[\t\n\r\u00a0\u3000¥]/g, (found) => REPLACED[found] ?? ' ')
    .replace(DROPPED, '');
  // Nearly always the whole text is printable: one check of it all is cheaper than a check, with its own encoder, of
  // each character.
  if (isInSets(known)) return known;
  return Array.from(known, (character) => (isInRom(character) ? character : MISSING)).join('');
}

/** The columns that `text` (of `paperText`) takes at single width. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character < '\u0080' ? 1 : 2;
  return columns;
}

/** The bytes of `text` (of `paperText`), for a printer in Chinese mode (`FS &`). */
export function gb18030(text: string): Uint8Array {
  return iconv.encode(text, 'gb18030');
}

/** `text` in lines of at most `columns`, broken between words where there are words and between hanzi anywhere. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  // A word of ASCII keeps together; a hanzi stands alone; brackets and punctuation stay with what they belong to. A word
  // that no line holds is parted at its hyphens.
  const pieces = text.match(/[(（《「『【〔]*[^ -~(（《「『【〔][)，。、；：！？）》」』】〕]*|[!-~]+| +|./gu) ?? [];
  for (const piece of pieces.flatMap((one) => (columnsOf(one) > columns ? one.split(/(?<=-)/) : [one]))) {
    if (columnsOf(line) + columnsOf(piece) <= columns) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = '';
    if (piece.trim() === '') continue;
    for (const character of piece) {
      if (columnsOf(line) + columnsOf(character) > columns) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** The start of `text`, no wider than `columns`. */
export function clipped(text: string, columns: number): string {
  let start = '';
  for (const character of text) {
    if (columnsOf(start) + columnsOf(character) > columns) break;
    start += character;
  }
  return start;
}

/** True for what `isInSets` knows, and for the hanzi of Extension A, mandatory in four bytes in GB18030-2000. */
function isInRom(character: string): boolean {
  return (character >= '\u3400' && character <= '\u4db5') || isInSets(character);
}

/** Whether each character of it is ASCII or has a two-byte code (GBK): the bytes are then as many as the columns. */
function isInSets(text: string): boolean {
  // Lead bytes A1 … F7 hold the sets; the user-defined areas of the code page hold nothing.
  return gb18030(text).length === columnsOf(text) && !/\p{Co}/u.test(text);
}
