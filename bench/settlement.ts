import { join } from 'node:path';
import { journalDisk } from '../src/journal/disk.ts';
import { type Journal, openJournal } from '../src/journal/journal.ts';
import type { Counter } from '../src/payment/counter.ts';
import { throughTheSteps } from '../src/settlement/steps.ts';
import { fen } from '../src/values/fen.ts';
import { batch } from '../src/values/trace.ts';
import { type BankCountertop, bankCountertop, cardOf } from '../test/bank-countertop.ts';
import type { Figure } from './table.ts';

/** A card that is verified by signature: no PIN is encrypted. */
const PAN = '6225880010050087';

/** The settlement of a batch against the local bank: balanced, and with one sale that the bank alone has. */
export async function settlementFigures(count: number): Promise<Figure[]> {
  await using top = await bankCountertop({}, 5000);
  await top.vault.handshake(top.handshake);
  const journal = openJournal({
    disk: journalDisk({ file: join(top.folder, 'journal', 'journal.db'), marker: join(top.folder, 'mark.json') }),
    random: (bytes) => new Uint8Array(bytes).fill(7),
  });
  try {
    const balanced_s = await settled(top, journal, count, 0);
    const unbalanced_s = await settled(top, journal, count, 1);
    return [
      {
        what: `settlement of ${count} transactions, balanced; not balanced, each row uploaded and asked about`,
        measured: `${balanced_s.toFixed(2)} s; ${unbalanced_s.toFixed(2)} s`,
        ...{ floor: null, ratio: null, bound: '≤ 5 s', held: balanced_s <= 5 && unbalanced_s <= 5 },
      },
    ];
  } finally {
    journal.close();
  }
}

/** Seconds from the first request to the closed batch. `unknown` sales are in the bank's books only. */
async function settled(top: BankCountertop, journal: Journal, count: number, unknown: number): Promise<number> {
  const signed = await top.host.signIn('01', { trace: journal.takeTrace(), batch: journal.batch });
  if (signed.end !== 'signed-in') throw new Error(`the sign-in was refused: ${signed.code}`);
  for (let n = 0; n < count; n++) await sell(top, journal, n >= count - unknown);
  const counter = {
    ...{ host: top.host, vault: top.vault, journal },
    config: { profile: { transactions: { inquiry: { offered: true } } } },
  } as unknown as Counter;
  const started = performance.now();
  const begun = journal.beginSettlement('01');
  if ('owing' in begun) throw new Error(`${begun.owing} are owed`);
  const ended = await throughTheSteps(counter, begun, () => undefined);
  const next = 'code' in ended ? null : ended.step('ended')?.next;
  if (next === undefined || next === null) throw new Error(`the settlement did not end: ${JSON.stringify(ended)}`);
  if ('steps' in ended && (ended.step('compared')?.flags.home === 1) !== (unknown === 0))
    throw new Error('wrong flags');
  journal.closeBatch(batch(next));
  return (performance.now() - started) / 1000;
}

async function sell({ host, vault }: BankCountertop, journal: Journal, unknown: boolean): Promise<void> {
  const card = cardOf(PAN, '2911', '121');
  const place = journal.reserve();
  const amount = fen(1);
  const prepared = host.prepare('sale', { trace: place.trace, batch: place.batch, amount, card, pin: null });
  if (unknown) {
    await host.send(prepared, () => undefined);
    return;
  }
  const entry = journal.begin({
    ...({ type: 'sale', amount, operator: '01', copies: [], place, entryMode: prepared.entry_mode } as const),
    card: { masked: card.pan.masked, sealed: vault.sealCard(card.pan, card.expiry), fingerprint: new Uint8Array(32) },
  });
  entry.answered(await host.send(prepared, () => entry.sent()));
  entry.completed();
  journal.tidy();
}
