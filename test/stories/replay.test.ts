import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { countertop, story } from './counter.ts';
import { exported, run } from './replay-steps.ts';

/** Writes a record anew with changed lines, as somebody would who knows how the chain is made. */
function relink(file: string, change: (line: string) => string): void {
  const [manifest = '', ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  let head: string | null = null;
  const linked = lines.map((line) => {
    const record = JSON.parse(change(line));
    const next = JSON.stringify({ ...record, prev: head ?? record.prev });
    head = createHash('sha256').update(next).digest('hex');
    return next;
  });
  const told = JSON.stringify({ ...JSON.parse(manifest), head });
  writeFileSync(file, gzipSync(`${[told, ...linked].join('\n')}\n`));
}

await countertop('the flight recorder', { answer_timeout_ms: 1500 }, async (t, counter) => {
  const { dir } = counter;
  await counter.signIn();

  await story(t, counter, 'a sale, a lost answer and its reversal run again without a difference', async (t) => {
    await counter.sell('12850', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti: '0200' });
    await counter.sell('1001', 'cmb-credit', '654321', 'sale.reversed');
    await counter.press('cancel');
    await counter.screen('idle');
    const { said, code } = await run(['replay', await exported(counter), '--check']);
    t.match(said, /^replay: \d+ frames, 0 differences$/m);
    t.equal(code, 0, said);
  });

  await t.test('no number, track, PIN or password is in the record', async (t) => {
    const record = gunzipSync(readFileSync(await exported(counter))).toString('utf8');
    const cards: { pan: string; expiry: string; pin: string }[] = JSON.parse(
      readFileSync(join(dir, 'seed', 'accounts.json'), 'utf8'),
    );
    t.match(record, '622202******1234', 'what is masked is there');
    for (const { pan, expiry, pin } of cards) {
      for (const secret of [pan, `${pan}=${expiry}`, `"${pin}"`]) t.notMatch(record, secret);
    }
    const keys = record.split('\n').flatMap((line) => /"kind":"key","key":"(\w+)"/.exec(line)?.[1] ?? []);
    const typed = '01 enter 12850 enter enter enter 1001 enter enter cancel'.split(/ |(?<=\d)(?=\d)/);
    t.same(keys, typed, 'every key but those of the password and the PINs');
  });

  await t.test('a record that says otherwise than the terminal does is named, record by record', async (t) => {
    const file = await exported(counter);
    relink(file, (line) =>
      line.includes('"mti":"0210"') && line.includes('"amount":"000000012850"')
        ? line.replace('"code":"00"', '"code":"51"')
        : line,
    );
    const { said, code } = await run(['replay', file, '--check']);
    t.match(said, /^record \d+: expected screen sale\.approved .*, saw sale\.declined/m);
    t.match(said, /^record \d+: expected journal sale · 000001 · \d{6} · answered .*"code":"00".*, saw .*"code":"51"/m);
    t.match(said, /^replay: \d+ frames, [1-9]\d* differences$/m);
    t.equal(code, 1);
  });

  await t.test('one byte that was altered is named by its record', async (t) => {
    const file = await exported(counter);
    const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
    const at = lines.findIndex((line) => line.includes('"event":"completed"'));
    lines[at] = lines[at]?.replace('"amount":12850', '"amount":12851') ?? '';
    const { n } = JSON.parse(lines[at]);
    writeFileSync(file, gzipSync(lines.join('\n')));
    const { said, code } = await run(['replay', file, '--check']);
    t.match(said, `the record is broken at ${n}: it was altered`);
    t.equal(code, 2);
  });
});
