import type { Text, TextId } from '../../src/config/texts.ts';
import type { Screen } from '../../src/operator/screen.ts';
import * as advice from '../../src/operator/screens/advice.ts';
import * as approval from '../../src/operator/screens/approval.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import { asIn, type OtherFlow } from '../../src/operator/screens/flow-words.ts';
import * as original from '../../src/operator/screens/original.ts';
import * as result from '../../src/operator/screens/result.ts';
import * as sale from '../../src/operator/screens/sale.ts';
import { fen } from '../../src/values/fen.ts';

const supervisor = { person: '00', role: 'supervisor', place: 'place.sale' } as const;

const bar: BarFacts = {
  ...{ operator: '01', batch: '000001', line: 'primary', paper: 'good', lab: true, time: '09:41' },
  support: { machine: '010-0000-0001', accounts: '010-0000-0002' },
};
const offline: BarFacts = { ...bar, line: 'down', paper: 'owed' };

const boc = { masked: '622202******1234', issuer: '中国银行' };
const held = fen(5_000_000);
const some = fen(1_28850);
const trace = '000052';
const ways = { stripe: true, chip: false, tap: false };
const shown = { masked: '622848*********5511', time: '11-28 18:05', trace, authorisation: '482913' };

interface Words {
  readonly title: string;
  readonly customer: string;
  readonly clerk: string;
}
type Make = (text: Text, sentence: Words) => Screen;
type Draw = (text: Text, bar: BarFacts, sentence: Words) => Screen;

/** A sale's screen as it stands in another flow. */
const within =
  (flow: OtherFlow, draw: Draw, at = bar): Make =>
  (text, sentence) =>
    asIn(flow, (words, facts) => draw(words, facts, sentence))(text, at);

/** How each of these flows ends: the same screens, in words of its own. */
function ends(flow: OtherFlow): Record<string, Make> {
  const numbers = { amount: some, trace };
  const approved = { ...numbers, authorisation: '482913', slip: 'owed', sign: true } as const;
  return {
    [`${flow}.connecting`]: within(flow, (t, b) => sale.saleConnecting(t, b, { amount: some, line: 'primary' })),
    [`${flow}.approved`]: within(flow, (t, b) => result.saleApproved(t, b, approved)),
    [`${flow}.declined`]: within(flow, (t, b, words) =>
      result.saleDeclined(t, b, { ...numbers, code: '51', words, next: 'other-card' }),
    ),
    [`${flow}.declined:original`]: within(flow, (t, b, words) =>
      result.saleDeclined(t, b, { ...numbers, code: '12', words, next: 'none', original: 'ask' }),
    ),
    [`${flow}.declined:amount`]: within(flow, (t, b, words) =>
      result.saleDeclined(t, b, { ...numbers, code: '13', words, next: 'other-amount', original: 'ask' }),
    ),
    [`${flow}.unknown`]: within(flow, (t, b) => result.saleUnknown(t, b, { ...numbers, why: 'silent', waited: 61 })),
    [`${flow}.reversing`]: within(flow, (t, b) => result.saleReversing(t, b, { ...numbers, attempt: 2, waited: 90 })),
    [`${flow}.reversed`]: within(flow, (t, b) => result.saleReversed(t, b, { ...numbers, confirmed: true })),
    [`${flow}.reversed-unconfirmed`]: within(flow, (t, b) =>
      result.saleReversed(t, b, { ...numbers, confirmed: false }),
    ),
    [`${flow}.parked`]: within(flow, (t, b) => result.saleParked(t, b, { ...numbers, attempts: 3 })),
    [`${flow}.refused`]: within(
      flow,
      (t, b) => result.saleRefused(t, b, { problem: { kind: 'line-down', tried: [] }, retry: true }),
      offline,
    ),
  };
}

function impossible(flow: OtherFlow, title: TextId, remedy: TextId, another = true): Make {
  const values = { batch: '000001', days: 30 };
  return within(flow, (t, b) => original.impossible(t, b, { title, remedy, values, trace, amount: some, another }));
}

/** A question about an amount of an original. */
function amountOf(flow: OtherFlow, facts: (text: Text) => original.OriginalAmountFacts): Make {
  return within(flow, (t, b) => original.originalAmount(t, b, facts(t)));
}

const heldLine = (t: Text) => t('hold.amount.of', { amount: '50,000.00', trace });
const most = { limit: '57,500.00', percent: 115 };

