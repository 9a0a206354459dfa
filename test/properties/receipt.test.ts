import fc from 'fast-check';
import t from 'tap';
import { escposReader } from '../../board/virtual/escpos.ts';
import { composer } from '../../board/virtual/paper-strip.ts';
import { texts } from '../../src/config/texts.ts';
import { pieces } from '../../src/receipt/commands.ts';
import { evidenceSlip } from '../../src/receipt/evidence-slip.ts';
import { layOut } from '../../src/receipt/layout.ts';
import { columnsOf, paperText, wrapped } from '../../src/receipt/paper-text.ts';
import { saleReceipt, slipTypes } from '../../src/receipt/receipt.ts';
import { settlementSlip } from '../../src/receipt/settlement-slip.ts';
import { totalsSlip } from '../../src/receipt/totals-slip.ts';
import { fen, MOST_FEN } from '../../src/values/fen.ts';
import { runs } from '../share.ts';

const hanzi = fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCodePoint(code));
const rare = fc.constantFrom(
  '㐂',
  '䶮',
  '𠮷',
  '😀',
  '👨‍👩‍👧',
  'é',
  'e\u0301',
  '¥',
  '\u202e',
  '\0',
  '\x1b',
  '\n',
  '（',
  '，',
  '\ud800',
);
const name = fc
  .array(fc.oneof(hanzi, fc.string({ unit: 'grapheme', maxLength: 5 }), rare), { maxLength: 60 })
  .map((parts) => parts.join(''));
const paper = fc.constantFrom({ columns: 32, dots: 384 } as const, { columns: 48, dots: 576 } as const);
const facts = fc.record({
  type: fc.constantFrom(...slipTypes),
  merchant: fc.record({ id: name, name }),
  terminal: name,
  operator: name,
  issuer: fc.option(name),
  acquirer: fc.option(name),
  maskedPan: fc.constantFrom('622202******1234', '6222021********1234'),
  entry: fc.constantFrom('S', 'M', 'I', 'C'),
  expiry: fc.option(fc.constant('3012')),
  batch: name,
  trace: name,
  authorisation: fc.option(name),
  reference: fc.option(name),
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  amount: fc.integer({ min: 0, max: MOST_FEN }).map(fen),
  supervisor: fc.option(name),
  original: fc.option(
    fc.record({ trace: name, batch: fc.option(name), reference: name, authorisation: name, date: fc.constant('1123') }),
  ),
  tipLine: fc.boolean(),
  untold: fc.boolean(),
  undone: fc.constantFrom('voided', 'refunded', null),
  duplicate: fc.boolean(),
  link: fc.webUrl(),
});

