import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecFigures } from './codec.ts';
import { openCountertop } from './countertop.ts';
import { bankFigures } from './host.ts';
import { settlementFigures } from './settlement.ts';
import { type Figure, ms, table } from './table.ts';
import { boots, keys, rest, sales } from './terminal.ts';

/**
 * Every figure of the README, each beside its floor and its bound, in one run of about two minutes: `node bench/main.ts
 * [--json]`. Absolute times vary with the machine and the minute; the ratio to a floor of the same run hardly does.
 */

const say = (line: string) => process.stderr.write(`  ${line}\n`);
const figures: Figure[] = [];
const began = performance.now();

say('journal');
figures.push(...journalFigures());
say('codec');
figures.push(...codecFigures(say));
{
  say('bank and terminal');
  await using counter = await openCountertop();
  say('boots');
  figures.unshift(...(await boots(counter, 2, 5)));
  await counter.powerOn();
  await counter.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
  await counter.screen('idle');
  say('keys');
  figures.unshift(...(await keys(counter, 24)));
  say('sales');
  figures.push(...(await sales(counter, 15)));
  say('idle');
  figures.push(...(await rest(counter, 20)));
}
say('bank');
figures.push(...(await bankFigures(300)));
say('settlement');
figures.push(...(await settlementFigures(2000)));
say('a large journal');
figures.push(largeJournal());
say(`${Math.round((performance.now() - began) / 1000)} s`);

process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(figures, null, 2) : table(figures)}\n`);

function largeJournal(): Figure {
  const words = [join(import.meta.dirname, 'journal-size.ts'), '100000'];
  const { rows, boot_ms, totals_ms, receipt_ms } = JSON.parse(
    execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  return {
    what: `${rows} journal rows: boot; totals; any receipt, the slowest of 50`,
    measured: `${ms(boot_ms)}; ${ms(totals_ms)}; ${ms(receipt_ms)}`,
    ...{ floor: null, ratio: null, bound: '≤ 200 ms', held: Math.max(boot_ms, totals_ms, receipt_ms) <= 200 },
  };
}

function journalFigures(): Figure[] {
  const words = [join(import.meta.dirname, 'journal.ts'), tmpdir(), '1500'];
  const { row_ms, floor_ms, ratio, event_ms, row_p99_ms } = JSON.parse(
    execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  return [
    {
      what: 'a journal row of 400 bytes, p50 of 1500',
      measured: ms(row_ms),
      floor: `${ms(floor_ms)} write and fdatasync`,
      ratio,
      bound: '≤ 1.25 ×',
      held: ratio <= 1.25,
    },
    {
      what: 'an event of a row, p50; a row, p99',
      measured: `${ms(event_ms)}; ${ms(row_p99_ms)}`,
      ...{ floor: null, ratio: null, bound: null, held: null },
    },
  ];
}