/** The screens of the pre-authorisation family. */
export const holdSamples: Readonly<Record<string, Make>> = {
  'preauth.amount': within('preauth', (t, b) => sale.saleAmount(t, b, { amount: some, limit: held })),
  'preauth.card': within('preauth', (t, b) => sale.saleCard(t, b, { amount: some, ways, seconds: 54 })),
  'preauth.number': within('preauth', (t, b) => sale.saleNumber(t, b, { card: boc, amount: some, expiry: '3012' })),
  'preauth.again': within('preauth', (t, b) =>
    result.saleAgain(t, b, {
      ...{ amount: some, masked: boc.masked },
      first: { trace, time: '09:39:07', state: 'approved' },
    }),
  ),
  ...ends('preauth'),
  'preauth-add.trace': within('preauth-add', (t, b) =>
    original.traceAsk(t, b, { typed: '', last: { amount: held, trace }, byCode: true }),
  ),
  'preauth-add.amount.of': amountOf('preauth-add', (t) => ({
    ...{ amount: some, ask: 'preauth-add.amount.ask', of: heldLine(t), refused: null },
    hint: t('preauth-add.amount.limit', { amount: '51,288.50' }),
  })),
  'preauth-add.amount.of:over': amountOf('preauth-add', (t) => ({
    ...{ amount: held, ask: 'preauth-add.amount.ask', of: heldLine(t), hint: '' },
    refused: t('preauth-add.amount.over', { limit: '50,000.00' }),
  })),
  'preauth-add.card.different': within('preauth-add', (t, b) =>
    approval.otherCard(t, b, { amount: some, trace, masked: '622848*********5511' }),
  ),
  ...ends('preauth-add'),
  'preauth-void.confirm': within('preauth-void', (t, b) =>
    original.confirmAsk(t, b, {
      ...{ ask: 'preauth-void.ask', amount: held, rows: original.rowsOf(shown) },
      foot: { cancel: 'key.keep-hold', enter: 'key.release' },
    }),
  ),
  'preauth-void.amount.of': amountOf('preauth-void', (t) => ({
    ...{ amount: some, ask: 'preauth-void.amount.ask', refused: null, hint: t('amount.limit', { limit: '50,000.00' }) },
    of: t('hold.amount.of-code', { authorisation: '482913', date: '11-28' }),
  })),
  'preauth-void.supervisor': within('preauth-void', (t, b) =>
    approval.supervisorPassword(t, b, { ...supervisor, count: 4, refused: null }),
  ),
  ...ends('preauth-void'),
  'completion.trace': within('completion', (t, b) =>
    original.traceAsk(t, b, { typed: '000052', last: null, byCode: true }),
  ),
  'completion.authorisation': within('completion', (t, b) => original.authorisationAsk(t, b, { typed: '4829' })),
  'completion.date': within('completion', (t, b) => original.dateAsk(t, b, { typed: '112', refused: null })),
  'completion.date:wrong': within('completion', (t, b) => original.dateAsk(t, b, { typed: '', refused: 'wrong' })),
  'completion.date:expired': within('completion', (t, b) =>
    original.dateAsk(t, b, { typed: '', refused: { days: 30 } }),
  ),
  'completion.amount.of': amountOf('completion', (t) => ({
    ...{ amount: held, ask: 'completion.amount.ask', of: heldLine(t), refused: null },
    hint: t('completion.amount.limit', most),
  })),
  'completion.amount.of:over': amountOf('completion', (t) => ({
    ...{ amount: held, ask: 'completion.amount.ask', of: heldLine(t), hint: '' },
    refused: t('completion.amount.over', most),
  })),
  'completion-advice.confirm': within('completion-advice', (t, b) =>
    original.confirmAsk(t, b, {
      ...{ ask: 'completion.ask', amount: held, rows: original.rowsOf(shown) },
      foot: { cancel: 'key.not-complete', enter: 'key.complete' },
    }),
  ),
  ...ends('completion'),
  'completion.impossible:unknown': impossible('completion', 'void.why.unknown.title', 'hold.why.unknown.remedy'),
  'completion.impossible:completed': impossible('completion', 'hold.why.completed.title', 'hold.why.completed.remedy'),
  'completion.impossible:expired': impossible('completion', 'hold.why.expired.title', 'hold.why.expired.remedy'),
  'completion-void.confirm': within('completion-void', (t, b) =>
    original.confirmAsk(t, b, {
      ...{ ask: 'completion-void.ask', amount: held, rows: original.rowsOf(shown) },
      foot: { cancel: 'key.not-void', enter: 'key.void' },
    }),
  ),
  'completion-void.impossible': impossible(
    'completion-void',
    'completion.why.pending.title',
    'completion.why.pending.remedy',
  ),
  ...ends('completion-void'),
};

