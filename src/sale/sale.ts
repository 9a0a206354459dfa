import type { StripeCard, StripeRead } from '../card/stripe-card.ts';
import type { Answer } from '../host/answers.ts';
import type { Prepared } from '../host/prepared.ts';
import type { Entry } from '../journal/entry.ts';
import { acknowledged, askAmount, askKey } from '../operator/ask.ts';
import { saleAgain, saleRefused } from '../operator/screens/result.ts';
import { saleAmount, saleConnecting, saleNumber } from '../operator/screens/sale.ts';
import { type Fen, fen } from '../values/fen.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { PinBlock } from '../vault/pin-entry.ts';
import { cardFacts, presentCard } from './card.ts';
import type { Counter } from './counter.ts';
import { askPin } from './pin.ts';
import { showApproved, showDeclined, showUnsettled } from './result.ts';
import { whileWaiting } from './waiting.ts';

/** What a sale begins with: an amount's first digit, a card, or the amount of a sale that was not charged. */
export type Opening = { readonly digit: string } | { readonly swipe: StripeRead } | { readonly amount: Fen };

/** `again`: how the counter wants to take the payment once more; null where it does not. */
export type SaleEnd =
  | { end: 'cancelled' }
  | { end: 'refused'; problem: Problem; again: Opening | null }
  | { end: 'declined'; entry: Entry; again: Opening | null }
  | { end: 'unsettled'; entry: Entry; again: Opening | null }
  | { end: 'approved'; entry: Entry };

/** A sale by stripe and PIN, the amount first or the card first. */
export async function sell(counter: Counter, opening: Opening): Promise<SaleEnd> {
  const { customer } = counter;
  try {
    const problem = whyNoSale(counter);
    if (problem !== null) return await refuse(counter, problem);

    const presented = await present(counter, opening);
    if (presented === null) return { end: 'cancelled' };
    const { amount, card } = presented;
    try {
      for (;;) {
        const pin = await askPin(counter, card, amount);
        if (pin === null) return { end: 'cancelled' };
        const end = await charge(counter, { amount, card, pin: pin.block });
        if (end !== 'pin-again') return end;
      }
    } finally {
      card.wipe();
    }
  } finally {
    customer.say('display.welcome');
  }
}

/** What can be known before the card: no sale begins on a full disk, without keys, or without its books. */
function whyNoSale({ journal, vault }: Counter): Problem | null {
  try {
    journal.checkWritable();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.problem;
  }
  return missingKey(vault);
}

function missingKey(vault: Counter['vault']): Problem | null {
  const missing = (['PIK', 'MAK'] as const).find((slot) => vault.kcvOf(slot) === null);
  return missing === undefined ? null : { kind: 'keys-missing', slot: missing };
}

interface Presented {
  readonly amount: Fen;
  readonly card: StripeCard;
}

async function present(counter: Counter, opening: Opening): Promise<Presented | null> {
  if ('swipe' in opening) return cardFirst(counter, opening.swipe);
  const amount = 'amount' in opening ? opening.amount : await enterAmount(counter, opening.digit, null);
  return amount === null ? null : cardFor(counter, amount);
}

async function cardFor(counter: Counter, amount: Fen): Promise<Presented | null> {
  const card = await presentCard(counter, amount, null);
  if (card === null) return null;
  if (await numberIsRight(counter, card, amount)) return { amount, card };
  card.wipe();
  return null;
}

async function cardFirst(counter: Counter, swipe: StripeRead): Promise<Presented | null> {
  const card = await presentCard(counter, null, swipe);
  if (card === null) return null;
  const amount = (await numberIsRight(counter, card, null)) ? await enterAmount(counter, '0', card) : null;
  if (amount !== null) return { amount, card };
  card.wipe();
  return null;
}

function enterAmount(counter: Counter, first: string, card: StripeCard | null): Promise<Fen | null> {
  const { operator, config } = counter;
  const limit = fen(config.terminal.sale.limit_fen);
  const facts = card === null ? {} : { card: cardFacts(counter, card) };
  return askAmount(operator, {
    first,
    limit,
    wait_s: config.terminal.waits.confirm_s,
    draw: (amount, refused) => (text, bar) => {
      const again = card === null ? null : firstOf(counter, card, amount);
      return saleAmount(text, bar, { amount, limit, refused, again, ...facts });
    },
  });
}

