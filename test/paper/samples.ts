import type { Text } from '../../src/config/texts.ts';
import { detailList } from '../../src/receipt/detail-list.ts';
import { type Discrepancy, discrepancySlip } from '../../src/receipt/discrepancy-slip.ts';
import { evidenceSlip } from '../../src/receipt/evidence-slip.ts';
import { faultSlip } from '../../src/receipt/fault-slip.ts';
import { type Copy, type SlipFacts, saleReceipt } from '../../src/receipt/receipt.ts';
import type { ReportHead } from '../../src/receipt/report.ts';
import { settlementSlip } from '../../src/receipt/settlement-slip.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import { type TotalsLine, totalsSlip } from '../../src/receipt/totals-slip.ts';
import { fen } from '../../src/values/fen.ts';

const merchant = { id: '898110248990001', name: '便民小超市' };
const at = new Date(2026, 10, 23, 9, 41, 7).getTime();
const head: ReportHead = { merchant, terminal: '50461160', operator: '01', batch: '000001', at };

const sale: SlipFacts = {
  type: 'sale',
  ...{ merchant, terminal: '50461160', operator: '01', issuer: '中国银行', acquirer: '收单实验行' },
  ...{ maskedPan: '622202*********1234', entry: 'S', expiry: null, batch: '000001', trace: '000045' },
  ...{ authorisation: '482913', reference: '094107000045', at, amount: fen(128_450), duplicate: false },
};

const slip =
  (facts: Partial<SlipFacts>, copy: Copy = 'merchant'): Make =>
  (text) =>
    saleReceipt({ ...sale, ...facts }, copy, text);

const line = (
  type: TotalsLine['type'],
  side: TotalsLine['side'],
  count: number,
  amount: number,
  operator = '01',
  group: TotalsLine['group'] = 'home',
): TotalsLine => ({ type, side, operator, group, count, amount });

const approved: readonly TotalsLine[] = [
  line('sale', 'debit', 128, 1_234_567_00),
  line('sale', 'debit', 3, 45_600, '02', 'foreign'),
  line('void', 'credit', 2, 25_700),
  line('refund', 'credit', 1, 3_000, '02'),
  line('preauth', 'nothing', 4, 200_000),
  line('completion-advice', 'debit', 1, 48_000),
  line('adjust', 'change', 0, -500),
  line('tip', 'change', 0, 1_500),
];
const pending: readonly TotalsLine[] = [line('offline', 'debit', 2, 6_600)];

const side = (count: number, amount: number) => ({ count, amount });
const none = { debit: side(0, 0), credit: side(0, 0) };
const home = { debit: side(129, 123_505_700), credit: side(3, 28_700) };
const foreign = { debit: side(3, 45_600), credit: side(0, 0) };
const asked = { trace: '000045', batch: '000001', amount: fen(12_850), maskedPan: '622202*********1234', at };

const settled = {
  ...{ head, reference: 'S00000000017', phone: '010-0000-0002' },
  ...{ differences: 0, unsaid: 0, unsent: 0, duplicate: false, ruled: null },
} as const;

const differing = (facts: Partial<Discrepancy>): Discrepancy => ({
  ...{ trace: '000045', type: 'sale', maskedPan: asked.maskedPan, here: null, there: null },
  ...{ why: null, code: '', bankPan: null, givesBack: false, unsent: false },
  ...facts,
});

type Make = (text: Text) => ReceiptTable;

