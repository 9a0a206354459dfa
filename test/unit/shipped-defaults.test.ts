import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SEED } from '../../bank/bank.ts';
import { readSeed } from '../../bank/seed.ts';
import { authoriseByVoice } from '../../bank/voice.ts';
import { mostTotal } from '../../src/advice/adjust.ts';
import { mostTip } from '../../src/advice/tip.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { mostOf } from '../../src/preauth/hold.ts';
import { fen } from '../../src/values/fen.ts';
import { Counter, type FormName, n12, onDay, place, type Saying } from './bank-counter.ts';

const folder = join(import.meta.dirname, '../../firmware-config');
const { terminal, network, profile } = readConfig(folder);
const { acquirer, merchants, terminals, bins } = readSeed(SEED);
const offered = profile.transactions;

t.test('what the terminal offers as it is shipped is what its bank takes', async (t) => {
  const merchant = merchants.get(terminal.merchant.id);
  t.match(terminals.get(terminal.merchant.terminal), { merchant: terminal.merchant.id, serial: terminal.serial });
  const ours = {
    name: terminal.merchant.name,
    sale: terminal.sale.limit_fen,
    floor: offered.offline.floor_fen,
    completion: 100 + offered.completion.over_percent,
    hold: offered.completion.hold_days,
    refund: offered.refund.window_days,
    tip: offered.tip.most_percent,
    periods: offered.instalment.periods,
    answer_ms: network.answer_timeout_ms,
    retries: profile.reversal_retries,
    phones: { ...terminal.support },
  };
  t.strictSame(ours, {
    name: merchant?.name.zh,
    sale: merchant?.saleLimit,
    floor: merchant?.offlineFloor,
    completion: acquirer.completionPercent,
    hold: acquirer.holdDays,
    refund: acquirer.refundDays,
    tip: acquirer.tipPercent,
    periods: acquirer.instalmentPeriods,
    answer_ms: acquirer.answerTimeoutMs,
    retries: acquirer.reversalRetries,
    phones: { machine: acquirer.phoneMachine, accounts: acquirer.phoneAccounts },
  });
});

t.test('no amount of the profile is above what the bank lets a merchant sell', async (t) => {
  const most = merchants.get(terminal.merchant.id)?.saleLimit ?? 0;
  for (const limit of [offered.refund.limit_fen, offered.voice.limit_fen, offered.offline.floor_fen]) {
    t.ok(limit <= most, `${limit}`);
  }
});

t.test(
  'the most that the counter takes of each transaction, as it is shipped, is not too much for its bank',
  async (t) => {
    const limit = fen(terminal.sale.limit_fen);
    const { completion, tip, offline, voice, instalment } = offered;
    /** On the card that has as much as a payment may take. */
    const at = (counter: Counter, type: FormName, saying: Saying) => counter.ask(type, { card: 'cmb', ...saying });
    const afterHold = (amount: number) => {
      const counter = new Counter(t);
      const held = at(counter, 'preauth', { trace: '000002', amount });
      return { counter, fields: { authorisation: held.authorisation, original: onDay(held) } };
    };
    for (const type of ['completion', 'completion-advice'] as const) {
      const { counter, fields } = afterHold(limit);
      // What is over the hold must be there where it is asked for.
      const amount = type === 'completion' ? limit : mostOf(limit, completion.over_percent);
      t.equal(at(counter, type, { trace: '000003', amount, fields }).code, '00', type);
    }
    const { counter: asked, fields } = afterHold(100);
    t.equal(at(asked, 'preauth-add', { trace: '000003', amount: limit - 100, fields }).code, '00', 'added to a hold');

    const sold = new Counter(t);
    t.equal(at(sold, 'sale', { trace: '000002', amount: limit }).code, '00');
    const added = mostTip(limit, tip.most_percent);
    const tipped = { original: place(sold, '000002'), totals: n12(added) };
    t.equal(at(sold, 'tip', { trace: '000003', amount: limit + added, fields: tipped }).code, '00', 'a tip');

    const parts = new Counter(t);
    const payload = Buffer.from(`${String(Math.max(...instalment.periods)).padStart(2, '0')}${instalment.plan}`);
    t.equal(at(parts, 'instalment', { trace: '000002', amount: limit, fields: { payload } }).code, '00', 'instalments');

    for (const type of ['offline', 'voice'] as const) {
      const here = new Counter(t);
      const amount = fen(type === 'voice' ? voice.limit_fen : offline.floor_fen);
      const said = authoriseByVoice(here.office, { card: 'cmb-credit', amount }) as { authorisation: string };
      const given = type === 'voice' ? { authorisation: said.authorisation } : {};
      t.equal(at(here, type, { trace: '000002', amount, fields: given }).code, '00', type);
      const adjusted = (trace: string, total: number, before: number) => {
        const fields = { original: place(here, '000002'), totals: n12(before) };
        return at(here, 'adjust', { trace, amount: total, fields }).code;
      };
      t.equal(adjusted('000003', 1, amount), '00');
      const entry = { facts: { type }, amount } as unknown as Entry;
      const { limit: most } = mostTotal(entry, { floor_fen: offline.floor_fen, limit_fen: limit });
      t.equal(adjusted('000004', most, 1), '00', `${type}, adjusted`);
    }
  },
);

t.test('both ends know the same issuers by the same numbers', async (t) => {
  const table: readonly { institution: string; bins: readonly string[] }[] = JSON.parse(
    readFileSync(join(folder, 'schemes/institutions.json'), 'utf8'),
  );
  const ours = table.flatMap(({ institution, bins }) => bins.map((bin) => [bin, institution] as const));
  t.strictSame(new Map(ours.sort()), new Map([...bins].sort()));
});
