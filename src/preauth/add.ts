import { askAmount } from '../operator/ask.ts';
import { originalAmount } from '../operator/screens/original.ts';
import type { ChargeEnd } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { type Fen, fen, yuan } from '../values/fen.ts';
import { goOn } from './go-on.ts';
import type { Hold } from './hold.ts';
import { lineOf } from './shown.ts';

/** The incremental pre-authorisation (追加预授权): more is held under the same authorisation. */
export function addToHold(counter: Counter): Promise<ChargeEnd> {
  return goOn(counter, { type: 'preauth-add', supervisor: false, pin: true, amountOf: askMore });
}

/** Asks how much to add; the total held stays within the limit of one payment. */
function askMore({ operator, config }: Counter, hold: Hold): Promise<Fen | null> {
  const most = fen(config.terminal.sale.limit_fen);
  const held = hold.entry === null ? fen(0) : hold.amount;
  return askAmount(operator, {
    first: '0',
    limit: fen(Math.max(0, most - held)),
    draw: (amount, refused) => (text, bar) =>
      originalAmount(text, bar, {
        ...{ amount, ask: 'preauth-add.amount.ask', of: lineOf(text, hold) },
        hint: text('preauth-add.amount.limit', { amount: yuan(fen(held + amount), true) }),
        refused:
          refused === null
            ? null
            : text(refused === 'zero' ? 'original.amount.zero' : 'preauth-add.amount.over', {
                limit: yuan(most, true),
              }),
      }),
  });
}
