import type { Fen } from '../values/fen.ts';
import type { Masked, MaskedJson } from '../values/masked.ts';

/**
 * What the flight recorder takes: what crossed a wire, and what was decided. No type here can hold a card number, a PIN
 * or a key: text is `Masked`, amounts are `Fen`, and a digit that no screen has answered openly has no value.
 */
export type Happening =
  /** The program has begun. `clean`: the record before ends with `end`; `torn`: bytes of a half-written line, dropped. */
  | {
      readonly kind: 'begin';
      readonly version: Masked;
      /** Of the configuration that follows, SHA-256. */
      readonly digest: Masked;
      /** Without first passwords. */
      readonly config: MaskedJson;
      /** The merchant's number in two parts: as a whole it could be a card's. So could the two that follow. */
      readonly merchant: readonly Masked[];
      readonly serial: readonly Masked[];
      readonly support: SupportInParts;
      readonly batch: Masked;
      /** The last trace that was taken. */
      readonly trace: Masked;
      /** What is owed from before, each entry in a line of its own. */
      readonly owed: readonly MaskedJson[];
      readonly clean: boolean;
      readonly torn: number;
    }
  | { readonly kind: 'end' }
  /** The books could not be opened: nothing was sold in this life. */
  | { readonly kind: 'refused'; readonly problem: MaskedJson }
  /** Two people have answered for a journal that was missing or behind. */
  | { readonly kind: 'reconciled'; readonly by: MaskedJson }
  /** A key as the flow took it; `digits` for one or more on a screen that asks for none, or that no screen answered. */
  | { readonly kind: 'key'; readonly key: Masked }
  /** Digits that nobody may learn are typed from `begun` to `ended`, by whatever keys; `by` is the one that ended it. */
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
  /** Lines and commands, as the bytes to the printer say them. */
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
  /** What was written into the journal. */
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
  /** The batch that new entries belong to is another one. */
  | { readonly kind: 'batch'; readonly batch: Masked }
  /** A device that was well has a problem, or none any more. */
  | { readonly kind: 'device'; readonly device: 'printer' | 'reader'; readonly problem: Masked | null }
  | { readonly kind: 'checkup'; readonly parts: MaskedJson };

/** Whom to call, each number in parts. */
export interface SupportInParts {
  readonly machine: readonly Masked[];
  readonly accounts: readonly Masked[];
}

/** A happening with its place in the chain. */
export type Recorded = Happening & {
  /** From 1, without a gap through all lives of the terminal. */
  readonly n: number;
  /** By the wall clock, ISO 8601. */
  readonly at: string;
  /** Milliseconds by the monotonic clock of this life. */
  readonly up: number;
};

/** A record that the file takes, and how many before it found no room on the disk. */
export type Unlinked = Recorded & { readonly lost?: number };

/** A line of the file: the record, and how it hangs on the one before. */
export type Linked = Unlinked & {
  /** SHA-256 of the line before, in hexadecimal; of nothing in the first. */
  readonly prev: string;
};
