import { fen } from '../src/values/fen.ts';
import type { Batch } from '../src/values/trace.ts';
import { bankCountertop, cardOf } from '../test/bank-countertop.ts';
import { syncFloor } from './sync-floor.ts';
import { type Figure, median, ms } from './table.ts';

const PAN = '6222020010011234';
const PIN = [1, 2, 3, 4, 5, 6];
const WARM_UP = 30;

/**
 * A sale from the terminal to the bank and back: connection, PIN block, MAC at both ends, limits, the double entry on
 * the disk. One sale after another, with bank and terminal in this process.
 */
export async function bankFigures(count: number): Promise<Figure[]> {
  await using top = await bankCountertop({}, 5000);
  await top.vault.handshake(top.handshake);
  const signed = await top.host.signIn('01', { trace: top.next(), batch: '000001' as Batch });
  if (signed.end !== 'signed-in') throw new Error(`the sign-in was refused: ${signed.code}`);
  using floor = syncFloor(top.folder);
  const times: number[] = [];
  const syncs: number[] = [];
  const card = cardOf(PAN);
  for (let n = 0; n < count + WARM_UP; n++) {
    const pin = top.vault.pinEntry();
    for (const digit of PIN) pin.digit(digit);
    const start = performance.now();
    const sale = { trace: top.next(), batch: signed.batch, amount: fen(1), card, pin: pin.block(card.pan) };
    const { money } = await top.host.send(top.host.prepare('sale', sale), () => undefined);
    const took = performance.now() - start;
    if (money !== 'charged') throw new Error(`a sale ended as ${money}`);
    const synced = floor.time(1);
    if (n < WARM_UP) continue;
    times.push(took);
    syncs.push(synced);
  }
  const [own, least] = [median(times), median(syncs)];
  return [
    {
      what: `a sale at the bank and back, p50 of ${count}: ${Math.round(1000 / own)} a second`,
      measured: ms(own),
      floor: `${ms(least)} its fdatasync`,
      ratio: own / least,
      ...{ bound: null, held: null },
    },
  ];
}
