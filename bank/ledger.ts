import type { Books } from './books.ts';

export interface Posting {
  readonly account: string;
  /** Fen; positive is owed to the account's owner. */
  readonly amount: number;
}

export interface Entry {
  readonly kind: string;
  readonly trade: number | null;
  readonly at: number;
  readonly postings: readonly Posting[];
  readonly hold?: number | null;
}

/** The double-entry ledger. Every change of a balance is a posting of an entry whose postings sum to zero. */
export interface Ledger {
  open(account: { id: string; kind: string; name: string }): boolean;
  balance(account: string): number;
  /**
   * Throws, and so undoes the transaction that it is in, where the entry or the ledger does not sum to zero. Postings to
   * one account are added up. `hold`: the pre-authorisation whose hold the entry moves; it never gets below zero.
   */
  post(entry: Entry): void;
  /** Posts the opposite of what the entries posted, all in one, for the trade `as.trade`. */
  postOpposite(of: readonly { kind: string; trade: number }[], as: { kind: string; at: number; trade: number }): void;
  /** The kinds of a trade's entries, the oldest first. */
  kinds(trade: number): string[];
  /** The running sum that the database keeps; `recount` reads every posting and throws where something is off. */
  sum(): number;
  recount(): void;
  /** Newest first. */
  entries(limit: number): { id: number; kind: string; trade: number | null; time: string; postings: Posting[] }[];
  /** The postings of one entry. */
  postings(entry: number): Posting[];
}

export function ledger({ db }: Books): Ledger {
  const opened = db.prepare('INSERT INTO account (id, kind, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const entered = db.prepare('INSERT INTO entry (trade, kind, at, hold) VALUES (?, ?, ?, ?)');
  const posted = db.prepare('INSERT INTO posting (entry, account, amount) VALUES (?, ?, ?)');
  const moved = db.prepare('UPDATE account SET balance = balance + ? WHERE id = ?');
  const total = db.prepare('SELECT total FROM ledger_sum');
  const balanceOf = db.prepare('SELECT balance FROM account WHERE id = ?');
  const postingsOf = db.prepare(
    'SELECT account, amount, hold FROM posting JOIN entry ON entry.id = posting.entry WHERE trade = ? AND kind = ?',
  );
  const kindsOf = db.prepare('SELECT kind FROM entry WHERE trade = ? ORDER BY id');
  const unbalanced = db.prepare('SELECT entry FROM posting GROUP BY entry HAVING sum(amount) <> 0 LIMIT 1');
  const drifted = db.prepare(
    `SELECT id FROM account LEFT JOIN (SELECT account, sum(amount) AS sum FROM posting GROUP BY account) ON account = id
       WHERE balance <> coalesce(sum, 0) LIMIT 1`,
  );

  const held = db.prepare('UPDATE hold SET amount = amount + ? WHERE preauth = ?');
  const holdOf = db.prepare('SELECT card, amount FROM hold WHERE preauth = ?');
  const unheld = db.prepare(
    `SELECT preauth FROM hold WHERE amount <> (SELECT coalesce(sum(posting.amount), 0) FROM entry
       JOIN posting ON posting.entry = entry.id JOIN account ON account.id = posting.account AND account.kind = 'hold'
       WHERE entry.hold = hold.preauth) LIMIT 1`,
  );
  const newest = db.prepare('SELECT id, trade, kind, at FROM entry ORDER BY id DESC LIMIT ?');
  const postingsIn = db.prepare('SELECT account, amount FROM posting WHERE entry = ?');

  const postings: Ledger['postings'] = (entry) =>
    postingsIn.all(entry).map(({ account, amount }) => ({ account: String(account), amount: Number(amount) }));
  const sum = (): number => Number(total.get()?.total);
  const post: Ledger['post'] = ({ kind, trade, at, postings, hold = null }) => {
    const off = postings.reduce((left, posting) => left + posting.amount, 0);
    if (off !== 0) throw new Error(`the ${kind} entry does not balance: ${off} fen over`);
    const together = addedUp(postings);
    if (together.size === 0) return;
    const entry = entered.run(trade, kind, at, hold).lastInsertRowid;
    for (const [account, amount] of together) {
      posted.run(entry, account, amount);
      if (moved.run(amount, account).changes !== 1) throw new Error(`no account ${account}`);
      // The table itself refuses a hold below zero.
      if (isHold(account) && held.run(amount, hold).changes !== 1) throw new Error(`no hold of ${account} for ${kind}`);
    }
    if (sum() !== 0) throw new Error(`the ledger is ${sum()} fen over after a ${kind} entry`);
  };

  /** Postings for what the hold lacks: it went back to the card when the hold expired, so it is taken from there. */
  function expiredSince(postings: readonly Posting[], hold: number | null): Posting[] {
    const row = hold === null ? undefined : holdOf.get(hold);
    if (row === undefined) return [];
    const taken = postings.reduce((left, { account, amount }) => left + (isHold(account) ? amount : 0), 0);
    const lacking = Math.max(0, -(Number(row.amount) + taken));
    const card = String(row.card);
    return [
      { account: holdAccount(card), amount: lacking },
      { account: cardAccount(card), amount: -lacking },
    ];
  }

  return {
    open: ({ id, kind, name }) => opened.run(id, kind, name).changes === 1,
    balance(account) {
      const row = balanceOf.get(account);
      if (row === undefined) throw new Error(`no account ${account}`);
      return Number(row.balance);
    },
    post,
    postOpposite(of, as) {
      let hold: number | null = null;
      const postings = of.flatMap(({ kind, trade }) => {
        const rows = postingsOf.all(trade, kind);
        if (rows.length === 0) throw new Error(`trade ${trade} has no ${kind} entry to turn back`);
        return rows.map((row) => {
          if (typeof row.hold === 'number') hold = row.hold;
          return { account: String(row.account), amount: -Number(row.amount) };
        });
      });
      post({ ...as, hold, postings: [...postings, ...expiredSince(postings, hold)] });
    },
    kinds: (trade) => [...new Set(kindsOf.all(trade).map(({ kind }) => String(kind)))],
    sum,
    recount() {
      const entry = unbalanced.get();
      if (entry !== undefined) throw new Error(`entry ${entry.entry} of the ledger does not balance`);
      const account = drifted.get();
      if (account !== undefined) throw new Error(`account ${account.id} does not hold what was posted to it`);
      const hold = unheld.get();
      if (hold !== undefined) throw new Error(`the hold of trade ${hold.preauth} is not what was posted to it`);
      if (sum() !== 0) throw new Error(`the ledger is ${sum()} fen over`);
    },
    entries: (limit) =>
      newest.all(limit).map(({ id, trade, kind, at }) => ({
        id: Number(id),
        kind: String(kind),
        trade: trade === null ? null : Number(trade),
        time: new Date(Number(at)).toISOString(),
        postings: postings(Number(id)),
      })),
    postings,
  };
}

export const cardAccount = (card: string): string => `card:${card}`;
/** What pre-authorisations hold of a card's money: not available, and not spent. */
export const holdAccount = (card: string): string => `card:${card}:hold`;

const isHold = (account: string): boolean => account.endsWith(':hold');

function addedUp(postings: readonly Posting[]): Map<string, number> {
  const together = new Map<string, number>();
  for (const { account, amount } of postings) together.set(account, (together.get(account) ?? 0) + amount);
  for (const [account, amount] of together) if (amount === 0) together.delete(account);
  return together;
}
