import type { Fen } from '../values/fen.ts';
import type { Masked, MaskedJson } from '../values/masked.ts';

/**
 * One thing that the flight recorder takes: something that crossed a wire, or a decision. No type here can hold a card
 * number, a PIN or a key: text is `Masked`, amounts are `Fen`, and a digit has a value only where a screen has asked
 * for it openly.
 */
export type Happening =
  /**
   * The program has started. `clean`: the record before ends with `end`. `torn`: bytes of an unfinished line, cut off.
   */
  | {
      readonly kind: 'begin';
      readonly version: Masked;
      /** SHA-256 of the configuration that follows. */
      readonly digest: Masked;
      /** The configuration without first passwords. */
      readonly config: MaskedJson;
      /**
       * The merchant's number in two parts: whole, it could pass for a card number. So could `serial` and `support`.
       */
      readonly merchant: readonly Masked[];
      readonly serial: readonly Masked[];
      readonly support: SupportInParts;
      readonly batch: Masked;
      /** The last trace number that was used. */
      readonly trace: Masked;
      /** The debts from before this start, one item each. */
      readonly owed: readonly MaskedJson[];
      readonly clean: boolean;
      readonly torn: number;
    }
  | { readonly kind: 'end' }
  /** The journal could not be opened, so nothing was sold in this run. */
  | { readonly kind: 'refused'; readonly problem: MaskedJson }
  /** Two people have given their word on a journal that was missing, broken or behind (money rule 12). */
  | { readonly kind: 'reconciled'; readonly by: MaskedJson }
  /**
   * A key that the flow took. `digits` stands for one or more digits without their values, because no screen asked for
   * them openly, or none answered them.
   */
  | { readonly kind: 'key'; readonly key: Masked }
  /**
   * A secret (PIN, password) is typed from `begun` to `ended`: no key of it is recorded. `by` is the key that ended it.
   */
  | {
      readonly kind: 'secret';
      readonly screen: Masked;
      readonly state: 'begun' | 'ended';
      readonly by: 'enter' | 'cancel' | null;
    }
  | {
      readonly kind: 'screen';
      readonly screen: Masked;
      readonly bar: readonly Masked[];
      readonly texts: readonly Masked[];
      readonly foot: readonly Masked[];
    }
  | { readonly kind: 'display'; readonly rows: readonly Masked[] }
  | { readonly kind: 'sound'; readonly sound: Masked }
  | { readonly kind: 'card'; readonly read: 'card'; readonly number: Masked; readonly chip: boolean }
  | { readonly kind: 'card'; readonly read: 'unreadable'; readonly why: Masked }
  /** Text lines and commands, read back from the bytes that went to the printer. */
  | { readonly kind: 'paper'; readonly said: readonly Masked[] }
  | { readonly kind: 'printed'; readonly end: Masked }
  | {
      readonly kind: 'host';
      readonly way: 'out' | 'in';
      readonly line: 'primary' | 'backup';
      /** Empty where no message came: `note` says why. */
      readonly mti: Masked;
      readonly fields: Readonly<Record<string, Masked>>;
      readonly note: Masked | null;
    }
  | { readonly kind: 'key-centre'; readonly way: 'out' | 'in'; readonly said: Masked }
  | { readonly kind: 'parameters'; readonly sent: MaskedJson; readonly support: SupportInParts }
  | { readonly kind: 'flow'; readonly flow: Masked; readonly operator: Masked | null }
  /** A new row of the journal, or an event of one, as it was written. */
  | {
      readonly kind: 'entry';
      readonly type: Masked;
      readonly batch: Masked;
      readonly trace: Masked;
      readonly amount: Fen;
      readonly event: Masked;
      readonly detail: MaskedJson;
    }
  /** A step of a settlement, as it was written into the journal. */
  | { readonly kind: 'settlement'; readonly batch: Masked; readonly step: Masked; readonly detail: MaskedJson }
  /** Another batch is open: new entries belong to it from here on. */
  | { readonly kind: 'batch'; readonly batch: Masked }
  /** A device has got a problem, or its problem has ended (null). */
  | { readonly kind: 'device'; readonly device: 'printer' | 'reader'; readonly problem: Masked | null }
  | { readonly kind: 'checkup'; readonly parts: MaskedJson };

/** Telephone numbers to call, each in parts so that none can pass for a card number. */
export interface SupportInParts {
  readonly machine: readonly Masked[];
  readonly accounts: readonly Masked[];
}

/** A happening with its place in the chain. */
export type Recorded = Happening & {
  /** Counts from 1 through all runs of the terminal, without a gap. */
  readonly n: number;
  /** By the wall clock, ISO 8601. */
  readonly at: string;
  /** Milliseconds by the monotonic clock of this run. */
  readonly up: number;
};

/** A record for the file; `lost` says how many records before it could not be kept. */
export type Unlinked = Recorded & { readonly lost?: number };

/** A line of the file: the record, and how it hangs on the one before. */
export type Linked = Unlinked & {
  /** SHA-256 of the line before, in hexadecimal; of nothing in the first. */
  readonly prev: string;
};
