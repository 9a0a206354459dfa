import { askAmount, askYes } from '../operator/ask.ts';
import { confirmAsk, originalAmount, rowsOf } from '../operator/screens/original.ts';
import type { ChargeEnd } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { type Fen, fen, yuan } from '../values/fen.ts';
import { goOn } from './go-on.ts';
import type { Hold } from './hold.ts';
import { lineOf, shownOf } from './shown.ts';

/** The void of a pre-authorisation (预授权撤销): the whole hold is released, with all that was added to it. */
export function releaseHold(counter: Counter): Promise<ChargeEnd> {
  const { supervisor, pin } = counter.config.profile.transactions.preauth_void;
  return goOn(counter, { type: 'preauth-void', supervisor, pin, amountOf: wholeAmount });
}

async function wholeAmount(counter: Counter, hold: Hold): Promise<Fen | null> {
  if (hold.entry === null) return askWhole(counter, hold);
  const rows = rowsOf(shownOf(hold.entry));
  const yes = await askYes(counter.operator, (text, bar) =>
    confirmAsk(text, bar, {
      ...{ ask: 'preauth-void.ask', amount: hold.amount, rows },
      foot: { cancel: 'key.keep-hold', enter: 'key.release' },
    }),
  );
  return yes ? hold.amount : null;
}

/** Asks for the whole amount held; the bank compares it with what it holds. */
function askWhole({ operator, config }: Counter, hold: Hold): Promise<Fen | null> {
  const limit = fen(config.terminal.sale.limit_fen);
  return askAmount(operator, {
    ...{ first: '0', limit },
    draw: (amount, refused) => (text, bar) => {
      const most = { limit: yuan(limit, true) };
      return originalAmount(text, bar, {
        ...{ amount, ask: 'preauth-void.amount.ask', of: lineOf(text, hold), hint: text('amount.limit', most) },
        refused: refused === null ? null : text(`amount.${refused}`, most),
      });
    },
  });
}
