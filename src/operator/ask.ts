import { type Fen, fen } from '../values/fen.ts';
import type { Beep } from './buzzer.ts';
import type { Key } from './keypad.ts';
import type { Draw, Operator } from './operator.ts';

const isDigit = (key: Key): boolean => key >= '0' && key <= '9';

/**
 * An amount: digits shift in from the right, `*` brings two zeros, Clear takes the last one back. Null where the
 * operator cancelled or went away. `refused` says why the last key did nothing. A `proposed` amount gives way to the
 * first digit that is typed.
 */
export async function askAmount(
  operator: Operator,
  options: {
    first: string;
    proposed?: boolean;
    limit: Fen;
    draw: (amount: Fen, refused: 'over' | 'zero' | null) => Draw;
  },
): Promise<Fen | null> {
  let digits = Number(options.first);
  let proposed = options.proposed === true;
  let refused: 'over' | 'zero' | null = null;
  for (;;) {
    operator.show(options.draw(fen(digits), refused));
    const key = await operator.pressWithin(operator.confirm_s);
    if (key === null || key === 'cancel') return null;
    if (key === 'enter') {
      if (digits > 0) return fen(digits);
      refused = 'zero';
      operator.beep('refused');
      continue;
    }
    refused = null;
    if (key === 'clear') {
      proposed = false;
      digits = Math.floor(digits / 10);
      continue;
    }
    const standing = proposed && isDigit(key) ? 0 : digits;
    const more = key === '*' ? standing * 100 : isDigit(key) ? standing * 10 + Number(key) : standing;
    proposed = false;
    if (more <= options.limit) digits = more;
    else {
      refused = 'over';
      operator.beep('refused');
    }
  }
}

/** Digits that may be shown or not (a number, a password): Enter accepts at least `least`, Cancel and silence give null. */
export async function askDigits(operator: Operator, options: DigitOptions): Promise<string | null> {
  const typed = await askDigitsOr(operator, [], options);
  return typeof typed === 'object' ? null : typed;
}

interface DigitOptions {
  readonly least: number;
  readonly most: number;
  /** Null waits as long as it takes; where it is not said, the operator's own `confirm_s`. */
  readonly wait_s?: number | null | undefined;
  readonly draw: (digits: string) => Draw;
}

/** As `askDigits`, but one of the named keys asks for something else instead. */
export async function askDigitsOr<K extends Key>(
  operator: Operator,
  others: readonly K[],
  options: DigitOptions,
): Promise<string | { readonly key: K } | null> {
  const { wait_s = operator.confirm_s } = options;
  let digits = '';
  for (;;) {
    operator.show(options.draw(digits));
    const key = wait_s === null ? await operator.press() : await operator.pressWithin(wait_s);
    if (key === null || key === 'cancel') return null;
    const other = others.find((each) => each === key);
    if (other !== undefined) return { key: other };
    if (key === 'clear') digits = digits.slice(0, -1);
    else if (key === 'enter' && digits.length >= options.least) return digits;
    else if (isDigit(key) && digits.length < options.most) digits += key;
    else operator.beep('refused');
  }
}

/** True for the green key; false for Cancel, or when nobody answers. */
export async function askYes(operator: Operator, draw: Draw): Promise<boolean> {
  return (await askKey(operator, { keys: ['enter', 'cancel'], draw: () => draw })) === 'enter';
}

/** Waits for one of the named keys; null after `wait_s`. `draw` is given the seconds left. Other keys do nothing. */
export async function askKey<K extends Key>(
  operator: Operator,
  options: { keys: readonly K[]; wait_s?: number; draw: (left_s: number) => Draw; signal?: AbortSignal },
): Promise<K | null> {
  let { wait_s: left_s = operator.confirm_s } = options;
  operator.show(options.draw(left_s));
  for (;;) {
    const key = await operator.pressWithin(
      left_s,
      (seconds) => {
        if (seconds === left_s) return;
        left_s = seconds;
        operator.show(options.draw(left_s));
      },
      options.signal,
    );
    if (key === null) return null;
    const chosen = options.keys.find((wanted) => wanted === key);
    if (chosen !== undefined) return chosen;
  }
}

/**
 * Shows something until one of the named keys has said that it was seen. Keys that were typed ahead are forgotten: they
 * were meant for the screen before, and would answer one that nobody has read.
 */
export function untilSeen<K extends Key>(operator: Operator, sound: Beep, keys: readonly K[], draw: Draw): Promise<K> {
  operator.flush();
  operator.beep(sound);
  operator.show(draw);
  return acknowledged(operator, keys);
}

/** Waits for one of the named keys as long as it takes: a result stays until it has been seen. */
export async function acknowledged<K extends Key>(
  operator: Operator,
  keys: readonly K[],
  signal?: AbortSignal,
): Promise<K> {
  for (;;) {
    const key = await operator.press(signal);
    const chosen = keys.find((wanted) => wanted === key);
    if (chosen !== undefined) return chosen;
  }
}
