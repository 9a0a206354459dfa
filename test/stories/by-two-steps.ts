import type { Counter, Seen } from './counter.ts';

/**
 * From idle to a batch that two people have closed: the answer to its settlement is lost, two people of the bank give
 * the terminal another batch meanwhile, and the bank takes no more messages about the old one.
 */
export async function closeByTwo(
  counter: Counter,
  other: string,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Record<'left' | 'ruled', Seen>> {
  await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti: '0500' });
  await counter.press('menu', '7');
  await counter.screen('settlement.confirm');
  await counter.press('enter');
  await counter.screen('settlement.stuck', 15_000);
  await meanwhile();
  await counter.tellBank({ do: 'set-batch', batch: other, people: ['Li', 'Wang'], reference: 'letter 17' });
  await counter.press('enter');
  await counter.screen('settlement.refused');
  await counter.press('enter');
  const left = await counter.screen('settlement.left');
  const ruled = await ruledByTwo(counter);
  return { left, ruled };
}

/** From the bank's refusal until two people have closed the batch, under the bank's case 17. */
export async function ruledByTwo(counter: Counter): Promise<Seen> {
  await counter.press('menu');
  await counter.screen('settlement.by-two');
  await counter.press('enter', '1', '7', 'enter');
  await counter.screen('sale.supervisor');
  await counter.press('1', '2', '3', '4', '5', '6', 'enter');
  await counter.press('1', '2', '3', '4', '5', '6', '7', '8', 'enter');
  return counter.screen('settlement.ruled');
}
