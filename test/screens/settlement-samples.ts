import type { Text } from '../../src/config/texts.ts';
import type { Screen } from '../../src/operator/screen.ts';
import { supervisorPassword } from '../../src/operator/screens/approval.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import * as settlement from '../../src/operator/screens/settlement.ts';
import * as byTwo from '../../src/operator/screens/settlement-by-two.ts';
import { fen } from '../../src/values/fen.ts';

const side = (amount: number, count: number) => ({ amount: fen(amount), count });
const totals = {
  home: { debit: side(1_284_550, 42), credit: side(12_850, 1) },
  foreign: { debit: side(70_000, 2), credit: side(0, 0) },
};
const none = { debit: side(0, 0), credit: side(0, 0) };
const bank = { ...totals, home: { ...totals.home, debit: side(1_271_700, 41) } };
const done = { batch: '000001', next: '000002', totals };
const no = { words: { title: '对账不一致', clerk: '请稍后再试。' } };
const differs = { type: 'sale', card: '622202******1234', givesBack: false, of: 2 } as const;

/** The settlement's screens, as `samples` holds them. */
export const settlementSamples = (bar: BarFacts) =>
  ({
    'settlement.confirm': (t) => settlement.settlementConfirm(t, bar, { batch: '000001', totals, waiting: 0 }),
    'settlement.confirm:empty': (t) =>
      settlement.settlementConfirm(t, bar, { batch: '000001', totals: { home: none, foreign: none }, waiting: 2 }),
    'settlement.running': (t) => settlement.settlementRunning(t, bar, { step: 'comparing' }),
    'settlement.running:upload': (t) =>
      settlement.settlementRunning(t, bar, { step: 'uploading', done: { rows: 16, of: 45 } }),
    'settlement.open': (t) => settlement.settlementOpen(t, bar, { batch: '000001' }),
    'settlement.owing': (t) => settlement.settlementOwing(t, bar, { count: 2, blocks: false }),
    'settlement.owing:blocks': (t) => settlement.settlementOwing(t, bar, { count: 1, blocks: true }),
    'settlement.stuck': (t) =>
      settlement.settlementStuck(t, bar, { problem: { kind: 'line-down', tried: [] }, blocks: true }),
    'settlement.stuck:beside': (t) =>
      settlement.settlementStuck(t, bar, { problem: { kind: 'line-down', tried: [] }, blocks: false }),
    'settlement.refused': (t) => settlement.settlementRefused(t, bar, { ...no, code: '95', signIn: false }),
    'settlement.refused:sign-in': (t) => settlement.settlementRefused(t, bar, { ...no, code: '77', signIn: true }),
    'settlement.left': (t) => byTwo.settlementLeft(t, bar, { code: '77', batch: '000001', bankBatch: '000005' }),
    'settlement.by-two': (t) => byTwo.settlementByTwo(t, bar, { batch: '000001', totals }),
    'settlement.reference': (t) => byTwo.settlementReference(t, bar, { typed: '202612010017' }),
    'sale.supervisor:administrator': (t) =>
      supervisorPassword(t, bar, {
        person: '99',
        role: 'administrator',
        place: 'menu.settle',
        count: 4,
        refused: null,
      }),
    'settlement.ruled': (t) =>
      byTwo.settlementRuled(t, bar, { batch: '000001', next: '000005', reference: '202612010017' }),
    'settlement.done': (t) =>
      settlement.settlementDone(t, bar, { ...done, flags: { home: 1, foreign: 1 }, bank: totals, differences: 0 }),
    'settlement.done:unbalanced': (t) =>
      settlement.settlementDone(t, bar, { ...done, flags: { home: 2, foreign: 1 }, bank, differences: 2 }),
    'settlement.difference': (t) =>
      settlement.settlementDifference(t, bar, {
        ...{ ...differs, trace: '000045', here: 12_850, there: null, place: 1 },
        why: 'none',
      }),
    'settlement.difference:amount': (t) =>
      settlement.settlementDifference(t, bar, { ...differs, trace: '000046', here: 12_850, there: 1285, place: 2 }),
    'settlement.difference:card': (t) =>
      settlement.settlementDifference(t, bar, {
        ...{ ...differs, trace: '000047', here: 12_850, there: 12_850, place: 2 },
        bankCard: '622848*********5511',
      }),
    'settlement.difference:declined': (t) =>
      settlement.settlementDifference(t, bar, {
        ...{ ...differs, trace: '000048', here: 12_850, there: null, place: 1 },
        ...{ why: 'declined', code: '51' },
      }),
    'settlement.difference:void': (t) =>
      settlement.settlementDifference(t, bar, {
        ...{ ...differs, type: 'void', trace: '000049', here: 12_850, there: null, place: 1 },
        ...{ why: 'tombstone', code: '25', givesBack: true },
      }),
    'settlement.difference:unsaid': (t) =>
      settlement.settlementDifference(t, bar, {
        ...{ ...differs, trace: '000050', here: 12_850, there: null, place: 2 },
        ...{ why: 'unsaid', code: '96' },
      }),
  }) as const satisfies Record<string, (text: Text) => Screen>;
