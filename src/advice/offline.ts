import type { StripeCard } from '../card/stripe-card.ts';
import type { Entry } from '../journal/entry.ts';
import { types } from '../journal/types.ts';
import { askYes, untilSeen } from '../operator/ask.ts';
import { inFours } from '../operator/screens/layout.ts';
import { confirmAsk, impossible } from '../operator/screens/original.ts';
import { type AcceptedEnd, acceptAndShow } from '../payment/accept.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { present } from '../payment/present.ts';
import { type Fen, fen } from '../values/fen.ts';
import { openStates } from '../values/state.ts';
import { lineIsDown, sayLineIsUp } from './line.ts';

export type OfflineEnd = { end: 'line-up' } | { end: 'online-only' } | AcceptedEnd;

/** The offline sale (离线消费): under the floor limit the terminal itself approves while there is no line. */
export function sellOffline(standing: Counter): Promise<OfflineEnd> {
  return inPayment(standing, 'offline', async (counter) => {
    const down = await lineIsDown(counter);
    if (down === null) return { end: 'cancelled' };
    if (!down) {
      await sayLineIsUp(counter);
      return { end: 'line-up' };
    }
    const limit = fen(counter.config.profile.transactions.offline.floor_fen);
    const presented = await present(counter, { digit: '0' }, { limit });
    if (presented === null) return { end: 'cancelled' };
    using card = presented.card;
    return await approveHere(counter, presented.amount, card);
  });
}

async function approveHere(counter: Counter, amount: Fen, card: StripeCard): Promise<OfflineEnd> {
  if (card.needsPin || card.onlineOnly) {
    await sayOnlineOnly(counter, amount);
    return { end: 'online-only' };
  }
  const first = openFirst(counter, amount, card);
  if (!(await confirmed(counter, amount, card, first))) return { end: 'cancelled' };
  // Money rule 10: it has a trace of its own and names the trace of the online try that is being reversed.
  const particulars = first === null ? {} : { after: first.trace };
  return acceptAndShow(counter, { type: 'offline', amount, card, particulars });
}

/** The newest online payment of the same card and amount, however old, of which nobody knows how it ended. */
function openFirst({ journal, vault }: Counter, amount: Fen, card: StripeCard): Entry | null {
  const fingerprint = vault.fingerprint(card.pan);
  const found = journal.debts().findLast(({ entry: { facts }, state }) => {
    const { moves, lost } = types[facts.type];
    if (moves !== 'in' || lost !== 'reverse' || facts.amount !== amount) return false;
    return openStates.includes(state) && facts.fingerprint !== null && fingerprint.equals(facts.fingerprint);
  });
  return found?.entry ?? null;
}

function confirmed({ operator }: Counter, amount: Fen, card: StripeCard, first: Entry | null): Promise<boolean> {
  return askYes(operator, (text, bar) =>
    confirmAsk(text, bar, {
      ...{ ask: 'offline.ask', amount },
      rows: [
        ['void.confirm.card', inFours(card.pan.masked)],
        ...(first === null ? [] : ([['offline.first', first.trace]] as const)),
      ],
      notice: text(first === null ? 'offline.risk' : 'offline.first.text'),
      foot: { cancel: 'key.not-offline', enter: 'key.sell-offline' },
    }),
  );
}

async function sayOnlineOnly({ operator, customer }: Counter, amount: Fen): Promise<void> {
  customer.due(amount, 'display.other-card');
  await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
    impossible(text, bar, {
      ...{ title: 'offline.online-only.title', remedy: 'offline.online-only.text', trace: null, another: false },
      amount,
    }),
  );
}
