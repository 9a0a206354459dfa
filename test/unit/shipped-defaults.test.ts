import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SEED } from '../../bank/bank.ts';
import { readSeed } from '../../bank/seed.ts';
import { readConfig } from '../../src/config/config.ts';

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

t.test('both ends know the same issuers by the same numbers', async (t) => {
  const table: readonly { institution: string; bins: readonly string[] }[] = JSON.parse(
    readFileSync(join(folder, 'schemes/institutions.json'), 'utf8'),
  );
  const ours = table.flatMap(({ institution, bins }) => bins.map((bin) => [bin, institution] as const));
  t.strictSame(new Map(ours.sort()), new Map([...bins].sort()));
});
