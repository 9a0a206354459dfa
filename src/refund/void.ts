import type { Entry } from '../journal/entry.ts';
import type { Particulars } from '../journal/types.ts';
import { askYes } from '../operator/ask.ts';
import { confirmAsk, rowsOf } from '../operator/screens/original.ts';
import { asOftenAsWanted, type ChargeEnd, chargeAsking } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { askPin, noPin } from '../payment/pin.ts';
import { sameCard } from '../payment/same-card.ts';
import { approval } from '../payment/supervisor.ts';
import { timeOfDay } from '../values/time-of-day.ts';

/**
 * The void of a sale (消费撤销): the sale is shown, a supervisor approves, the same card is presented again. Until the
 * bank's yes the sale stands, and so it does after a void that was lost and reversed (money rule 7).
 */
export function voidSale(standing: Counter, original: Entry): Promise<ChargeEnd> {
  return inPayment(standing, 'void', async (counter) => {
    if (!(await confirmed(counter, original))) return { end: 'cancelled' };
    const by = await approval(counter, counter.config.profile.transactions.void.supervisor, original.total);
    if (by === null) return { end: 'cancelled' };
    return asOftenAsWanted(counter, () => withCard(counter, original, by));
  });
}

function confirmed({ operator }: Counter, original: Entry): Promise<boolean> {
  const { total: amount, trace, facts, history } = original;
  const rows = rowsOf({
    ...{ trace, masked: facts.card ?? '', authorisation: history.answer?.authorisation ?? null },
    time: timeOfDay(facts.begun_ms),
  });
  return askYes(operator, (text, bar) =>
    confirmAsk(text, bar, {
      ...{ ask: 'void.confirm.ask', amount, rows, hint: text('void.confirm.unsettled') },
      foot: { cancel: 'key.not-void', enter: 'key.void' },
    }),
  );
}

async function withCard(counter: Counter, original: Entry, particulars: Particulars): Promise<ChargeEnd> {
  const { total: amount } = original;
  const { pin } = counter.config.profile.transactions.void;
  using card = await sameCard(counter, original, amount);
  if (card === null) return { end: 'cancelled' };
  const undo = { type: 'void', amount, card, original, particulars } as const;
  return await chargeAsking(counter, undo, pin ? () => askPin(counter, card, amount) : noPin);
}
