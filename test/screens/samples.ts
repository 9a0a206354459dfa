import type { Text } from '../../src/config/texts.ts';
import { menuOf } from '../../src/menu.ts';
import type { Screen } from '../../src/operator/screen.ts';
import * as approval from '../../src/operator/screens/approval.ts';
import * as balance from '../../src/operator/screens/balance.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import * as checkup from '../../src/operator/screens/checkup.ts';
import { asIn, type OtherFlow } from '../../src/operator/screens/flow-words.ts';
import * as handshake from '../../src/operator/screens/handshake.ts';
import * as idle from '../../src/operator/screens/idle.ts';
import * as original from '../../src/operator/screens/original.ts';
import * as paper from '../../src/operator/screens/paper.ts';
import { problemScreen } from '../../src/operator/screens/problem.ts';
import * as result from '../../src/operator/screens/result.ts';
import * as sale from '../../src/operator/screens/sale.ts';
import * as signin from '../../src/operator/screens/signin.ts';
import * as undo from '../../src/operator/screens/void.ts';
import { fen } from '../../src/values/fen.ts';
import type { Problem } from '../../src/values/problem.ts';
import { chargedSamples } from './charged-samples.ts';
import { exceptionSamples } from './exception-samples.ts';
import { adviceSamples, holdSamples } from './hold-samples.ts';
import { printingSamples } from './printing-samples.ts';
import { refundSamples } from './refund-samples.ts';
import { settlementSamples } from './settlement-samples.ts';

const supervisor = { person: '00', role: 'supervisor', place: 'place.sale' } as const;

const support = { machine: '010-0000-0001', accounts: '010-0000-0002' };

export const bar: BarFacts = {
  operator: '01',
  batch: '000001',
  line: 'primary',
  paper: 'good',
  lab: true,
  time: '09:41',
  support,
};

const before: BarFacts = { ...bar, operator: null, batch: null };
const starting: BarFacts = { ...before, line: null, paper: null, time: null };
const onBackup: BarFacts = { ...bar, line: 'backup', paper: 'owed' };
const offline: BarFacts = { ...bar, line: 'down', paper: 'out' };

const noWays = { stripe: false, chip: false, tap: false };
const stripeOnly = { stripe: true, chip: false, tap: false };
const allWays = { stripe: true, chip: true, tap: true };
const boc = { masked: '622202******1234', issuer: '中国银行' };
const amount = fen(12_850);
const most = fen(5_000_000);

const parts = ['keypad', 'display', 'reader', 'printer', 'storage', 'clock', 'keys', 'line'] as const;

const paperOf = { type: 'sale', state: 'approved', amount, trace: '000045' } as const;

type RowFacts = checkup.CheckupRowFacts;
function rowsWith(changes: Partial<Record<(typeof parts)[number], Partial<RowFacts>>>): RowFacts[] {
  return parts.map((part) => {
    const well: RowFacts = {
      part,
      needed: part !== 'printer' && part !== 'display',
      state: 'ok',
      detail: null,
      problem: null,
    };
    return { ...well, ...changes[part] };
  });
}

const failed = (problem: Problem): Partial<RowFacts> => ({ state: 'failed', problem });
const working = rowsWith({ reader: { detail: '固件 1.4' }, line: { state: 'pending' }, keys: { state: 'pending' } });
const noPaper = rowsWith({ printer: failed({ kind: 'paper-out' }), line: { detail: '18 ms' } });
const noReader = rowsWith({
  reader: failed({ kind: 'device-silent', device: 'stripe-reader', waited_ms: 2000 }),
  line: failed({ kind: 'line-down', tried: [] }),
});

const allPending = Object.fromEntries(parts.map((part) => [part, { state: 'pending' as const }]));

type Make = (text: Text, sentence: Sentences) => Screen;

/** A sale's screen as another flow shows it. */
const shownIn =
  (flow: OtherFlow) =>
  (make: Make): Make =>
  (text, sentence) =>
    asIn(flow, (words) => make(words, sentence))(text, bar);
const inVoid = shownIn('void');
const inBalance = shownIn('balance');

