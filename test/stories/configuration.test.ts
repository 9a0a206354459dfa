import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Counter, clean, countertop } from './counter.ts';

const cycle = async (counter: Counter, between: () => unknown) => {
  await counter.power(false);
  await between();
  await counter.power(true);
};
const noSale = async (counter: Counter) => {
  const { screen } = await counter.now();
  // The terminal does not read the keypad there, so the finger holds each key down for seconds.
  await counter.press('1', 'enter');
  return (await counter.now()).screen === screen && (await counter.get<{ ready: boolean }>('state')).ready === false;
};

await countertop('what a terminal does not start with', { quick: true }, async (t, counter) => {
  const { dir } = counter;
  const terminalFile = join(dir, 'config', 'terminal.json');
  const good = readFileSync(terminalFile, 'utf8');
  await counter.signIn();
  await counter.sell('8001', 'boc-debit', '123456');
  await counter.press('enter');
  await counter.screen('idle');

  const mistakes: readonly [string, () => void, RegExp][] = [
    ['an unknown key', () => writeFileSync(terminalFile, good.replace('"theme"', '"thema"')), /terminal\.json.*thema/],
    [
      'a value of another type',
      () => writeFileSync(terminalFile, good.replace('"limit_fen": 5000000', '"limit_fen": "all"')),
      /terminal\.json.*sale\.limit_fen/,
    ],
    [
      'a board that is not described',
      () => writeFileSync(terminalFile, good.replace('"board": "virtual"', '"board": "toaster"')),
      /toaster/,
    ],
    ['bad JSON', () => writeFileSync(terminalFile, good.slice(0, -20)), /terminal\.json/],
    ['a file that is not there', () => rmSync(terminalFile), /terminal\.json/],
  ];
  for (const [name, make, words] of mistakes) {
    await t.test(`${name}: the screen names file, key and remedy`, async (t) => {
      await cycle(counter, make);
      const seen = await counter.screen('checkup.configuration', 15_000);
      t.match(seen.texts.join(' '), words);
      t.match(seen.texts.join(), /配置有误，未能启动.*文件.*改好后重新通电/);
      t.match(readFileSync(join(dir, 'terminal.log'), 'utf8').split('\n').at(-2), words, 'and the log');
    });
  }
  t.ok(await noSale(counter));
  writeFileSync(terminalFile, good);

  const folder = join(dir, 'terminal', 'journal');
  const marker = join(dir, 'terminal', 'vault', 'journal.json');
  await t.test('a journal that is missing, behind or broken locks, and the screen says which', async (t) => {
    const mark = readFileSync(marker, 'utf8');
    await cycle(counter, () => renameSync(folder, `${folder}.good`));
    t.match((await counter.screen('problem', 15_000)).texts.join(), /找不到本机账目.*对账之前不能收款.*010-0000-0002/);
    await cycle(counter, () => {
      rmSync(folder, { recursive: true, force: true });
      renameSync(`${folder}.good`, folder);
      writeFileSync(marker, JSON.stringify({ ...JSON.parse(mark), entries: 1000 }));
    });
    t.match((await counter.screen('problem', 15_000)).texts.join(), /本机账目落后于银行.*对账之前不能收款/);
    t.ok(await noSale(counter));
    await cycle(counter, () => {
      writeFileSync(marker, mark);
      cpSync(folder, `${folder}.good`, { recursive: true });
      truncateSync(join(folder, 'journal.db'), 3000);
    });
    t.match((await counter.screen('problem', 15_000)).texts.join(), /本机账目损坏.*对账之前不能收款/);
    await cycle(counter, () => {
      rmSync(folder, { recursive: true });
      renameSync(`${folder}.good`, folder);
    });
    await counter.signIn();
    await clean(t, counter, 'with the right journal again');
  });

  await t.test('a disk that is full or read-only: no sale begins, and it works again when mended', async (t) => {
    const mount = (...words: string[]) => execFileSync('mount', words, { stdio: 'pipe' });
    await counter.power(false);
    cpSync(folder, `${folder}.copy`, { recursive: true });
    try {
      mount('-t', 'tmpfs', '-o', 'size=24m', 'guitai-test', folder);
    } catch {
      await counter.power(true);
      return t.pass('not tested here: this machine does not let us mount');
    }
    t.teardown(() => execFileSync('umount', ['-l', folder]));
    cpSync(`${folder}.copy`, folder, { recursive: true });
    await counter.power(true);
    await counter.signIn();
    await counter.sell('8003', 'cmb-credit', '');
    await counter.press('enter');
    await counter.screen('idle');
    const { length } = await counter.journal();

    const filler = join(folder, 'filler');
    try {
      for (let n = 0; n < 64; n++) writeFileSync(`${filler}${n}`, new Uint8Array(1 << 20));
    } catch {
      // The disk is full, as wanted.
    }
    await counter.press('1', '0', '0');
    t.match((await counter.screen('sale.refused')).texts.join(), /未扣款.*存储已满.*不能收款/);
    await counter.press('enter');
    await counter.screen('idle');
    for (let n = 0; n < 64; n++) rmSync(`${filler}${n}`, { force: true });
    await counter.sell('8004', 'cmb-credit', '');
    await counter.press('enter');
    await counter.screen('idle');

    t.equal((await counter.journal()).length, length + 1);

    await cycle(counter, () => mount('-o', 'remount,ro', folder));
    const seen = await counter.screen('problem', 15_000).catch(() => counter.now());
    t.match(seen.screen, /^(problem|checkup\.failed)$/);
    t.match(seen.texts.join(), /存储.*(不能写入|只读)/);
    t.ok(await noSale(counter));
    await cycle(counter, () => mount('-o', 'remount,rw', folder));
    await counter.signIn();
  });
});
