import type { Text } from '../config/texts.ts';
import { type Clock, within } from '../values/clock.ts';
import type { Beep, Buzzer } from './buzzer.ts';
import type { Key, Keypad } from './keypad.ts';
import type { ScreenRenderer } from './renderer.ts';
import { type Screen, takesSecret, textsOf } from './screen.ts';
import type { BarFacts } from './screens/bar.ts';

/** Makes a screen of the language and of what the status bar knows, so that it can be drawn again when either changes. */
export type Draw = (text: Text, bar: BarFacts) => Screen;

/** The person at the terminal: what is shown to him, and what he presses. */
export interface Operator {
  /** How long a question waits for an answer, where it does not say so itself, in seconds. */
  readonly confirm_s: number;
  show(draw: Draw): void;
  /** Draws the same screen again after the language or the status bar has changed. */
  refresh(): void;
  /** The next key at its leading edge, with its click. Rejects with the signal's reason. */
  press(signal?: AbortSignal): Promise<Key>;
  /** The next key, or null when nobody pressed one for so long; `count` hears the whole seconds left, the first at once. */
  pressWithin(seconds: number, count?: (left_s: number) => void, signal?: AbortSignal): Promise<Key | null>;
  /** Forgets keys pressed ahead: no impatient finger answers a question that it has not seen. */
  flush(): void;
  beep(beep: Beep): void;
  /** The id of the screen that stands, and the texts on it as LVGL holds them. */
  seen(): { screen: string; texts: string[] };
  /** Calls `changed` after every change of the screen but a secret digit's, until the returned function is called. */
  watch(changed: () => void): () => void;
}

export interface OperatorParts {
  readonly keypad: Keypad;
  readonly renderer: Pick<ScreenRenderer, 'show' | 'texts'>;
  readonly buzzer: Buzzer;
  readonly clock: Clock;
  readonly confirm_s: number;
  text(): Text;
  bar(): BarFacts;
}

export function operatorAt({ keypad, renderer, buzzer, clock, confirm_s, text, bar }: OperatorParts): Operator {
  const watchers = new Set<() => void>();
  let standing: Draw | null = null;
  let screen = '';
  let read = '';

  const render = (draw: Draw) => {
    const tree = draw(text(), bar());
    renderer.show(tree);
    // A digit of a PIN changes only dots. Watchers are not told, so that they can neither count nor time the digits.
    const before = read;
    read = takesSecret(tree) ? [tree.id, ...textsOf(tree)].join('\n') : '';
    screen = tree.id;
    if (read !== '' && read === before) return;
    for (const changed of watchers) changed();
  };
  const press = async (signal?: AbortSignal): Promise<Key> => {
    for (;;) {
      const { key, held } = await keypad.next(signal);
      if (held) continue;
      buzzer.beep('key');
      return key;
    }
  };

  return {
    confirm_s,
    show(draw) {
      standing = draw;
      render(draw);
    },
    refresh() {
      if (standing) render(standing);
    },
    press,
    pressWithin: (seconds, count, signal) =>
      within(
        clock,
        seconds * 1000,
        async (ended) => {
          if (count) countDown(clock, seconds, count, ended);
          return press(ended);
        },
        signal,
      ),
    flush: () => keypad.flush(),
    beep: (beep) => buzzer.beep(beep),
    seen: () => ({ screen, texts: renderer.texts().texts }),
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

function countDown(clock: Clock, seconds: number, count: (left_s: number) => void, ended: AbortSignal): void {
  const tell = async () => {
    for (let left = seconds; left > 0; left--) {
      count(left);
      await clock.sleep(1000, ended);
    }
  };
  tell().catch((error) => {
    if (!ended.aborted) throw error;
  });
}
