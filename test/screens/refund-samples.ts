import type { Text } from '../../src/config/texts.ts';
import type { Screen } from '../../src/operator/screen.ts';
import * as approval from '../../src/operator/screens/approval.ts';
import * as again from '../../src/operator/screens/asked-again.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import { asIn } from '../../src/operator/screens/flow-words.ts';
import * as refund from '../../src/operator/screens/refund.ts';
import * as result from '../../src/operator/screens/result.ts';
import * as sale from '../../src/operator/screens/sale.ts';
import { fen } from '../../src/values/fen.ts';

const supervisor = { person: '00', role: 'supervisor', place: 'place.sale', amount: fen(5_000_000) } as const;

const bar: BarFacts = {
  ...{ operator: '01', batch: '000001', line: 'primary', paper: 'good', lab: true, time: '09:41' },
  support: { machine: '010-0000-0001', accounts: '010-0000-0002' },
};
const onBackup: BarFacts = { ...bar, line: 'backup', paper: 'owed' };
const offline: BarFacts = { ...bar, line: 'down', paper: 'out' };

const boc = { masked: '622202******1234', issuer: '中国银行' };
const amount = fen(12_850);
const most = fen(5_000_000);
const allWays = { stripe: true, chip: true, tap: true };
const paid = {
  ...{ paid: most, refunded: amount, refundable: fen(4_987_150) },
  ...{ day: '2026-11-29 09:39:07', reference: '113009410017' },
};
const row = { masked: boc.masked, trace: '000045', batch: '000001' };
const asked = { refundable: fen(4_987_150), limit: most, masked: boc.masked };
const notRefunded = {
  ...{ trace: '000045', reference: null, amount: most, refundable: fen(4_987_150) },
  ...{ day: '2026-04-29', window_days: 180, instead: null },
};
const unanswered = { amount: most, trace: '000048' };

interface Words {
  readonly title: string;
  readonly customer: string;
  readonly clerk: string;
}
type Make = (text: Text, sentence: Words) => Screen;

/** A sale's screen as it stands in the flow. */
const inRefund =
  (make: Make): Make =>
  (text, sentence) =>
    asIn('refund', (words) => make(words, sentence))(text, bar);

export const refundSamples = {
  'refund.reference': (t) => refund.refundReference(t, bar, { typed: '' }),
  'refund.reference:typed': (t) => refund.refundReference(t, bar, { typed: '1130094100' }),
  'refund.date': (t) => refund.refundDate(t, bar, { typed: '112', wrong: false }),
  'refund.date:wrong': (t) => refund.refundDate(t, bar, { typed: '', wrong: true }),
  'refund.original': (t) => refund.refundOriginal(t, bar, { ...paid, row: { ...row, masked: '622848*********5511' } }),
  'refund.original:bank': (t) => refund.refundOriginal(t, bar, { ...paid, day: '2026-11-29', row: null }),
  'refund.original:unasked': (t) =>
    refund.refundOriginal(t, bar, { ...paid, paid: null, refunded: null, refundable: null, row: null }),
  'refund.amount': (t) =>
    refund.refundAmount(t, bar, { ...asked, amount: fen(4_987_150), masked: '622848*********5511', refused: null }),
  'refund.amount:over': (t) => refund.refundAmount(t, bar, { ...asked, amount: fen(498_715), refused: 'over' }),
  'refund.amount:limit': (t) =>
    refund.refundAmount(t, bar, { ...asked, limit: fen(500_000), amount: fen(50_000), refused: 'over-limit' }),
  'refund.amount:zero': (t) => refund.refundAmount(t, bar, { ...asked, amount: fen(0), refused: 'zero' }),
  'refund.impossible': (t) => refund.refundRefused(t, bar, { ...notRefunded, why: 'being-refunded' }),
  'refund.impossible:old': (t) => refund.refundRefused(t, bar, { ...notRefunded, why: 'too-old' }),
  'refund.impossible:void': (t) => refund.refundRefused(t, bar, { ...notRefunded, why: 'same-batch', instead: 'void' }),
  'refund.impossible:completion': (t) =>
    refund.refundRefused(t, bar, { ...notRefunded, why: 'same-batch', instead: 'completion-void' }),
  'refund.impossible:wait': (t) => refund.refundRefused(t, bar, { ...notRefunded, why: 'same-batch' }),
  'refund.impossible:refunded': (t) =>
    refund.refundRefused(t, bar, { ...notRefunded, why: 'refunded', refundable: fen(0) }),
  'refund.impossible:here': (t) =>
    refund.refundRefused(t, bar, {
      ...{ ...notRefunded, why: 'refunded-here', trace: null, reference: '113009410017' },
      ...{ amount: null, refundable: fen(0) },
    }),
  'refund.impossible:bank': (t) =>
    refund.refundRefused(t, bar, {
      ...{ ...notRefunded, why: 'not-at-bank', trace: null, reference: '113009410017' },
      ...{ amount: null, refundable: null },
    }),
  'refund.impossible:hold': (t) =>
    refund.refundRefused(t, bar, {
      ...{ ...notRefunded, why: 'not-payment', trace: null, reference: '113009410017', refundable: fen(0) },
    }),
  'refund.silent': (t, words) => refund.refundSilent(t, bar, { code: '96', words }),
  'refund.supervisor': inRefund((t) => approval.supervisorPassword(t, bar, { ...supervisor, count: 4, refused: null })),
  'refund.card': inRefund((t) => sale.saleCard(t, bar, { amount: most, ways: allWays, seconds: 54 })),
  'refund.card.different': inRefund((t) =>
    approval.otherCard(t, bar, { amount: most, trace: '000045', masked: '622848*********5511' }),
  ),
  'refund.connecting': inRefund((t) => sale.saleConnecting(t, onBackup, { amount: most, line: 'backup' })),
  'refund.waiting': inRefund((t) => sale.saleWaiting(t, bar, { amount: most, seconds: 57, of: 60 })),
  'refund.approved': inRefund((t) =>
    result.saleApproved(t, bar, { amount: most, authorisation: null, trace: '000048', slip: 'printing', sign: true }),
  ),
  'refund.declined': inRefund((t, words) =>
    result.saleDeclined(t, bar, { amount: most, code: '61', trace: '000048', words, next: 'other-amount' }),
  ),
  'refund.declined:original': inRefund((t, words) =>
    result.saleDeclined(t, bar, { amount: most, code: '25', trace: '000048', words, next: 'none', original: 'call' }),
  ),
  'refund.unknown': inRefund((t) => again.saleRepeatUnknown(t, onBackup, { ...unanswered, waited: 120 })),
  'refund.repeating': inRefund((t) => again.saleRepeating(t, onBackup, { ...unanswered, waited: 3400, attempt: 12 })),
  'refund.parked': inRefund((t) => again.saleRepeatParked(t, offline, { ...unanswered, attempts: 3 })),
  'refund.doubted': inRefund((t) => result.saleDoubted(t, bar, { amount: most, trace: '000048' })),
  'refund.refused': inRefund((t) =>
    result.saleRefused(t, offline, { problem: { kind: 'line-down', tried: [] }, retry: true }),
  ),
} as const satisfies Record<string, Make>;
