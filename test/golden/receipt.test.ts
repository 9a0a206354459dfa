import t from 'tap';
import { pieces } from '../../src/receipt/commands.ts';
import { guitaiMark } from '../../src/receipt/guitai-mark.ts';
import { layOut } from '../../src/receipt/layout.ts';
import { firstAnswer } from '../../src/receipt/printer-answers.ts';
import { problemOf, statusOf } from '../../src/receipt/printer-status.ts';
import { type ReceiptTextId, type SlipFacts, saleReceipt } from '../../src/receipt/receipt.ts';
import { fen } from '../../src/values/fen.ts';

const FACTS: SlipFacts = {
  type: 'sale',
  merchant: { id: '898110248990001', name: '便民小超市' },
  terminal: '50461160',
  operator: '01',
  issuer: '中国银行',
  acquirer: null,
  maskedPan: '622202******1234',
  entry: 'S',
  expiry: '3012',
  batch: '000001',
  trace: '000045',
  authorisation: '482913',
  reference: '094107000045',
  at: new Date(2026, 10, 23, 9, 41, 7).getTime(),
  amount: fen(128_450),
  duplicate: false,
};

/** Labels of its own: what a slip is called is a matter of `firmware-config/texts`, where it stands is one of layout. */
const LABELS: Readonly<Partial<Record<ReceiptTextId, string>>> = {
  'receipt.title': 'POS 签购单',
  'receipt.copy.merchant': '商户存根(MERCHANT COPY)',
  'receipt.copy.cardholder': '持卡人存根(CARDHOLDER COPY)',
  'receipt.duplicate': '重打印凭证 DUPLICATE',
  'receipt.merchant': '商户号 (MERCHANT)',
  'receipt.terminal': '终端号(TERMINAL)',
  'receipt.operator': '操作员(OPERATOR)',
  'receipt.issuer': '发卡行(ISSUER)',
  'receipt.acquirer': '收单行(ACQUIRER)',
  'receipt.card': '卡号(CARD)',
  'receipt.expiry': '有效期(EXP)',
  'receipt.type': '交易类型(TYPE)',
  'receipt.type.sale': '消费(SALE)',
  'receipt.batch': '批次号(BATCH)',
  'receipt.trace': '凭证号(TRACE)',
  'receipt.authorisation': '授权码(AUTH)',
  'receipt.reference': '参考号(REF)',
  'receipt.time': '日期时间(TIME)',
  'receipt.amount': '金额(AMOUNT)',
  'receipt.signature': '持卡人签名(SIGNATURE)',
  'receipt.agreement.charge': '本人确认以上交易，同意将其记入本卡账户',
  'receipt.thanks': '谢谢惠顾 THANK YOU',
  'receipt.link': '扫码查看电子凭条',
};

const label = (id: ReceiptTextId) => LABELS[id] ?? `[${id}]`;

function textOf(facts: SlipFacts, copy: 'merchant' | 'cardholder', columns: number): string {
  const rows = layOut(saleReceipt(facts, copy, label), columns);
  return rows.map((row) => (row.kind === 'line' ? row.text : `(${row.kind})`)).join('\n');
}

t.test('the commands of a slip, byte by byte', async (t) => {
  const [bytes] = pieces(
    layOut(
      [
        { kind: 'title', text: '便民' },
        { kind: 'pair', label: '批次号', value: '000001' },
        { kind: 'text', text: '¥1', bold: true },
        { kind: 'qr', data: 'A' },
        { kind: 'feed', lines: 3 },
        { kind: 'cut' },
      ],
      32,
    ),
  );
  const expected = [
    '1b40 1c26', // ESC @, FS &
    '1d2111 1b4501 202020202020 b1e3c3f1 1b4500 0a 1d2100', // GS ! 2 × 2, ESC E 1, 6 + 4 of 16 columns, ESC E 0, LF
    '1b4a08', // ESC J 8
    `c5fab4ceba c5 ${'20'.repeat(20)} 303030303031 0a`, // 6 + 20 + 6 = 32 columns
    '1b4501 a3a4 31 1b4500 0a', // a half-width ¥ would be four bytes: the full-width one is in every ROM
    '1b4a08 1b6101', // gap, ESC a 1
    '1d286b0400314132 00 1d286b0300314305 1d286b0300314531 1d286b040031503041 1d286b0300315130',
    '1b6100 1b4a08',
    '1b6403 1d5601 1b40 1c26', // feed, partial cut, and the package's ESC @ undoes FS &
  ];
  t.equal(Buffer.from(bytes ?? []).toString('hex'), expected.join('').replaceAll(' ', ''));
});

