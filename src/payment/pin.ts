import type { StripeCard } from '../card/stripe-card.ts';
import { salePin } from '../operator/screens/sale.ts';
import type { Fen } from '../values/fen.ts';
import type { PinBlock } from '../vault/pin-entry.ts';
import { cardFacts } from './card.ts';
import type { Counter } from './counter.ts';

/** Where the acquirer wants no PIN: nobody is asked. */
export const noPin = async () => ({ block: null });

/** An Enter that comes sooner is a double press from the screen before, not the answer "no PIN". */
const SEEN_MS = 500;

/** After this much silence a customer who was still typing when the time ran out has stopped. */
const QUIET_S = 2;

/**
 * Asks for the PIN and enciphers it. `block` is null if the card has none (Enter without a digit); the result is null
 * if the customer gave up. The digits go from the key straight into the vault; the screen learns only how many they
 * are.
 */
export async function askPin(
  counter: Counter,
  card: StripeCard,
  amount: Fen | null,
): Promise<{ readonly block: PinBlock | null } | null> {
  const { operator, customer, vault, config, clock } = counter;
  const bypass = config.profile.pin_bypass && !card.needsPin;
  const entry = vault.pinEntry();
  const shown_ms = clock.monotonic();
  const rows = ['display.pin', ...(bypass ? (['display.pin.none'] as const) : []), 'display.shield'] as const;
  if (amount === null) customer.say(...rows);
  else customer.due(amount, ...rows);
  try {
    for (;;) {
      const { count } = entry;
      operator.show((text, bar) => salePin(text, bar, { amount, card: cardFacts(counter, card), count, bypass }));
      const key = await operator.pressWithin(config.terminal.waits.pin_s);
      if (key === null) {
        // Swallows the rest of the PIN: on the next screen it would be an amount, for all to read.
        entry.wipe();
        while ((await operator.pressWithin(QUIET_S)) !== null);
        return null;
      }
      if (key === 'cancel') return null;
      if (key === 'clear') entry.clear();
      else if (key >= '0' && key <= '9') entry.digit(Number(key));
      else if (key === 'enter') {
        const seen = clock.monotonic() - shown_ms >= SEEN_MS;
        if (count === 0 && bypass && seen) return { block: null };
        const block = entry.block(card.pan);
        if (block !== null) return { block };
        // ISO 9564-1: a PIN has at least four digits. The digits typed are wiped, so the PIN is asked for again.
        operator.beep('refused');
      }
    }
  } finally {
    entry.wipe();
  }
}
