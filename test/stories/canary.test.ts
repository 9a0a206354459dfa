import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countertop, filesUnder, story } from './counter.ts';

interface Card {
  readonly pan: string;
  readonly expiry: string;
  readonly service: string;
}

const calls = ['state', 'cards', 'screen', 'display', 'paper', 'sounds', 'checkup', 'fault', 'journal', 'wire'];
const books = 'accounts transactions merchants ledger settlements payouts cases reconciliation'.split(' ');

await countertop('no secret leaves its place', { answer_timeout_ms: 1000 }, async (t, counter) => {
  const { dir } = counter;
  const cards: Card[] = JSON.parse(readFileSync(join(dir, 'seed', 'accounts.json'), 'utf8'));
  const heard: string[] = [];
  const listen = async () => {
    for (const call of [...calls, ...books.map((book) => `bank/${book}`)]) {
      heard.push(JSON.stringify(await counter.get(call)));
    }
  };
  await counter.screen('signin.operator', 15_000);
  await counter.press('0', '0', 'enter', '1', '2', '3', '4', '5', '6', 'enter');
  await counter.screen('idle');

  await story(t, counter, 'a day of sales, good and bad', async () => {
    await counter.sell('9001', 'boc-debit', '123456');
    await listen();
    await counter.press('enter');
    await counter.sell('9002', 'ccb-lost', '222222', 'sale.declined');
    await listen();
    await counter.press('cancel');
    await counter.sell('9003', 'gdb-limit', '555551', 'sale.declined');
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti: '0200' });
    await counter.sell('9004', 'boc-debit', '123456', 'sale.reversed');
    await listen();
    await counter.press('cancel');
    await counter.press('9', '0', '0', '5', 'enter');
    await counter.screen('sale.card');
    await counter.swipe('worn-stripe');
    await counter.screen('sale.card.again');
    await counter.swipe('boc-debit');
    await counter.screen('sale.number');
    await listen();
    await counter.press('enter', '1', '2', '3');
    await counter.screen('sale.pin');
    await listen();
    await counter.power(false);
    await counter.power(true);
    await counter.signIn();
    await listen();
  });

  const tracks = cards.flatMap(({ pan, expiry, service }) => [`${pan}=${expiry}`, `${expiry}${service}`]);
  const secrets = [...cards.map(({ pan }) => pan), ...tracks.filter((text) => text.length > 8)];
  await t.test('no number and no track in any answer of the control API', async (t) => {
    for (const secret of secrets) t.notOk(heard.some((text) => text.includes(secret)));
  });

  await t.test('none in any file but the seed: logs, databases, the terminal, the bank', async (t) => {
    const files = filesUnder(dir).filter(
      (file) => !file.startsWith(join(dir, 'seed')) && !file.startsWith(join(dir, 'config')),
    );
    t.ok(files.some((file) => file.endsWith('journal.db')));
    for (const file of files) {
      const bytes = readFileSync(file);
      const packed = (digits: string) => Buffer.from(digits.padEnd(16, '0').slice(0, 16), 'hex');
      const found = secrets.filter((text) => bytes.includes(text));
      const binary = cards.filter(({ pan }) => bytes.includes(packed(pan)));
      t.same([...found, ...binary], [], file.slice(dir.length));
    }
  });

  await t.test('no key, PIN or password by its name in a log, and no program stumbled', async (t) => {
    for (const name of ['terminal.log', 'board.log', 'bank.log']) {
      const text = readFileSync(join(dir, name), 'utf8');
      t.notMatch(text, /^\s+at .+:\d+:\d+\)?$/m, `${name} holds no stack trace`);
      t.notMatch(text, /unhandled|rejection/i, name);
      t.notMatch(text, /12345678|"pin":"\d/, name);
    }
  });

  await t.test('five idle seconds cost next to nothing', async (t) => {
    const pid = terminalPid(dir);
    const before = cpuTicks(pid);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const used = cpuTicks(pid) - before;
    t.ok(used <= 15, `${used * 10} ms of processor in 5 s at idle`);
  });
});

/** The process that has this countertop's folder and is the terminal. */
function terminalPid(dir: string): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return words.includes('src/main.ts') && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dir);
      } catch {
        // The process has ended meanwhile.
        return false;
      }
    });
  return Number(found);
}

/** User and system time in hundredths of a second (proc(5), fields 14 and 15). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