t.test('the merchant copy on 58 mm', async (t) => {
  t.equal(
    textOf(FACTS, 'merchant', 32),
    [
      '(mark)',
      '(gap)',
      '   便民小超市',
      '(gap)',
      '           POS 签购单',
      '    商户存根(MERCHANT COPY)',
      '--------------------------------',
      '商户号(MERCHANT) 898110248990001',
      '终端号(TERMINAL)        50461160',
      '操作员(OPERATOR)              01',
      '发卡行(ISSUER)          中国银行',
      '--------------------------------',
      '卡号(CARD)',
      '             622202******1234 /S',
      '(gap)',
      '有效期(EXP)              2030/12',
      '交易类型(TYPE)        消费(SALE)',
      '批次号(BATCH)             000001',
      '凭证号(TRACE)             000045',
      '授权码(AUTH)              482913',
      '参考号(REF)         094107000045',
      '日期时间(TIME)',
      '             2026/11/23 09:41:07',
      '--------------------------------',
      '金额(AMOUNT)',
      '    RMB 1,284.50',
      '(gap)',
      '--------------------------------',
      '持卡人签名(SIGNATURE)',
      '(feed)',
      '________________________________',
      '本人确认以上交易，同意将其记入本',
      '卡账户',
      '(feed)',
      '(cut)',
    ].join('\n'),
  );
});

t.test('a whole number does not come onto paper', async (t) => {
  const slip = textOf({ ...FACTS, maskedPan: '6222020010011234' }, 'merchant', 32);
  t.notMatch(slip, /0010011/);
  t.match(slip, /622202\*{6}1234 \/S/);
});

t.test('the cardholder copy has no signature line; a duplicate says so in large letters', async (t) => {
  const copy = textOf({ ...FACTS, duplicate: true, link: 'https://example.invalid/r/1' }, 'cardholder', 48);
  t.notMatch(copy, /签名/);
  t.match(copy, /重打印凭证 DUPLICATE/);
  t.match(copy, /\(qr\)/);
  const rows = layOut(saleReceipt({ ...FACTS, duplicate: true }, 'merchant', label), 32);
  t.match(
    rows.find((row) => row.kind === 'line' && row.text.includes('DUPLICATE')),
    { wide: 2, high: 2 },
  );
});

// Epson ESC/POS reference, DLE EOT n; the first line is what a TM-T20II answers when all is well.
for (const [bytes, status, problem] of [
  [[0x16, 0x12, 0x12, 0x12], { online: true, coverOpen: false, paperOut: false, paperLow: false }, null],
  [[0x1e, 0x16, 0x12, 0x12], { online: false, coverOpen: true }, { kind: 'cover-open' }],
  [[0x1e, 0x32, 0x12, 0x72], { online: false, paperOut: true }, { kind: 'paper-out' }],
  [[0x12, 0x12, 0x12, 0x1e], { online: true, paperLow: true, paperOut: false }, null],
  [[0x1a, 0x52, 0x52, 0x12], { waiting: true }, { kind: 'print-head-hot' }],
  [[0x1a, 0x52, 0x1a, 0x12], { cutterStuck: true }, { kind: 'printer-error', why: 'cutter' }],
  [[0x1a, 0x52, 0x32, 0x12], { broken: true }, { kind: 'printer-error', why: 'unrecoverable' }],
  [[0x1a, 0x12, 0x12, 0x12], { online: false }, { kind: 'printer-error', why: 'offline' }],
] as const) {
  t.test(`status ${Buffer.from(bytes).toString('hex')}`, async (t) => {
    t.match(statusOf(bytes), status);
    t.same(problemOf(statusOf(bytes)), problem);
  });
}

t.test("the printer's answers are told apart", async (t) => {
  const answer = (hex: string) => firstAnswer(Buffer.from(hex, 'hex'));
  t.same(answer('3722303034350012'), { found: { say: 'process', id: '0045' }, used: 7 });
  t.same(answer('372230303435'), null);
  t.same(answer('372500'), { found: { say: 'cleared' }, used: 3 });
  t.same(answer('16'), { found: { say: 'status', byte: 0x16 }, used: 1 });
  t.same(answer('7e'), { found: { say: 'status', byte: 0x7e }, used: 1 });
  t.same(answer('00'), { found: { say: 'queued', paperOut: false }, used: 1 });
  t.same(answer('03'), { found: { say: 'queued', paperOut: false }, used: 1 }, 'paper is low');
  t.same(answer('0c'), { found: { say: 'queued', paperOut: true }, used: 1 });
  t.same(answer('1400000f'), { found: { say: 'nothing' }, used: 4 }, 'automatic status');
  t.same(answer('140000'), null);
  t.same(answer('11'), { found: { say: 'nothing' }, used: 1 }, 'XON');
  t.same(answer(''), null);
});

t.test('no picture holds what a printer would take for a real-time command', async (t) => {
  // Epson, DLE EOT: the printer looks for 10 04 and 10 14 in everything that arrives.
  const [bytes] = pieces(layOut([{ kind: 'mark', mark: guitaiMark }], 32));
  t.match(Buffer.from(bytes ?? []).toString('hex'), /^1b401c261b61011d763000/);
  t.notMatch(Buffer.from(bytes ?? []).toString('hex'), /^(..)*10(04|05|14)/);
});
