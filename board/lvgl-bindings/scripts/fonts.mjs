// Makes fonts/*.ttf anew: npm run fonts. They are committed; this is how they came about.
// Noto Sans SC (all of GB2312 and more) and Noto Sans Symbols 2 (icons), both under the SIL Open Font License 1.1.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import subset from 'subset-font';
import { CACHE } from './cargo.mjs';

// The sliced web fonts of @fontsource lack 39 hanzi of GB2312 and all of Greek; this package carries whole fonts.
const SANS = { name: '@expo-google-fonts/noto-sans-sc', version: '0.4.3', licence: 'LICENSE_FONT' };
const SYMBOLS = { name: '@fontsource/noto-sans-symbols-2', version: '5.3.0', licence: 'LICENSE' };

const FONTS = [
  { from: SANS, file: '400Regular/NotoSansSC_400Regular.ttf', to: 'noto-sans-sc-regular.ttf', text: sansText() },
  { from: SANS, file: '500Medium/NotoSansSC_500Medium.ttf', to: 'noto-sans-sc-medium.ttf', text: sansText() },
  {
    from: SYMBOLS,
    file: 'files/noto-sans-symbols-2-symbols-400-normal.woff2',
    to: 'noto-sans-symbols.ttf',
    text: '✔✕✖✗✘☐☑☒⌫⌨⏻⚠⚡☎🔒🔓⏱⏳',
  },
];

/** Tables that LVGL's tiny_ttf does not read. Without GPOS nothing is kerned: digits keep their common width. */
const UNREAD = ['BASE', 'DSIG', 'GDEF', 'GPOS', 'GSUB', 'STAT', 'VORG', 'avar', 'fvar', 'gasp', 'prep', 'vhea', 'vmtx'];

/** The line that text gets, in thousandths of an em: 1.2 em, hanzi and capitals in its middle. Noto's own is 1.45 em. */
const ASCENDER = 960;
const DESCENDER = -240;

const target = new URL('../fonts/', import.meta.url);
mkdirSync(target, { recursive: true });
for (const { from, file, to, text } of FONTS) {
  const source = readFileSync(join(unpacked(from), file));
  const small = await subset(source, text, {
    targetFormat: 'truetype',
    noHinting: true,
    keepFeatures: [],
    dropTables: UNREAD,
  });
  const font = withLine(Buffer.from(small));
  writeFileSync(new URL(to, target), font);
  console.log(`${to}: ${font.length} bytes, sha256 ${createHash('sha256').update(font).digest('hex').slice(0, 16)}`);
}
writeFileSync(new URL('OFL-noto-sans-sc.txt', target), readFileSync(join(unpacked(SANS), SANS.licence)));
writeFileSync(new URL('OFL-noto-sans-symbols.txt', target), readFileSync(join(unpacked(SYMBOLS), SYMBOLS.licence)));

/** The package in the user's cache, fetched by npm, which checks what it fetches. */
function unpacked({ name, version }) {
  const folder = join(CACHE, 'font-sources', `${name.replace(/[@/]/g, '-')}-${version}`);
  if (!existsSync(join(folder, 'package', 'package.json'))) {
    mkdirSync(folder, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
    execFileSync('tar', ['xzf', packed], { cwd: folder });
  }
  return join(folder, 'package');
}

function sansText() {
  const latin = range(0x20, 0x7e) + range(0xa0, 0x17f);
  const marks = '‐–—‘’“”†‡•…‰′″‹›€™←↑→↓↔↵⏎■□▲△▶▷▼▽◀◁◆◇○◎●◐◑★☆✓￠￡￥₩';
  // Frequent in names of people and shops, though not in GB2312.
  const names = '镕堃玥珺喆翀昉垚昇祎骉犇羴彧禤瑀琤珣珅玘珮琇琎瑄璟璠曌晞暐烜燊熺玹瑢洺浛湉濛沄嫚婳妘囍啰嘅';
  return latin + marks + gb2312() + names;
}

/** GB2312-80: rows 1 to 9 (marks, kana, Greek, Cyrillic, box drawing) and 16 to 87 (6,763 hanzi). */
export function gb2312() {
  const decoder = new TextDecoder('gb18030');
  const rows = [...Array(87)].map((_, i) => i + 1).filter((row) => row <= 9 || row >= 16);
  const characters = rows.flatMap((row) =>
    [...Array(94)].map((_, i) => decoder.decode(Uint8Array.of(0xa0 + row, 0xa1 + i))),
  );
  // Cells that GB2312 leaves empty decode to private use, or not at all.
  return characters.filter((c) => [...c].length === 1 && !/[\p{Co}\ufffd]/u.test(c)).join('');
}

function range(first, last) {
  return String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

/** Sets the ascender and descender in hhea, and the checksums that cover it (OpenType 1.9, "hhea", "head"). */
function withLine(font) {
  const record = (tag) => {
    const at = font.indexOf(tag, 12, 'latin1');
    return { at, offset: font.readUInt32BE(at + 8), length: font.readUInt32BE(at + 12) };
  };
  const hhea = record('hhea');
  const head = record('head');
  const scale = font.readUInt16BE(head.offset + 18) / 1000;
  font.writeInt16BE(Math.round(ASCENDER * scale), hhea.offset + 4);
  font.writeInt16BE(Math.round(DESCENDER * scale), hhea.offset + 6);
  font.writeInt16BE(0, hhea.offset + 8);
  font.writeUInt32BE(checksum(font.subarray(hhea.offset, hhea.offset + hhea.length)), hhea.at + 4);
  font.writeUInt32BE(0, head.offset + 8);
  font.writeUInt32BE((0xb1b0afba - checksum(font)) >>> 0, head.offset + 8);
  return font;
}

function checksum(bytes) {
  let sum = 0;
  for (let i = 0; i + 4 <= bytes.length; i += 4) sum = (sum + bytes.readUInt32BE(i)) >>> 0;
  return sum;
}
