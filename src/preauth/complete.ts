import type { SaleCard } from '../host/messages.ts';
import { askAmount, askYes } from '../operator/ask.ts';
import { confirmAsk, originalAmount, rowsOf } from '../operator/screens/original.ts';
import { type AcceptedEnd, acceptAndShow } from '../payment/accept.ts';
import type { ChargeEnd } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { cardOfOriginal, numberOf } from '../payment/on-file.ts';
import { presentChecked } from '../payment/present.ts';
import { type Fen, fen, yuan } from '../values/fen.ts';
import { chooseHold } from './choose.ts';
import { goOn, namedBy } from './go-on.ts';
import { type Hold, mostOf } from './hold.ts';
import { lineOf, shownOf } from './shown.ts';

/** The completion (预授权完成): charges what is really owed from the hold, and the rest is released. */
export function complete(counter: Counter): Promise<ChargeEnd | AcceptedEnd> {
  const { by, pin } = counter.config.profile.transactions.completion;
  if (by === 'advice') return completeByAdvice(counter);
  return goOn(counter, { type: 'completion', supervisor: false, pin, amountOf: askCharge });
}

/** As an advice (完成通知): the guest has left and there may be no line; the bank is told as soon as it can be. */
export function completeByAdvice(standing: Counter): Promise<AcceptedEnd> {
  return inPayment(standing, 'completion-advice', async (counter) => {
    const hold = await chooseHold(counter);
    if (hold === null) return { end: 'cancelled' };
    const amount = await askCharge(counter, hold);
    if (amount === null || !(await confirmed(counter, hold, amount))) return { end: 'cancelled' };
    const card = await cardOf(counter, hold, amount);
    if (card === null) return { end: 'cancelled' };
    return acceptAndShow(counter, { type: 'completion-advice', amount, card, ...namedBy(hold) });
  });
}

/**
 * No card is read that would tell one guest's hold from another's, so the clerk confirms the charge with the card on
 * file shown.
 */
async function confirmed({ operator }: Counter, { entry }: Hold, amount: Fen): Promise<boolean> {
  // For a hold that was typed by code and date, a card is read and its number compared.
  if (entry === null) return true;
  const rows = rowsOf(shownOf(entry));
  operator.flush();
  return askYes(operator, (text, bar) =>
    confirmAsk(text, bar, {
      ...{ ask: 'completion.ask', amount, rows },
      foot: { cancel: 'key.not-complete', enter: 'key.complete' },
    }),
  );
}

/** The card of the hold; any card, if the hold was typed by code and date. */
async function cardOf(counter: Counter, { entry }: Hold, amount: Fen): Promise<SaleCard | null> {
  return entry === null ? numberOf(await presentChecked(counter, amount)) : cardOfOriginal(counter, entry, amount);
}

/** Asks for the amount to charge: proposes all that is held, and allows a little more, by the acquirer's percentage. */
function askCharge({ operator, config }: Counter, hold: Hold): Promise<Fen | null> {
  const { over_percent } = config.profile.transactions.completion;
  const typed = hold.entry === null;
  const limit = typed ? fen(config.terminal.sale.limit_fen) : mostOf(hold.amount, over_percent);
  const over = typed ? 'amount.over' : 'completion.amount.over';
  return askAmount(operator, {
    ...{ first: typed ? '0' : String(hold.amount), proposed: true, limit },
    draw: (amount, refused) => (text, bar) => {
      const most = { limit: yuan(limit, true), percent: 100 + over_percent };
      return originalAmount(text, bar, {
        ...{ amount, ask: 'completion.amount.ask', of: lineOf(text, hold) },
        hint: text('completion.amount.limit', most),
        refused: refused === null ? null : text(refused === 'zero' ? 'original.amount.zero' : over, most),
      });
    },
  });
}
