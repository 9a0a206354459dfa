import type { Books } from './books.ts';

export interface Posting {
  readonly account: string;
  /** Fen; positive is owed to the account's owner. */
  readonly amount: number;
}

/** The double-entry ledger. Every change of a balance is a posting of an entry whose postings sum to zero. */
export interface Ledger {
  open(account: { id: string; kind: string; name: string }): boolean;
  balance(account: string): number;
  /** Throws, and so undoes the transaction that it is in, where the entry or the ledger does not sum to zero. */
  post(entry: { kind: string; trade: number | null; at: number; postings: readonly Posting[] }): void;
  /** Posts the opposite of what the trade's entry of `kind` posted, for that trade or for the one that undoes it. */
  postOpposite(of: { kind: string; trade: number }, as: { kind: string; at: number; trade?: number }): void;
  /** Kept by the database; `recount` reads every posting. */
  sum(): number;
  recount(): void;
  /** Newest first. */
  entries(limit: number): { id: number; kind: string; trade: number | null; time: string; postings: Posting[] }[];
}

export function ledger({ db }: Books): Ledger {
  const opened = db.prepare('INSERT INTO account (id, kind, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const entered = db.prepare('INSERT INTO entry (trade, kind, at) VALUES (?, ?, ?)');
  const posted = db.prepare('INSERT INTO posting (entry, account, amount) VALUES (?, ?, ?)');
  const moved = db.prepare('UPDATE account SET balance = balance + ? WHERE id = ?');
  const total = db.prepare('SELECT total FROM ledger_sum');
  const balanceOf = db.prepare('SELECT balance FROM account WHERE id = ?');
  const postingsOf = db.prepare(
    'SELECT account, amount FROM posting JOIN entry ON entry.id = posting.entry WHERE entry.trade = ? AND entry.kind = ?',
  );
  const unbalanced = db.prepare('SELECT entry FROM posting GROUP BY entry HAVING sum(amount) <> 0 LIMIT 1');
  const drifted = db.prepare(
    `SELECT id FROM account WHERE balance <>
       (SELECT coalesce(sum(amount), 0) FROM posting WHERE posting.account = account.id) LIMIT 1`,
  );

  const newest = db.prepare('SELECT id, trade, kind, at FROM entry ORDER BY id DESC LIMIT ?');
  const postingsIn = db.prepare('SELECT account, amount FROM posting WHERE entry = ?');

  const sum = (): number => Number(total.get()?.total);
  const post: Ledger['post'] = ({ kind, trade, at, postings }) => {
    const off = postings.reduce((left, posting) => left + posting.amount, 0);
    if (off !== 0) throw new Error(`the ${kind} entry does not balance: ${off} fen over`);
    const entry = entered.run(trade, kind, at).lastInsertRowid;
    for (const { account, amount } of postings) {
      posted.run(entry, account, amount);
      if (moved.run(amount, account).changes !== 1) throw new Error(`no account ${account}`);
    }
    if (sum() !== 0) throw new Error(`the ledger is ${sum()} fen over after a ${kind} entry`);
  };

  return {
    open: ({ id, kind, name }) => opened.run(id, kind, name).changes === 1,
    balance(account) {
      const row = balanceOf.get(account);
      if (row === undefined) throw new Error(`no account ${account}`);
      return Number(row.balance);
    },
    post,
    postOpposite(of, as) {
      const postings = postingsOf
        .all(of.trade, of.kind)
        .map((row) => ({ account: String(row.account), amount: -Number(row.amount) }));
      if (postings.length === 0) throw new Error(`trade ${of.trade} has no ${of.kind} entry to turn back`);
      post({ kind: as.kind, trade: as.trade ?? of.trade, at: as.at, postings });
    },
    sum,
    recount() {
      const entry = unbalanced.get();
      if (entry !== undefined) throw new Error(`entry ${entry.entry} of the ledger does not balance`);
      const account = drifted.get();
      if (account !== undefined) throw new Error(`account ${account.id} does not hold what was posted to it`);
      if (sum() !== 0) throw new Error(`the ledger is ${sum()} fen over`);
    },
    entries: (limit) =>
      newest.all(limit).map(({ id, trade, kind, at }) => ({
        id: Number(id),
        kind: String(kind),
        trade: trade === null ? null : Number(trade),
        time: new Date(Number(at)).toISOString(),
        postings: postingsIn
          .all(Number(id))
          .map(({ account, amount }) => ({ account: String(account), amount: Number(amount) })),
      })),
  };
}
