import type { StripeReader } from '../card/stripe-reader.ts';
import type { CodeWords } from '../config/codes.ts';
import type { Config } from '../config/config.ts';
import type { Text } from '../config/texts.ts';
import type { Prompts } from '../customer/prompts.ts';
import type { Host } from '../host/host.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import type { Operator } from '../operator/operator.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { PaperDesk } from '../paper/paper-desk.ts';
import type { SetClock } from '../values/set-clock.ts';
import type { Vault } from '../vault/vault.ts';

/** What a payment has at hand. */
export interface Counter {
  readonly operator: Operator;
  readonly customer: Prompts;
  readonly reader: StripeReader;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly host: Host;
  readonly vault: Vault;
  readonly paper: PaperDesk;
  readonly config: Config;
  readonly clock: SetClock;
  /** The name of a card's issuer, by its first six digits. */
  issuerOf(bin: string): string | null;
  /** The texts in the current language, for what is made to be kept: paper. */
  text(): Text;
  /** What a response code means, in the current language. */
  codeWords(code: string): CodeWords;
  /**
   * Answers "was I charged?" for an entry whose screen cannot say, from the journal and the bank; resolves when the
   * operator goes back. `doubted`: what the journal says of it is not enough.
   */
  lookInto(entry: Entry, doubted: boolean): Promise<void>;
  /** Signs in if the bank wants that first; false if no payment can follow, and the operator has seen why. */
  signInFirst(): Promise<boolean>;
  /** The number of the operator who is signed in. */
  readonly signedIn: string;
}
