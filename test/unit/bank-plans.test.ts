import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { certificates } from '../../bank/certificates.ts';
import { Counter } from './bank-counter.ts';

/** A row for each customer, day or card, or one alone. */
const SMALL = /^SCAN (account|business_day|card|hold|ledger_sum|proof|terminal|CONSTANT ROW)\b/;
/** What a person lists, and what is counted and proved as the bank starts. */
const WHOLE = [
  ...[/ ORDER BY (trade\.)?id DESC LIMIT \?$/, /^SELECT entry FROM posting GROUP BY entry/],
  ...[/^SELECT id FROM account LEFT JOIN \(SELECT account, sum/, / UNION ALL SELECT 'answer '/],
];

/** Every statement that the bank prepares, with its plan. */
function plansOf(counter: () => Counter): { sql: string; plan: string[] }[] {
  const { prepare } = DatabaseSync.prototype;
  const prepared = new Set<string>();
  DatabaseSync.prototype.prepare = function (sql, ...more) {
    prepared.add(sql);
    return prepare.call(this, sql, ...more);
  };
  try {
    const { db } = counter().office.books;
    const asked = [...prepared].filter((sql) => /^(SELECT|INSERT|UPDATE|DELETE)/.test(sql));
    return asked.map((sql) => ({
      sql: sql.replace(/\s+/g, ' '),
      plan: prepare
        .call(db, `EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail)),
    }));
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
}

t.test('what a message asks of the books is found in them, however full they are', async (t) => {
  const plans = plansOf(() => {
    const counter = new Counter(t);
    certificates(counter.office.books);
    return counter;
  });
  t.ok(plans.length > 60, 'the bank prepares what it asks');
  const looksAtAll = (plan: string[]) => plan.some((line) => line.startsWith('SCAN ') && !SMALL.test(line));
  const whole = plans.filter(({ sql, plan }) => looksAtAll(plan) && !WHOLE.some((known) => known.test(sql)));
  t.same(
    whole.map(({ sql }) => sql),
    [],
    'nothing is read from its first row to its last',
  );
  const sorted = plans.filter(({ plan }) => plan.some((line) => line.includes('TEMP B-TREE FOR ORDER BY')));
  t.same(
    sorted.map(({ sql }) => sql),
    [],
    'nor sorted to find one',
  );
  const [movements, ...others] = plans.filter(({ sql }) => sql.includes("GLOB 'merchant:*'"));
  t.match(movements?.plan[0], /posting_of_merchant \(account=\? AND entry>\? AND entry<\?\)/, 'a merchant’s day alone');
  t.same(others, []);
});
