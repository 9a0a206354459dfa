import type { Text } from '../../src/config/texts.ts';
import type { Screen } from '../../src/operator/screen.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import * as charged from '../../src/operator/screens/charged.ts';
import { asIn } from '../../src/operator/screens/flow-words.ts';
import * as sale from '../../src/operator/screens/sale.ts';
import { fen } from '../../src/values/fen.ts';

const bar: BarFacts = {
  ...{ operator: '01', batch: '000001', line: 'primary', paper: 'good', lab: true, time: '09:41' },
  support: { machine: '010-0000-0001', accounts: '010-0000-0002' },
};
const onBackup: BarFacts = { ...bar, line: 'backup', paper: 'owed' };
const offline: BarFacts = { ...bar, line: 'down', paper: 'out' };

const boc = { masked: '622202******1234', issuer: '中国银行' };
const amount = fen(12_850);
const most = fen(5_000_000);
const candidates: readonly charged.Candidate[] = (
  ['approved', 'reversed-unconfirmed', 'voided', 'refunded', 'declined'] as const
).map((state, place) => ({
  ...{ trace: `00004${place}`, amount: most, state, time: '11-30 09:39', masked: boc.masked },
}));
const told: charged.ChargedToldFacts = {
  ...{ kind: 'payment', money: 'charged', says: 'approved', differs: false },
  ...{ amount, trace: '000045', time: '11-30 09:39' },
  ...{ askable: true, unanswered: null, slip: 'printable' },
  evidence: [],
};

interface Words {
  readonly title: string;
  readonly customer: string;
  readonly clerk: string;
}
type Make = (text: Text, sentence: Words) => Screen;

/** A sale's screen as it stands in the flow. */
const inCharged =
  (make: Make): Make =>
  (text, sentence) =>
    asIn('charged', (words) => make(words, sentence))(text, bar);

export const chargedSamples = {
  'charged.which': (t) => charged.chargedWhich(t, bar, { typed: '', last: { amount: most, trace: '000045' } }),
  'charged.which:typed': (t) => charged.chargedWhich(t, bar, { typed: '12850', last: null }),
  'charged.which:amount': (t) => charged.chargedWhich(t, bar, { typed: '5000000', last: null }),
  'charged.which:longest': (t) => charged.chargedWhich(t, bar, { typed: '999999999999', last: null }),
  'charged.several': (t) => charged.chargedSeveral(t, bar, { candidates, more: true }),
  'charged.waiting': inCharged((t) => sale.saleWaiting(t, bar, { amount: null, seconds: 57, of: 60 })),
  'charged.none': (t) => charged.chargedNone(t, bar, { typed: '12850' }),
  'charged.told': (t) => charged.chargedTold(t, bar, { ...told, evidence: evidenceWords(t).slice(0, 2) }),
  'charged.told:declined': (t) =>
    charged.chargedTold(t, bar, {
      ...{ ...told, money: 'not-charged', says: 'declined', evidence: evidenceWords(t).slice(0, 1) },
    }),
  'charged.told:reversing': (t) =>
    charged.chargedTold(t, onBackup, {
      ...{ ...told, money: 'being-reversed', says: 'bank-posted-reversing', amount: most },
      evidence: evidenceWords(t),
    }),
  'charged.told:unanswered': (t) =>
    charged.chargedTold(t, offline, {
      ...{ ...told, money: 'unknown', says: 'unknown', unanswered: t('problem.line-down.title') },
      evidence: evidenceWords(t).slice(0, 2),
    }),
  'charged.told:differs': (t) =>
    charged.chargedTold(t, bar, {
      ...{ ...told, money: 'charged', says: 'bank-posted', differs: true, amount: most, slip: 'failed' },
      evidence: evidenceWords(t),
    }),
  'charged.told:voided': (t) =>
    charged.chargedTold(t, bar, { ...told, money: 'not-charged', says: 'voided', slip: 'printing', askable: false }),
  'charged.told:hold': (t) =>
    charged.chargedTold(t, offline, {
      ...{ ...told, kind: 'hold', money: 'unknown', says: 'held-here', amount: most },
      unanswered: t('problem.line-down.title'),
      evidence: evidenceWords(t).slice(0, 2),
    }),
  'charged.told:recorded-here': (t) =>
    charged.chargedTold(t, offline, {
      ...{ ...told, money: 'unknown', says: 'recorded-here', amount: most, unanswered: t('problem.line-down.title') },
      evidence: evidenceWords(t),
    }),
  'charged.told:held': (t) =>
    charged.chargedTold(t, bar, { ...told, kind: 'hold', money: 'not-charged', says: 'held', amount: most }),
  'charged.told:completed': (t) =>
    charged.chargedTold(t, bar, {
      ...{ ...told, kind: 'hold', says: 'bank-completed', amount: most },
      evidence: [{ name: t('charged.evidence.bank'), state: `${t('charged.bank.completed')} · 09:46:07` }],
    }),
  'charged.told:part-refunded': (t) =>
    charged.chargedTold(t, bar, {
      ...{ ...told, says: 'part-refunded', amount: most },
      evidence: [...evidenceWords(t), { name: t('charged.evidence.bank-refunded'), state: `¥4,999,999.00 · 09:46:07` }],
    }),
  'charged.told:refund': (t) =>
    charged.chargedTold(t, bar, { ...told, kind: 'refund', money: 'unknown', says: 'asking-again' }),
  'charged.told:doubted': (t) => charged.chargedTold(t, bar, { ...told, money: 'unknown', says: 'doubted' }),
} as const satisfies Record<string, Make>;

/** As long as they come. */
function evidenceWords(t: Text): { name: string; state: string }[] {
  return [
    { name: t('charged.evidence.sent'), state: '09:39:07' },
    { name: t('charged.evidence.no-answer'), state: '09:40:07' },
    { name: t('charged.evidence.tries'), state: `${t('charged.evidence.times', { tries: 12 })} · 09:44:07` },
    { name: t('charged.evidence.no-original'), state: '25 · 09:45:07' },
    { name: t('charged.evidence.bank'), state: `${t('charged.bank.posted')} · 09:46:07` },
  ];
}
