import { type Font, lv, type Obj } from 'lvgl-bindings';

/**
 * Labels that may take several lines. LVGL breaks a line before Chinese punctuation and within telephone numbers, so
 * the lines are broken here, once the layout has told how wide a label is.
 */
export interface Paragraphs {
  add(label: Obj, text: string, font: Font): void;
  /** False where the label is no paragraph. */
  write(label: Obj, text: string): boolean;
  /** The label's text as LVGL has it, with the spaces that the line ends have replaced. */
  read(label: Obj): string;
  /** Breaks the lines of every label whose text or width has changed. */
  settle(root: Obj): void;
}

interface Paragraph {
  readonly font: Font;
  text: string;
  /** The width that the lines were broken for; null when the text is new. */
  width: number | null;
}

export function paragraphs(): Paragraphs {
  const standing = new Map<Obj, Paragraph>();
  return {
    add(label, text, font) {
      standing.set(label, { text, font, width: null });
    },
    write(label, text) {
      const paragraph = standing.get(label);
      if (!paragraph) return false;
      if (paragraph.text !== text) {
        paragraph.text = text;
        paragraph.width = null;
        lv.labelSetText(label, text);
      }
      return true;
    },
    read(label) {
      const found = lv.labelGetText(label);
      const text = standing.get(label)?.text ?? found;
      return text.replace(/\s/g, '') === found.replace(/\s/g, '') ? text : found;
    },
    settle(root) {
      lv.objUpdateLayout(root);
      for (const [label, paragraph] of standing) {
        if (!lv.isAlive(label)) {
          standing.delete(label);
          continue;
        }
        const width = lv.objGetContentWidth(label);
        if (width === paragraph.width) continue;
        paragraph.width = width;
        const broken = brokenToFit(paragraph.text, (line) => lv.textGetSize(line, paragraph.font, 0, 0).x, width);
        if (broken !== lv.labelGetText(label)) lv.labelSetText(label, broken);
      }
    },
  };
}

/** `text` with line ends so that each line is at most `width` wide. */
export function brokenToFit(text: string, measure: (line: string) => number, width: number): string {
  if (measure(text) <= width) return text;
  const pieces = partsOf(text, measure, width);
  const lines = linesOf(pieces, measure, width);
  // A last line of one or two characters looks lost: narrower lines share what there is.
  for (let share = 0.95; share > 0.7 && lines.length > 1 && lost(lines); share -= 0.05) {
    const other = linesOf(pieces, measure, width * share);
    if (other.length > lines.length) break;
    if (!lost(other)) return other.map((line) => line.trimEnd()).join('\n');
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

function lost(lines: readonly string[]): boolean {
  const [first = 0, last = 0] = [lines[0], lines.at(-1)].map((line) => [...(line ?? '')].length);
  return last < Math.min(4, first / 2);
}

function linesOf(pieces: readonly string[], measure: (line: string) => number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && measure((line + piece).trimEnd()) > width) {
      lines.push(line);
      line = '';
    }
    line += piece;
  }
  return [...lines, line];
}

const LATIN = /[!-~¥°]/;
/** What may not begin a line, and what may not end one (GB/T 15834; W3C, Requirements for Chinese Text Layout 3.1). */
const CLOSING = /[，。、：；！？）》」』”’…·%]/;
const OPENING = /[（《「『“‘]/;

/** Facts with a middle dot between them stay whole where they fit on a line of their own. */
function partsOf(text: string, measure: (line: string) => number, width: number): string[] {
  const facts = text.split(/(?<= · )/);
  return facts.flatMap((fact) => (facts.length > 1 && measure(fact.trimEnd()) <= width ? [fact] : piecesOf(fact)));
}

/** The shortest pieces that stay together: words, numbers with the sign beside them, a character with its punctuation. */
function piecesOf(text: string): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  let piece = '';
  characters.forEach((character, at) => {
    if (piece !== '' && mayBreakBefore(characters, at)) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  });
  return [...pieces, piece];
}

function mayBreakBefore(characters: readonly string[], at: number): boolean {
  const character = characters[at] ?? '';
  const before = characters[at - 1] ?? '';
  if (character === ' ' || CLOSING.test(character) || OPENING.test(before)) return false;
  if (before !== ' ') return !(LATIN.test(character) && LATIN.test(before));
  // A card's number stays whole, and so do `34 秒` and `凭证号 000047`.
  const beyond = characters[at - 2] ?? '';
  if (OPENING.test(characters.slice(0, at).findLast((each) => each !== ' ') ?? '')) return false;
  if (/[\d*]/.test(beyond) && /[\d*]/.test(character)) return false;
  const counted = /\d/.test(beyond) && !LATIN.test(character);
  const numbered = /[\d¥]/.test(character) && !LATIN.test(beyond) && !CLOSING.test(beyond);
  return !(counted || numbered);
}