/** What the counter decides and the bank is told, and the sale by instalments. */
export const adviceSamples: Readonly<Record<string, Make>> = {
  ...accepted('completion-advice', false),
  'offline.trying': within('offline', advice.offlineTrying),
  'offline.impossible': within('offline', (t, b) =>
    original.impossible(t, b, {
      ...{ title: 'offline.line-up.title', remedy: 'offline.line-up.text', trace: null, amount: null, another: false },
    }),
  ),
  'offline.impossible:online-only': within('offline', (t, b) =>
    original.impossible(t, b, {
      ...{ title: 'offline.online-only.title', remedy: 'offline.online-only.text', trace: null, another: false },
      amount: some,
    }),
  ),
  'offline.amount:over': within('offline', (t, b) =>
    sale.saleAmount(t, b, { amount: fen(1_99_99), limit: fen(20_000), refused: 'over' }),
  ),
  'offline.confirm': confirmOffline(false),
  'offline.confirm:first': confirmOffline(true),
  'offline.doubted': within('offline', (t, b) => result.saleDoubted(t, b, { amount: some, trace })),
  ...accepted('offline', true),
  'voice.call': within('voice', (t, b) =>
    advice.voiceCall(t, b, {
      ...{ amount: held, masked: '622848*********5511', phone: '010-0000-0002', typed: '482' },
      ...{ merchant: '898110248990001', terminal: '50461160' },
    }),
  ),
  ...accepted('voice', true),
  'tip.amount.of': amountOf('tip', (t) => ({
    ...{ amount: fen(2000), ask: 'tip.amount.ask', refused: null },
    ...{ of: t('tip.amount.of', { amount: '128.50', trace }), hint: t('tip.amount.total', { amount: '148.50' }) },
  })),
  'tip.amount.of:over': amountOf('tip', (t) => ({
    ...{ amount: fen(2000), ask: 'tip.amount.ask', of: t('tip.amount.of', { amount: '128.50', trace }), hint: '' },
    refused: t('tip.amount.over', { limit: '25.70', percent: 20 }),
  })),
  'tip.impossible': impossible('tip', 'tip.why.tipped.title', 'tip.why.tipped.remedy'),
  ...accepted('tip', false),
  'adjust.amount.of': amountOf('adjust', (t) => ({
    ...{ amount: fen(9900), ask: 'adjust.amount.ask', refused: null },
    ...{ of: t('adjust.amount.of', { amount: '128.50', trace }), hint: t('adjust.amount.limit', { limit: '200.00' }) },
  })),
  'adjust.amount.of:same': amountOf('adjust', (t) => ({
    ...{ amount: fen(0), ask: 'adjust.amount.ask', of: t('adjust.amount.of', { amount: '128.50', trace }), hint: '' },
    refused: t('adjust.amount.same'),
  })),
  'adjust.impossible': impossible('adjust', 'adjust.why.not-offline.title', 'adjust.why.not-offline.remedy'),
  ...accepted('adjust', false),
  'instalment.periods': within('instalment', (t, b) =>
    advice.instalmentPeriods(t, b, {
      amount: held,
      choices: [3, 6, 12, 24].map((periods) => ({ periods, each: fen(Math.ceil(held / periods)) })),
    }),
  ),
  'instalment.approved': within('instalment', (t, b) =>
    result.saleApproved(t, b, { amount: held, authorisation: '482913', trace, slip: 'printing', sign: true }),
  ),
};

function accepted(flow: 'completion-advice' | 'offline' | 'voice' | 'tip' | 'adjust', sign: boolean) {
  const facts = { title: `accepted.${flow}`, amount: some, authorisation: null, trace, slip: 'owed', sign } as const;
  return {
    [`${flow}.accepted`]: within(flow, (t, b) => advice.accepted(t, b, { ...facts, state: 'pending' }), offline),
    [`${flow}.accepted:parked`]: within(flow, (t, b) => advice.accepted(t, b, { ...facts, state: 'parked' })),
    [`${flow}.accepted:told`]: within(flow, (t, b) => advice.accepted(t, b, { ...facts, state: 'approved' })),
    [`${flow}.accepted.refused`]: within(flow, (t, b, { title: why }) =>
      advice.adviceRefused(t, b, {
        amount: some,
        trace,
        code: '51',
        why,
        original: flow === 'tip' || flow === 'adjust',
        left: false,
        ofOriginal: false,
      }),
    ),
    [`${flow}.accepted.refused:original`]: within(flow, (t, b, { title: why }) =>
      advice.adviceRefused(t, b, {
        amount: some,
        trace,
        code: '12',
        why,
        original: false,
        left: false,
        ofOriginal: true,
      }),
    ),
    [`${flow}.accepted.refused:left`]: within(flow, (t, b, { title: why }) =>
      advice.adviceRefused(t, b, {
        amount: some,
        trace,
        code: '77',
        why,
        original: false,
        left: true,
        ofOriginal: false,
      }),
    ),
  };
}

function confirmOffline(first: boolean): Make {
  return within(
    'offline',
    (t, b) =>
      original.confirmAsk(t, b, {
        ...{ ask: 'offline.ask', amount: fen(12_850) },
        rows: [
          ['void.confirm.card', '6228 48** **** ***5 511'],
          ...(first ? ([['offline.first', '000051']] as const) : []),
        ],
        notice: t(first ? 'offline.first.text' : 'offline.risk'),
        foot: { cancel: 'key.not-offline', enter: 'key.sell-offline' },
      }),
    offline,
  );
}
