import type { StripeCard } from '../card/stripe-card.ts';
import type { Entry } from '../journal/entry.ts';
import type { Particulars } from '../journal/types.ts';
import { askKey } from '../operator/ask.ts';
import { voidConfirm } from '../operator/screens/void.ts';
import { type ChargeEnd, chargeAsking, refuse, takenAgain, whyNoPayment } from '../sale/charge.ts';
import type { Counter } from '../sale/counter.ts';
import { inFlow } from '../sale/in-flow.ts';
import { askPin } from '../sale/pin.ts';
import { sameCard } from '../sale/same-card.ts';
import { approval } from '../sale/supervisor.ts';
import type { PinBlock } from '../vault/pin-entry.ts';

export type VoidEnd = { end: 'cancelled' } | ChargeEnd;

/**
 * The void of a sale (消费撤销): the sale is shown, a supervisor approves, the same card is presented again. Until the
 * bank's yes the sale stands, and so it does after a void that was lost and reversed (money rule 7).
 */
export async function voidSale(counter: Counter, original: Entry): Promise<VoidEnd> {
  const { config, customer } = counter;
  const here = inFlow(counter, 'void');
  try {
    const problem = whyNoPayment(counter);
    if (problem !== null) return await refuse(here, problem);
    if (!(await confirmed(counter, original))) return { end: 'cancelled' };
    const by = await approval(here, config.profile.transactions.void.supervisor, original.total);
    if (by === null) return { end: 'cancelled' };
    for (;;) {
      const end = await withCard(here, original, by);
      if ((await takenAgain(here, end)) === null) return end;
    }
  } finally {
    customer.say('display.welcome');
  }
}

async function confirmed({ operator, config }: Counter, original: Entry): Promise<boolean> {
  const { total: amount, trace, facts } = original;
  const shown = {
    ...{ amount, trace, masked: facts.card ?? '' },
    time: new Date(facts.begun_ms).toTimeString().slice(0, 8),
    authorisation: original.history.answer?.authorisation ?? null,
  };
  const key = await askKey(operator, {
    keys: ['enter', 'cancel'],
    wait_s: config.terminal.waits.confirm_s,
    draw: () => (text, bar) => voidConfirm(text, bar, shown),
  });
  return key === 'enter';
}

async function withCard(counter: Counter, original: Entry, particulars: Particulars): Promise<VoidEnd> {
  using card = await sameCard(counter, original, original.total);
  if (card === null) return { end: 'cancelled' };
  const undo = { type: 'void', amount: original.total, card, original, particulars } as const;
  return (await chargeAsking(counter, undo, () => pinFor(counter, card, original))) ?? { end: 'cancelled' };
}

/** Null where the customer gave up. */
function pinFor(
  counter: Counter,
  card: StripeCard,
  { total: amount }: Entry,
): Promise<{ block: PinBlock | null } | null> {
  return counter.config.profile.transactions.void.pin
    ? askPin(counter, card, amount)
    : Promise.resolve({ block: null });
}