/** What a table of response codes says, in the language of the screen. */
interface Sentences {
  readonly title: string;
  readonly customer: string;
  readonly clerk: string;
}

const poor = {
  'zh-CN': { title: '余额不足', customer: '可以换一张卡，或减少金额。', clerk: '请不要念出原因，问顾客想怎样付。' },
  en: {
    title: 'Insufficient funds',
    customer: 'another card, or a smaller amount.',
    clerk: 'do not say it aloud; ask how they want to pay.',
  },
} as const satisfies Record<string, Sentences>;

export const sentencesOf = (language: keyof typeof poor): Sentences => poor[language];

const everything = () => true;

const nothingOwed = { reversing: 0, repeating: 0, parked: 0, unconfirmed: 0, refused: 0, untold: 0, paper: 0 };
const atIdle = (t: Text, bar: BarFacts, facts: Partial<idle.IdleFacts>) =>
  idle.idle(t, bar, { merchant: merchant.name, ways: allWays, last: null, owed: nothingOwed, left: null, ...facts });
const merchant = { id: '898110248990001', name: '便民小超市', terminal: '50461160' };

/** Every screen, with facts as they come at a counter; the names are the screens' ids, with a variant after a colon. */
export const samples = {
  'checkup.running': (t) => checkup.checkupRunning(t, starting, { version: '1.0.0', rows: working }),
  'checkup.degraded': (t) =>
    checkup.checkupDegraded(t, { ...before, paper: 'out' }, { version: '1.0.0', rows: noPaper }),
  'checkup.failed': (t) => checkup.checkupFailed(t, { ...before, line: 'down' }, { version: '1.0.0', rows: noReader }),
  'checkup.done': (t) =>
    checkup.checkupDone(t, bar, { version: '1.0.0', rows: rowsWith({ line: { detail: '18 ms' } }) }),
  'checkup.configuration': (t) =>
    checkup.checkupConfiguration(t, starting, {
      file: 'terminal.json',
      key: 'sale.limit_fen',
      why: 'must be a whole number: "50000"',
      remedy: 'sale.limit_fen: 5000000',
    }),
  'handshake.running': (t) => handshake.handshakeRunning(t, before, { step: 'key' }),
  'handshake.failed': (t) =>
    handshake.handshakeFailed(t, { ...before, line: 'down' }, { why: 'no-line', serial: 'GT-V-000001' }),
  'handshake.failed:identity': (t) =>
    handshake.handshakeFailed(t, before, {
      ...{ why: 'identity', serial: 'GT-V-000001', detail: 'device.key is not the key of device.crt' },
    }),
  'handshake.locked': (t) => handshake.handshakeLocked(t, before, { why: 'kcv-mismatch', serial: 'GT-V-000001' }),
  'signin.operator': (t) => signin.signinOperator(t, before, { typed: '' }),
  'signin.operator:unknown': (t) => signin.signinOperator(t, before, { typed: '0', unknown: true }),
  'signin.password': (t) => signin.signinPassword(t, before, { operator: '01', count: 3 }),
  'signin.new-password': (t) => signin.signinNewPassword(t, before, { operator: '01', count: 2, step: 'first' }),
  'signin.new-password:repeat': (t) =>
    signin.signinNewPassword(t, before, { operator: '01', count: 0, step: 'repeat' }),
  'signin.new-password:refused': (t) =>
    signin.signinNewPassword(t, before, { operator: '01', count: 0, step: 'first', refused: 'known' }),
  'signin.password:wrong': (t) => signin.signinPassword(t, before, { operator: '01', count: 0, left: 2 }),
  'signin.running': (t) => signin.signinRunning(t, before, { step: 'keys' }),
  'signin.signing-out': (t) => signin.signingOut(t, bar),
  'signin.failed': (t) => signin.signinFailed(t, before, { problem: { kind: 'host-silent', waited_ms: 20_000 } }),
  'signin.locked': (t) => signin.signinLocked(t, before, { operator: '01', seconds: 287 }),
  idle: (t) => atIdle(t, bar, { ways: stripeOnly, last: { type: 'sale', amount: fen(3600), state: 'approved' } }),
  'idle:owed': (t) =>
    atIdle(t, onBackup, {
      last: { type: 'void', amount: most, state: 'reversing' },
      owed: { ...nothingOwed, reversing: 1, paper: 1 },
    }),
  'idle:reader': (t) => atIdle(t, bar, { ways: noWays }),
  'idle:refused': (t) =>
    atIdle(t, bar, {
      last: { type: 'offline', amount: most, state: 'declined' },
      owed: { ...nothingOwed, refused: 1, untold: 2 },
    }),
  'idle:untold': (t) =>
    atIdle(t, offline, {
      last: { type: 'completion-advice', amount: most, state: 'pending' },
      owed: { ...nothingOwed, untold: 2 },
    }),
  'idle:parked': (t) =>
    atIdle(t, offline, {
      ways: stripeOnly,
      last: { type: 'sale', amount: most, state: 'parked' },
      owed: { ...nothingOwed, parked: 1, unconfirmed: 1 },
    }),
  'idle:left': (t) => atIdle(t, bar, { owed: { ...nothingOwed, paper: 1 }, left: '000017' }),
  menu: (t) => idle.menu(t, bar, menuOf('main', everything)),
  'menu:holds': (t) => idle.menu(t, bar, menuOf('holds', everything)),
  'menu:more': (t) =>
    idle.menu(
      t,
      bar,
      menuOf('more', (choice) => choice !== 'offline'),
    ),
  'menu:print': (t) => idle.menu(t, bar, menuOf('print', everything)),
  'menu:manage': (t) => idle.menu(t, bar, menuOf('manage', everything)),
  about: (t) => idle.about(t, bar, { merchant, serial: 'GT-V-000001', version: '1.0.0' }),
  goodbye: (t) => idle.goodbye(t, before, { why: 'power-off' }),
  'sale.amount': (t) => sale.saleAmount(t, bar, { amount, limit: most }),
  'sale.amount:over': (t) => sale.saleAmount(t, bar, { amount: most, limit: most, card: boc, refused: 'over' }),
  'sale.amount:again': (t) =>
    sale.saleAmount(t, bar, {
      amount: most,
      limit: most,
      card: boc,
      again: { time: '09:39:07', state: 'reversed-unconfirmed' },
    }),
  'sale.card': (t) => sale.saleCard(t, bar, { amount, ways: stripeOnly, seconds: 54 }),
  'sale.card:none': (t) => sale.saleCard(t, bar, { amount: most, ways: noWays, seconds: 54 }),
  'sale.card:all': (t) => sale.saleCard(t, bar, { amount: most, ways: allWays, seconds: 54 }),
  'sale.card.again': (t) => sale.saleCardAgain(t, bar, { amount, ways: stripeOnly, seconds: 54, attempt: 2, most: 3 }),
  'sale.card.another': (t) => sale.saleCardAnother(t, bar, { ways: allWays, most: 3 }),
  'sale.chip': (t) => sale.saleChip(t, bar, { amount, ways: allWays, seconds: 54 }),
  'sale.chip:none': (t) => sale.saleChip(t, bar, { amount, ways: stripeOnly, seconds: 54 }),
  'sale.number': (t) => sale.saleNumber(t, bar, { card: boc, amount, expiry: '3012' }),
  'sale.number:first': (t) =>
    sale.saleNumber(t, bar, { card: { masked: '622848*********5511', issuer: null }, amount: null, expiry: null }),
  'sale.pin': (t) => sale.salePin(t, bar, { amount, card: boc, count: 4, bypass: true }),
  'sale.pin:long': (t) => sale.salePin(t, bar, { amount: most, card: boc, count: 12, bypass: false }),
  'sale.connecting': (t) => sale.saleConnecting(t, onBackup, { amount, line: 'backup' }),
  'sale.waiting': (t) => sale.saleWaiting(t, bar, { amount, seconds: 57, of: 60 }),
  'sale.approved': (t) =>
    result.saleApproved(t, bar, { amount, authorisation: '482913', trace: '000045', slip: 'printing', sign: true }),
  'sale.approved:owed': (t) =>
    result.saleApproved(t, offline, { amount: most, authorisation: null, trace: '000045', slip: 'out', sign: true }),
  'sale.declined': (t, words) =>
    result.saleDeclined(t, bar, { amount, code: '51', trace: '000046', words, next: 'other-card' }),
  'sale.unknown': (t) => result.saleUnknown(t, onBackup, { amount, trace: '000047', why: 'silent', waited: 12 }),
  'sale.reversing': (t) => result.saleReversing(t, onBackup, { amount, trace: '000047', attempt: 2, waited: 34 }),
  'sale.reversed': (t) => result.saleReversed(t, bar, { amount, trace: '000047', confirmed: true }),
  'sale.reversed-unconfirmed': (t) => result.saleReversed(t, bar, { amount, trace: '000047', confirmed: false }),
  'sale.parked': (t) => result.saleParked(t, bar, { amount, trace: '000047', attempts: 3 }),
  'sale.refused': (t) => result.saleRefused(t, offline, { problem: { kind: 'line-down', tried: [] }, retry: true }),
  'sale.again': (t) =>
    result.saleAgain(t, bar, {
      amount,
      masked: boc.masked,
      first: { trace: '000045', time: '09:39', state: 'approved' },
    }),
  'void.trace': (t) => undo.voidTrace(t, bar, { typed: '', last: { amount: most, trace: '000045' } }),
  'void.trace:typed': (t) => undo.voidTrace(t, bar, { typed: '000045', last: null }),
  'void.confirm': inVoid((t) =>
    original.confirmAsk(t, bar, {
      ...{ ask: 'void.confirm.ask', amount: most, hint: t('void.confirm.unsettled') },
      rows: original.rowsOf({
        ...{ masked: '622848*********5511', trace: '000045', time: '09:39:07', authorisation: '482913' },
      }),
      foot: { cancel: 'key.not-void', enter: 'key.void' },
    }),
  ),
  'void.impossible': (t) =>
    undo.voidRefused(t, bar, { why: 'settled', trace: '000045', amount: most, refundable: most, batch: '000001' }),
  'void.impossible:unknown': (t) =>
    undo.voidRefused(t, bar, { why: 'unknown', trace: '000045', amount: null, refundable: null, batch: '000001' }),
  'void.impossible:part': (t) =>
    undo.voidRefused(t, bar, {
      ...{ why: 'refunded-in-part', trace: '000045', amount: most, batch: '000001', refundable: fen(4_987_150) },
    }),
  'void.supervisor': inVoid((t) => approval.supervisorPassword(t, bar, { ...supervisor, count: 4, refused: null })),
  'void.supervisor:wrong': inVoid((t) =>
    approval.supervisorPassword(t, bar, { ...supervisor, count: 0, refused: { left: 2 } }),
  ),
  'void.supervisor:locked': inVoid((t) =>
    approval.supervisorPassword(t, bar, { ...supervisor, count: 0, refused: { locked_s: 3600 } }),
  ),
  'void.supervisor:default': inVoid((t) =>
    approval.supervisorPassword(t, bar, { ...supervisor, count: 0, refused: 'default' }),
  ),
  'void.card.different': inVoid((t) =>
    approval.otherCard(t, bar, { amount: most, trace: '000045', masked: '622848*********5511' }),
  ),
  'void.card': inVoid((t) => sale.saleCard(t, bar, { amount: most, ways: allWays, seconds: 54 })),
  'void.card.another': inVoid((t) => sale.saleCardAnother(t, bar, { ways: allWays, most: 3 })),
  'void.pin': inVoid((t) => sale.salePin(t, bar, { amount: most, card: boc, count: 6, bypass: true })),
  'void.connecting': inVoid((t) => sale.saleConnecting(t, onBackup, { amount: most, line: 'backup' })),
  'void.waiting': inVoid((t) => sale.saleWaiting(t, bar, { amount: most, seconds: 57, of: 60 })),
  'void.approved': inVoid((t) =>
    result.saleApproved(t, bar, { amount: most, authorisation: '482913', trace: '000048', slip: 'out', sign: true }),
  ),
  'void.declined': inVoid((t, words) =>
    result.saleDeclined(t, bar, { amount: most, code: '51', trace: '000048', words, next: 'other-card' }),
  ),
  'void.declined:original': inVoid((t, words) =>
    result.saleDeclined(t, bar, { amount: most, code: '12', trace: '000048', words, next: 'none', original: 'ask' }),
  ),
  'void.unknown': inVoid((t) =>
    result.saleUnknown(t, onBackup, { amount: most, trace: '000048', why: 'silent', waited: 120 }),
  ),
  'void.reversing': inVoid((t) =>
    result.saleReversing(t, onBackup, { amount: most, trace: '000048', attempt: 12, waited: 3400 }),
  ),
  'void.reversed': inVoid((t) => result.saleReversed(t, bar, { amount: most, trace: '000048', confirmed: true })),
  'void.reversed-unconfirmed': inVoid((t) =>
    result.saleReversed(t, bar, { amount: most, trace: '000048', confirmed: false }),
  ),
  'void.parked': inVoid((t) => result.saleParked(t, bar, { amount: most, trace: '000048', attempts: 3 })),
  'void.refused': inVoid((t) =>
    result.saleRefused(t, offline, { problem: { kind: 'line-down', tried: [] }, retry: true }),
  ),
  'void.impossible:reference': (t) =>
    undo.voidRefused(t, bar, {
      ...{ why: 'unknown', trace: '000045', amount: null, refundable: null, batch: '000001', byReference: true },
    }),
  'balance.card': inBalance((t) => sale.saleCard(t, bar, { amount: null, ways: allWays, seconds: 54 })),
  'balance.pin': inBalance((t) => sale.salePin(t, bar, { amount: null, card: boc, count: 6, bypass: true })),
  'balance.waiting': inBalance((t) => sale.saleWaiting(t, bar, { amount: null, seconds: 57, of: 60 })),
  'balance.refused': inBalance((t) =>
    result.saleRefused(t, offline, { problem: { kind: 'line-down', tried: [] }, retry: false }),
  ),
  'balance.told': (t) => balance.balanceTold(t, bar, { amount: most, overdrawn: false, masked: boc.masked }),
  'balance.told:overdrawn': (t) =>
    balance.balanceTold(t, bar, { amount: most, overdrawn: true, masked: '622848*********5511' }),
  ...settlementSamples(bar),
  ...exceptionSamples(bar),
  'balance.declined': (t, words) => balance.balanceDeclined(t, bar, { code: '55', words }),
  'paper.out': (t) => paper.paperTrouble(t, offline, { slip: paperOf, trouble: 'out' }),
  'paper.cover': (t) =>
    paper.paperTrouble(t, offline, { slip: { ...paperOf, type: 'refund', state: 'voided' }, trouble: 'cover' }),
  'paper.fault': (t) => paper.paperTrouble(t, offline, { slip: null, trouble: 'fault' }),
  'paper.printing': (t) => paper.paperPrinting(t, bar, { copy: 'merchant' }),
  'paper.nothing': (t) => paper.paperNothing(t, bar),
  ...printingSamples,
  problem: (t) =>
    problemScreen(t, bar, { problem: { kind: 'device-silent', device: 'stripe-reader', waited_ms: 2000 } }),
  ...refundSamples,
  ...chargedSamples,
  ...holdSamples,
  ...adviceSamples,
} as const satisfies Record<string, Make>;