/** The clerk compares the number that was read with the one on the card: a cloned stripe carries another one. */
async function numberIsRight(counter: Counter, card: StripeCard, amount: Fen | null): Promise<boolean> {
  const { operator, config } = counter;
  const facts = { card: cardFacts(counter, card), amount, expiry: card.expiry };
  const first = amount === null ? null : firstOf(counter, card, amount);
  const { masked } = card.pan;
  const key = await askKey(operator, {
    keys: ['enter', 'cancel'],
    wait_s: config.terminal.waits.confirm_s,
    draw: () => (text, bar) =>
      first === null || amount === null
        ? saleNumber(text, bar, facts)
        : saleAgain(text, bar, { amount, masked, first }),
  });
  return key === 'enter';
}

/** Money rule 16: what became of the same card and amount minutes ago, to be shown where Enter would charge it again. */
function firstOf({ journal, vault, config }: Counter, card: StripeCard, amount: Fen) {
  const within_ms = config.terminal.sale.again_within_s * 1000;
  const first = journal.again({ fingerprint: vault.fingerprint(card.pan), amount, within_ms });
  if (first === null) return null;
  const { trace, state, time } = first.row;
  return { trace, state, time: new Date(time).toTimeString().slice(0, 8) };
}

interface Charge extends Presented {
  readonly pin: PinBlock | null;
}

async function charge(counter: Counter, sale: Charge): Promise<SaleEnd | 'pin-again'> {
  const { operator, customer, outbox, host, vault } = counter;
  const { amount } = sale;
  customer.due(amount, 'display.bank');
  operator.show((text, bar) =>
    saleConnecting(text, bar, { amount, line: host.line === 'backup' ? 'backup' : 'primary' }),
  );
  let begun: ReturnType<typeof begin>;
  try {
    // The protocol wants what is owed told before the next request (unionpay.md 7).
    await outbox.clearBeforeSale();
    const missing = missingKey(vault);
    if (missing !== null) return refuse(counter, missing, amount);
    // That may have taken a sign-in. A PIN under the keys of before would be a wrong one, and count against the card.
    if (sale.pin !== null && sale.pin.kcv !== vault.kcvOf('PIK')) return 'pin-again';
    begun = begin(counter, sale);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return refuse(counter, error.problem, amount);
  }
  using entry = begun.entry;
  try {
    const answer = await authorise(counter, entry, begun.prepared);
    entry.answered(answer);
    if (answer.signInAgain) counter.signInBeforeNext();
    if (answer.money === 'not charged') return { end: 'declined', entry, again: await showDeclined(counter, entry) };
    if (answer.money === 'unknown') return { end: 'unsettled', entry, again: await showUnsettled(counter, entry) };
    entry.completed();
  } catch (error) {
    if (!(error instanceof Fault)) throw error; // A bug: systemd restarts us, boot settles the entry.
    if (entry.debt === 'nothing') return refuse(counter, error.problem, amount);
    return { end: 'unsettled', entry, again: await showUnsettled(counter, entry) };
  }
  // Money has moved. From here paper may fail, the sale may not.
  await showApproved(counter, entry);
  return { end: 'approved', entry };
}

/** The row on the disk, and the request that goes out under it: refused here if at all, before the bank could hear of it. */
function begin(counter: Counter, { amount, card, pin }: Charge): { entry: Entry; prepared: Prepared } {
  const { journal, vault, host, config, signedIn } = counter;
  const place = journal.reserve();
  const prepared = host.prepareSale({ trace: place.trace, batch: place.batch, amount, card, pin });
  try {
    const entry = journal.begin({
      type: 'sale',
      amount,
      entryMode: prepared.entry_mode,
      card: {
        masked: card.pan.masked,
        sealed: vault.sealCard(card.pan, card.expiry),
        fingerprint: vault.fingerprint(card.pan),
      },
      operator: signedIn,
      copies: config.terminal.receipt.copies,
      place,
    });
    return { entry, prepared };
  } catch (error) {
    prepared.wipe();
    throw error;
  }
}

/** Money rule 1: the row says `sent` before the first byte leaves. Throws a Fault where no byte left. */
function authorise(counter: Counter, entry: Entry, prepared: Prepared): Promise<Answer> {
  const { host, config } = counter;
  const answer_s = Math.ceil(config.network.answer_timeout_ms / 1000);
  return whileWaiting(counter, entry.amount, answer_s, (sent) =>
    host.send(prepared, () => {
      entry.sent();
      sent();
    }),
  );
}

async function refuse({ operator, customer }: Counter, problem: Problem, amount: Fen | null = null): Promise<SaleEnd> {
  const retry = problem.kind === 'line-down' && amount !== null;
  customer.say('display.cancelled', 'display.not-charged');
  operator.flush();
  operator.beep('refused');
  operator.show((text, bar) => saleRefused(text, bar, { problem, retry }));
  const key = await acknowledged(operator, ['enter', 'cancel']);
  return { end: 'refused', problem, again: retry && key === 'enter' ? { amount } : null };
}
