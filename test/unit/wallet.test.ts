import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { maskedPan, readWallet, stripeOf, WalletError } from '../../board/virtual/wallet.ts';

const root = join(import.meta.dirname, '..', '..');
const wallet = readWallet();

interface Account {
  readonly id: string;
  readonly pan: string;
  readonly expiry: string;
  readonly pin: string;
  readonly service?: string;
}

t.test('the bank knows every card of the wallet, by the same number, expiry and PIN', async (t) => {
  const seed = JSON.parse(readFileSync(join(root, 'bank', 'seed', 'accounts.json'), 'utf8'));
  const accounts: Account[] = Array.isArray(seed) ? seed : (seed.accounts ?? seed.cards);
  t.ok(wallet.length >= 8);
  for (const card of wallet) {
    const account = accounts.find(({ id }) => id === card.id);
    t.match(account, { pan: card.pan, expiry: card.expiry, pin: card.pin, service: card.service_code }, card.id);
  }
});

t.test('stripes have the forms of ISO 7813 and ISO 4909', async (t) => {
  for (const card of wallet) {
    const { track1, track2, track3, worn } = stripeOf(card);
    t.match(track1, /^B\d{12,19}\^[A-Z /.]{2,26}\^\d{4}\d{3}\d*$/, card.id);
    t.ok((track1 ?? '').length <= 76, 'track 1 holds 79 with sentinels and LRC');
    t.match(track2, /^\d{12,19}=\d{4}\d{3}\d*$/);
    t.ok(track2.length <= 37, 'field 35 holds 37');
    if (track3 !== null) t.match(track3, /^99\d{12,19}==[\d=]+$/);
    t.ok((track3 ?? '').length <= 104, 'field 36 holds 104');
    t.equal(worn, card.id === 'worn-stripe');
    t.match(maskedPan(card.pan), /^\d{6}\*{6}\d{4}$/);
  }
  t.equal(
    stripeOf(wallet.find(({ id }) => id === 'spdb-chip') ?? (wallet[0] as (typeof wallet)[number])).track2.slice(
      21,
      24,
    ),
    '220',
    'a chip card says so',
  );
});

t.test('a wallet with a mistake is refused by file, key and remedy', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-wallet-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'wallet.json');
  const [first] = wallet;
  const mistakes: [unknown, RegExp][] = [
    ['{', /wallet\.json: /],
    [{ cards: [] }, /\/cards/],
    [{ cards: [{ ...first, pan: '6222020010011235' }] }, /\/cards\/0\/pan: the check digit is wrong/],
    [{ cards: [first, first] }, /\/cards\/1\/id: "boc-debit" is there twice/],
    [{ cards: [{ ...first, pni: '1' }] }, /\/cards\/0: unknown key "pni"/],
    [{ cards: [{ ...first, expiry: '3013' }] }, /\/cards\/0\/expiry/],
    [{ cards: [{ ...first, pin: 123456 }] }, /\/cards\/0\/pin: must be string/],
  ];
  for (const [content, message] of mistakes) {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    t.throws(() => readWallet(file), { name: 'WalletError', message, remedy: /.+/ });
  }
  t.ok(new WalletError('x', 'y') instanceof Error);
});