/** Further trees of some screens, as they follow one another. */
export const steps = {
  'checkup.running:first': (t) => checkup.checkupRunning(t, starting, { version: '1.0.0', rows: rowsWith(allPending) }),
  'checkup.running:fault': (t) => checkup.checkupRunning(t, before, { version: '1.0.0', rows: noReader }),
  'handshake.running:last': (t) => handshake.handshakeRunning(t, before, { step: 'check' }),
  'signin.operator:typed': (t) => signin.signinOperator(t, before, { typed: '01' }),
  'sale.amount:zero': (t) => sale.saleAmount(t, offline, { amount: fen(0), limit: most, refused: 'zero' }),
  'sale.card:late': (t) => sale.saleCard(t, bar, { amount, ways: allWays, seconds: 9 }),
  'sale.waiting:late': (t) => sale.saleWaiting(t, onBackup, { amount, seconds: 3, of: 60 }),
  'sale.approved:printed': (t) =>
    result.saleApproved(t, bar, { amount, authorisation: '482913', trace: '000045', slip: 'printed', sign: true }),
  'sale.approved:unsigned': (t) =>
    result.saleApproved(t, bar, { amount, authorisation: '482913', trace: '000045', slip: 'owed', sign: false }),
  'sale.unknown:late': (t) => result.saleUnknown(t, onBackup, { amount, trace: '000047', why: 'bad-mac', waited: 120 }),
  'sale.reversing:late': (t) => result.saleReversing(t, bar, { amount, trace: '000047', attempt: 12, waited: 3400 }),
} as const satisfies Record<string, Make>;

