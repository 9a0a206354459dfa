import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SEED } from '../../bank/bank.ts';
import { readSeed } from '../../bank/seed.ts';

interface WalletCard {
  id: string;
  name: { 'zh-CN': string; en: string };
  kind: string;
  pan: string;
  expiry: string;
  service_code: string;
  pin: string;
}

t.test('every card of the wallet is the bank’s card of that name, to the digit', async (t) => {
  const file = join(import.meta.dirname, '../../board/virtual/wallet.json');
  const { cards } = JSON.parse(readFileSync(file, 'utf8')) as { cards: WalletCard[] };
  const accounts = [...readSeed(SEED).cards.values()];
  t.same(cards.map(({ id }) => id).sort(), accounts.map(({ id }) => id).sort());
  for (const card of cards) {
    const account = accounts.find(({ id }) => id === card.id);
    t.equal(account?.pan.reveal(), card.pan, card.id);
    t.equal(account?.expiry, card.expiry, card.id);
    t.equal(account?.service, card.service_code, card.id);
    t.equal(account?.pin, card.pin, card.id);
    t.equal(account?.kind, card.kind, card.id);
    t.same(account?.name, { zh: card.name['zh-CN'], en: card.name.en }, card.id);
  }
});
