import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Tampers with the bank's books: in the newest sale, of ¥7.00, the card has paid only ¥6.00. */
export function tamper(dir: string): void {
  const db = new DatabaseSync(join(dir, 'bank', 'bank.db'), { timeout: 5000 });
  db.exec(`BEGIN IMMEDIATE;
    UPDATE trade SET moved = 600 WHERE amount = 700 AND state = 'posted';
    INSERT INTO entry (trade, kind, at) SELECT trade, kind, at FROM entry WHERE kind = 'sale' ORDER BY id DESC LIMIT 1;
    INSERT INTO posting VALUES ((SELECT max(id) FROM entry), 'card:boc-debit', 100);
    INSERT INTO posting VALUES ((SELECT max(id) FROM entry), 'merchant:898110248990001:pending', -100);
    UPDATE account SET balance = balance + 100 WHERE id = 'card:boc-debit';
    UPDATE account SET balance = balance - 100 WHERE id = 'merchant:898110248990001:pending';
    COMMIT`);
  db.close();
}