const device = 'stripe-reader';

/** One of each kind, and the longest names where a kind names something. */
const problemOf: { readonly [K in Problem['kind']]: Extract<Problem, { kind: K }> } = {
  'line-down': { kind: 'line-down', tried: [] },
  'host-silent': { kind: 'host-silent', waited_ms: 20_000 },
  'host-garbled': { kind: 'host-garbled', field: '64', why: 'length' },
  'mac-wrong': { kind: 'mac-wrong' },
  'keys-missing': { kind: 'keys-missing', slot: 'TMK' },
  'keys-mismatch': { kind: 'keys-mismatch', slot: 'TMK', expected: '8A3F21AA', found: '00000000' },
  'key-centre': { kind: 'key-centre', step: 'key', why: 'refused' },
  'part-silent': { kind: 'part-silent', part: 'display', waited_ms: 2000 },
  'clock-behind': { kind: 'clock-behind', now: '2026-01-01T00:00:00Z', latest: '2026-02-01T00:00:00Z' },
  'device-silent': { kind: 'device-silent', device, waited_ms: 2000 },
  'device-lost': { kind: 'device-lost', device },
  'device-garbled': { kind: 'device-garbled', device, why: 'parity' },
  'key-stuck': { kind: 'key-stuck', keys: ['1', '4', '7', '*'] },
  'paper-out': { kind: 'paper-out' },
  'cover-open': { kind: 'cover-open' },
  'print-head-hot': { kind: 'print-head-hot' },
  'printer-error': { kind: 'printer-error', why: 'cutter' },
  'disk-full': { kind: 'disk-full', file: 'journal.db' },
  'disk-read-only': { kind: 'disk-read-only', file: 'journal.db' },
  'disk-broken': { kind: 'disk-broken', file: 'journal.db', why: 'checksum' },
  'journal-missing': { kind: 'journal-missing', file: 'journal.db', set_aside: null },
  'journal-broken': { kind: 'journal-broken', file: 'journal.db', why: 'checksum', set_aside: 'journal.db.broken' },
  'journal-behind': { kind: 'journal-behind', file: 'journal.db', found: '000001', expected: '000045' },
  'journal-newer': { kind: 'journal-newer', file: 'journal.db', found: 6, reads: 4 },
  'bank-ahead': { kind: 'bank-ahead', batch: '000002', trace: '000117', found: '000002 000114' },
  'newest-unsaid': { kind: 'newest-unsaid', code: '58' },
  'batch-full': { kind: 'batch-full', rows: 5000 },
  'request-changed': { kind: 'request-changed', trace: '000045' },
  'batch-closed': { kind: 'batch-closed', batch: '000001' },
  'settlement-open': { kind: 'settlement-open' },
  'archive-broken': {
    kind: 'archive-broken',
    file: 'archive.db',
    why: 'checksum',
    set_aside: '/var/journal/archive-broken-20261201T041259.db',
  },
  configuration: {
    kind: 'configuration',
    file: 'network.json',
    key: 'connect_timeout_ms',
    why: 'must be a whole number',
    remedy: 'connect_timeout_ms: 5000',
  },
};

export const problems: readonly Problem[] = Object.values(problemOf);

export const panels = [
  { width: 480, height: 320 },
  { width: 320, height: 480 },
  { width: 800, height: 480 },
  { width: 1024, height: 600 },
] as const;