/** Every piece of paper that the terminal prints, by name. */
export const paperSamples = {
  sale: slip({}),
  'sale:cardholder': slip({ duplicate: true }, 'cardholder'),
  'sale:tip-line': slip({ tipLine: true }),
  'sale:voided': slip({ undone: 'voided', duplicate: true }),
  void: slip({ type: 'void', supervisor: '00', original: { trace: '000044' } }),
  refund: slip({
    ...{ type: 'refund', supervisor: '00', authorisation: null },
    original: { trace: '000012', batch: '000009', reference: '101500000012', date: '1101' },
  }),
  preauth: slip({ type: 'preauth' }),
  'preauth-add': slip({ type: 'preauth-add', original: { authorisation: '482913', date: '1122' } }),
  'preauth-void': slip({ type: 'preauth-void', original: { authorisation: '482913', date: '1122' } }),
  completion: slip({ type: 'completion', original: { authorisation: '482913', date: '1122' } }),
  'completion-advice': slip({
    ...{ type: 'completion-advice', untold: true, authorisation: null, reference: null },
    original: { authorisation: '482913', date: '1122' },
  }),
  'completion-void': slip({ type: 'completion-void', original: { trace: '000044' } }),
  instalment: slip({ type: 'instalment', instalment: { periods: 12, plan: '01', each: fen(10_704) } }),
  offline: slip({ type: 'offline', untold: true, authorisation: null, reference: null, amount: fen(6600) }),
  'offline:told-next-day': slip({ type: 'offline', authorisation: null, amount: fen(6600), bankDay: '1124' }),
  voice: slip({ type: 'voice', untold: true, authorisation: '771204', reference: null, supervisor: '00' }),
  tip: slip({ type: 'tip', tip: fen(15_000), original: { trace: '000044' }, untold: true }),
  adjust: slip({ type: 'adjust', before: fen(130_000), original: { trace: '000044' } }),
  details: (text) =>
    detailList(
      {
        ...{ head, page: 1, pages: 2 },
        rows: [
          { ...asked, type: 'sale', state: 'approved' },
          { ...asked, trace: '000046', type: 'completion-advice', state: 'pending', amount: fen(99_999_999) },
          { ...asked, trace: '000047', type: 'sale', state: 'reversed-unconfirmed', maskedPan: '622848*********5511' },
          { ...asked, trace: '000048', type: 'refund', state: 'declined', maskedPan: null },
        ],
      },
      text,
    ),
  'details:none': (text) => detailList({ head, page: 1, pages: 1, rows: [] }, text),
  totals: (text) => totalsSlip({ head, approved, pending, owed: 1 }, text),
  'totals:none': (text) => totalsSlip({ head, approved: [], pending: [], owed: 0 }, text),
  settlement: (text) =>
    settlementSlip(
      {
        ...{ ...settled, next: '000002' },
        groups: { home: { ours: home, bank: home, flag: 1 }, foreign: { ours: foreign, bank: foreign, flag: 1 } },
      },
      text,
    ),
  'settlement:unbalanced': (text) =>
    settlementSlip(
      {
        ...{ ...settled, next: null, differences: 2, duplicate: true },
        groups: {
          home: { ours: home, bank: { ...home, debit: side(128, 123_492_850) }, flag: 2 },
          foreign: { ours: foreign, bank: none, flag: 3 },
        },
      },
      text,
    ),
  'settlement:cases': (text) =>
    settlementSlip(
      {
        ...{ ...settled, next: '000002', differences: 2, unsaid: 1, unsent: 3 },
        groups: {
          home: {
            ours: { ...home, debit: side(1500, 123_505_700) },
            bank: { ...home, debit: side(499, 123_492_850) },
            flag: 2,
          },
          foreign: { ours: foreign, bank: { ...foreign, credit: side(1, 45_600) }, flag: 2 },
        },
      },
      text,
    ),
  'settlement:tables': (text) =>
    settlementSlip(
      {
        ...{ ...settled, next: '000002' },
        groups: {
          home: { ours: { ...none, debit: side(2, 30_000) }, bank: { ...none, debit: side(1, 10_000) }, flag: 2 },
          foreign: { ours: none, bank: { ...none, debit: side(1, 20_000) }, flag: 2 },
        },
      },
      text,
    ),
  'settlement:ruled': (text) =>
    settlementSlip(
      {
        ...{ ...settled, reference: null, next: '000005' },
        groups: { home: { ours: home, bank: null, flag: null }, foreign: { ours: none, bank: null, flag: null } },
        ruled: { people: ['00', '99'], reference: '202612010017', code: '77' },
      },
      text,
    ),
  discrepancies: (text) =>
    discrepancySlip(
      {
        ...{ head, reference: 'S00000000017', phone: '010-0000-0002' },
        rows: [
          differing({ here: fen(12_850), why: 'none' }),
          differing({ trace: '000046', there: fen(12_850) }),
          differing({ trace: '000047', type: 'refund', maskedPan: null, here: fen(12_850), there: fen(12_580) }),
          differing({ trace: '000048', here: fen(12_850), why: 'declined', code: '51' }),
          differing({
            trace: '000049',
            here: fen(12_850),
            why: 'tombstone',
            code: '25',
            type: 'void',
            givesBack: true,
          }),
          differing({ trace: '000050', here: fen(12_850), there: fen(12_850), bankPan: '622848*********5511' }),
          differing({ trace: '000051', here: fen(12_850), why: 'none', unsent: true }),
          differing({ trace: '000052', here: fen(12_850), why: 'unsaid', code: '96' }),
        ],
      },
      text,
    ),
  'evidence:charged': (text) =>
    evidenceSlip(
      {
        ...{ head, answer: 'charged', phone: null, says: text('result.approved') },
        of: { ...asked, type: 'sale', reference: '094107000045' },
        lines: [
          { at, said: text('wait.sent') },
          { at: at + 2000, said: text('result.code', { code: '00' }) },
        ],
      },
      text,
    ),
  'evidence:being-reversed': (text) =>
    evidenceSlip(
      {
        ...{ head, answer: 'being-reversed', phone: '010-0000-0002', says: text('reversing.text') },
        of: { ...asked, batch: '000009', type: 'refund', maskedPan: null, reference: null },
        lines: [{ at, said: text('unknown.why.silent') }],
      },
      text,
    ),
  'fault:reverse': (text) =>
    faultSlip({ head, ...asked, type: 'sale', attempts: 3, lost: 'reverse', phone: '010-0000-0002' }, text),
  'fault:tell': (text) =>
    faultSlip(
      { head, ...asked, batch: '000009', type: 'refund', attempts: 12, lost: 'tell', phone: '010-0000-0002' },
      text,
    ),
} as const satisfies Record<string, Make>;
