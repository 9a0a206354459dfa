import { type Language, texts } from '../../src/config/texts.ts';
import { printed } from './printed.ts';
import { paperSamples } from './samples.ts';

const narrow = { width: 12, rows: new Uint32Array(24) } as const;
const wide = { width: 24, rows: new Uint32Array(24) } as const;

/** Every sample as a printer's far end prints it, in one text. */
export function goldenOf(language: Language, columns: 32 | 48): string {
  const font = (character: string) => (character < '\u0080' ? narrow : wide);
  return Object.entries(paperSamples)
    .map(([name, make]) => `=== ${name}\n${printed(make(texts(language)), columns, font).lines.join('\n')}\n`)
    .join('\n');
}
