import { type Fen, fen } from '../src/values/fen.ts';
import type { Books } from './books.ts';
import { cardAccount, holdAccount, type Ledger } from './ledger.ts';

/** The amounts that pre-authorisations hold. A hold exists while it is above zero; the ledger's entries change it. */
export interface Holds {
  /** Begins at zero; an entry of the ledger fills it. */
  open(hold: { preauth: number; card: string; expiresAt: number }): void;
  amount(preauth: number): Fen;
  /** Releases expired holds to their cards. To be called inside a transaction. */
  expire(now: number): void;
}

export function holds({ db }: Books, ledger: Ledger): Holds {
  const opened = db.prepare('INSERT INTO hold (preauth, card, amount, expires_at) VALUES (?, ?, 0, ?)');
  const held = db.prepare('SELECT amount FROM hold WHERE preauth = ?');
  const over = db.prepare('SELECT preauth, card, amount FROM hold WHERE amount > 0 AND expires_at <= ?');

  return {
    open: ({ preauth, card, expiresAt }) => void opened.run(preauth, card, expiresAt),
    amount: (preauth) => fen(Number(held.get(preauth)?.amount ?? 0)),
    expire(now) {
      for (const { preauth, card, amount } of over.all(now)) {
        ledger.post({
          kind: 'expiry',
          trade: Number(preauth),
          hold: Number(preauth),
          at: now,
          postings: [
            { account: cardAccount(String(card)), amount: Number(amount) },
            { account: holdAccount(String(card)), amount: -Number(amount) },
          ],
        });
      }
    },
  };
}