t.test('no line of a slip is wider than the paper, whatever the names are', async (t) => {
  const found = fc.check(
    fc.property(facts, paper, fc.constantFrom('merchant', 'cardholder'), (facts, { columns }, copy) =>
      layOut(saleReceipt(facts, copy, texts('zh-CN')), columns).every(
        (row) => row.kind !== 'line' || columnsOf(row.text) * row.wide <= columns,
      ),
    ),
    { numRuns: runs(500) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('no line of a report is wider than the paper, whatever the names and the figures are', async (t) => {
  const head = fc.record({
    ...{ merchant: fc.record({ id: name, name }), terminal: name, operator: name, batch: name },
    at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  });
  const amount = fc.integer({ min: 0, max: MOST_FEN });
  const counted = {
    count: fc.integer({ min: 0, max: 99_999 }),
    amount: fc.oneof(
      amount,
      amount.map((fen) => -fen),
    ),
  };
  const line = fc.record({
    type: fc.constantFrom(...slipTypes),
    side: fc.constantFrom('debit', 'credit', 'change', 'nothing'),
    operator: name,
    group: fc.constantFrom('home', 'foreign'),
    ...counted,
  });
  const sides = fc.record({ debit: fc.record(counted), credit: fc.record(counted) });
  const group = fc.record({ ours: sides, bank: fc.option(sides), flag: fc.constantFrom(1, 2, 3, null) });
  const ruled = fc.record({ people: fc.tuple(name, name), reference: name, code: name });
  const language = fc.constantFrom('zh-CN', 'en').map((language) => texts(language));
  const reports = fc.oneof(
    fc
      .record({ head, approved: fc.array(line), pending: fc.array(line), owed: fc.nat(9999) })
      .chain((facts) => language.map((text) => totalsSlip(facts, text))),
    fc
      .record({
        ...{ head, groups: fc.record({ home: group, foreign: group }), next: fc.option(name) },
        ...{ differences: fc.nat(9999), unsaid: fc.nat(9999), unsent: fc.nat(9999), duplicate: fc.boolean() },
        ...{ reference: fc.option(name), ruled: fc.option(ruled), phone: name },
      })
      .chain((facts) => language.map((text) => settlementSlip(facts, text))),
    fc
      .record({
        ...{ head, answer: fc.constantFrom('charged', 'not-charged', 'being-reversed', 'unknown'), says: name },
        of: fc.record({
          ...{ type: fc.constantFrom(...slipTypes), trace: name, batch: name, amount: amount.map(fen) },
          ...{ maskedPan: fc.option(name), at: fc.nat(), reference: fc.option(name) },
        }),
        ...{ lines: fc.array(fc.record({ at: fc.nat(), said: name })), phone: fc.option(name) },
      })
      .chain((facts) => language.map((text) => evidenceSlip(facts, text))),
  );
  const found = fc.check(
    fc.property(reports, paper, (table, { columns }) =>
      layOut(table, columns).every((row) => row.kind !== 'line' || columnsOf(row.text) * row.wide <= columns),
    ),
    { numRuns: runs(300) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('the printer breaks no line that was laid out for it', async (t) => {
  // The far end's own widths judge ours: a line too wide would come out as two.
  const blank = { 12: { width: 12, rows: new Uint32Array(24) }, 24: { width: 24, rows: new Uint32Array(24) } } as const;
  const found = fc.check(
    fc.property(facts, paper, (facts, { columns, dots }) => {
      const rows = layOut(
        saleReceipt({ ...facts, link: 'https://example.invalid/' }, 'merchant', texts('zh-CN')),
        columns,
      );
      const strip = composer(dots, (character) => blank[character < '\u0080' ? 12 : 24]);
      const reader = escposReader();
      const lines: string[] = [];
      let bytes: Uint8Array = Buffer.concat(pieces(rows));
      for (let next = reader.read(bytes); next !== null; next = reader.read(bytes)) {
        bytes = bytes.subarray(next.used);
        const printed = strip.take(next.command);
        if (printed?.text != null) lines.push(printed.text);
      }
      const laid = rows.flatMap((row) => (row.kind === 'line' ? [row.text.trimEnd()] : []));
      return bytes.length === 0 && JSON.stringify(lines) === JSON.stringify(laid);
    }),
    { numRuns: runs(200) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('nothing but printable characters reaches the printer', async (t) => {
  const found = fc.check(
    fc.property(
      name,
      (text) => !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(paperText(text)) && paperText(paperText(text)) === paperText(text),
    ),
    { numRuns: runs(1000) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('a text is printable as far as each of its characters is', async (t) => {
  const alone = (text: string) => Array.from(text.normalize('NFC'), (character) => paperText(character)).join('');
  const found = fc.check(
    fc.property(name, (text) => paperText(text) === alone(text)),
    { numRuns: runs(1000) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
  t.equal(paperText('面 ㄅ㐀\u{20000}\ue000é€😀1'), '面 ㄅ㐀□□é€□1');
});

t.test('wrapping loses nothing but spaces', async (t) => {
  const found = fc.check(
    fc.property(name.map(paperText), fc.integer({ min: 2, max: 48 }), (text, columns) => {
      const lines = wrapped(text, columns);
      const same = lines.join('').replaceAll(' ', '') === text.replaceAll(' ', '');
      return same && lines.every((line) => columnsOf(line) <= columns);
    }),
    { numRuns: runs(1000) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});
