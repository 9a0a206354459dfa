import type { Text } from '../../src/config/texts.ts';
import type { Screen } from '../../src/operator/screen.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import * as printing from '../../src/operator/screens/printing.ts';
import { fen } from '../../src/values/fen.ts';

const bar: BarFacts = {
  ...{ operator: '01', batch: '000001', line: 'primary', paper: 'good', lab: true, time: '09:41' },
  support: { machine: '010-0000-0001', accounts: '010-0000-0002' },
};
const amount = fen(5_000_000);
const shown = {
  ...{ amount, masked: '622848*********5511', trace: '000045', batch: '000001', time: '2026/11/23 09:39:07' },
} as const;

/** The screens of the menu's place 6. */
export const printingSamples = {
  'print.trace': (t: Text): Screen => printing.printTrace(t, bar, { typed: '' }),
  'print.trace:typed': (t: Text): Screen => printing.printTrace(t, bar, { typed: '000045' }),
  'print.confirm': (t: Text): Screen => printing.printConfirm(t, bar, { ...shown, type: 'sale', state: 'approved' }),
  'print.confirm:other-batch': (t: Text): Screen =>
    printing.printConfirm(t, bar, {
      ...{ ...shown, type: 'completion-advice', state: 'reversed-unconfirmed', batch: '000009', masked: null },
    }),
  'print.confirm:parked': (t: Text): Screen =>
    printing.printConfirm(t, bar, { ...shown, type: 'completion-void', state: 'parked', batch: '000009' }),
  'print.impossible': (t: Text): Screen =>
    printing.printRefused(t, bar, { why: 'unknown', trace: '000045', amount: null }),
  'print.impossible:not-done': (t: Text): Screen =>
    printing.printRefused(t, bar, { why: 'not-done', trace: '000045', amount }),
  'print.impossible:open': (t: Text): Screen => printing.printRefused(t, bar, { why: 'open', trace: '000045', amount }),
  'print.report': (t: Text): Screen => printing.reportPrinting(t, bar, { report: 'totals', page: null }),
  'print.report:page': (t: Text): Screen =>
    printing.reportPrinting(t, bar, { report: 'details', page: { page: 3, pages: 20, ending: false } }),
  'print.report:ending': (t: Text): Screen =>
    printing.reportPrinting(t, bar, { report: 'details', page: { page: 3, pages: 20, ending: true } }),
  'print.no-settlement': (t: Text): Screen => printing.settlementNone(t, bar),
};
