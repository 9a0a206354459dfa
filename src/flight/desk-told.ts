import type { Keypad } from '../operator/keypad.ts';
import type { ScreenRenderer } from '../operator/renderer.ts';
import { footCells, type Node, type Screen, takesSecret, textsOf } from '../operator/screen.ts';
import type { Happening } from '../recorder/happening.ts';
import type { Recorder } from '../recorder/recorder.ts';
import { type Masked, masked } from '../values/masked.ts';

type Drawing = Pick<ScreenRenderer, 'show' | 'texts'>;

/** Tells the recorder what happens at the operator's desk: the keys that were taken and the screens that were shown. */
export interface ToldDesk {
  keypad(keypad: Keypad): Keypad;
  renderer(renderer: Drawing): Drawing;
  /** Called when another flow has taken the counter: the last digit opened it, and so has been answered. */
  answered(): void;
  /** Notes what a flow does in reaction to a key (a sound, the customer's display), after the digit that it answers. */
  readonly reactions: Pick<Recorder, 'note'>;
}

/** The texts on a screen, still unmasked: they are masked when they are noted. */
interface Read {
  readonly bar: readonly string[];
  readonly texts: readonly string[];
  readonly foot: readonly string[];
}

interface Standing {
  readonly id: string;
  /** All texts on it but the bar's. */
  readonly read: string;
  readonly bar: string;
  readonly secret: boolean;
  /** Whether it asks for digits that anybody may know. */
  readonly open: boolean;
}

/**
 * Records a digit's value only where the screen asks for digits that anybody may know, and only once a screen has
 * answered it: of a PIN that is typed too early or too late the record says only that there were digits. On a screen
 * that takes a secret no key is recorded, nor how many, nor when.
 */
export function deskTold({ note }: Pick<Recorder, 'note'>): ToldDesk {
  let standing: Standing | null = null;
  /** The last digit taken, while no screen has answered it. */
  let digit: Masked | null = null;
  let unanswered = false;
  let turn = 0;
  let moved = false;
  let ending: 'enter' | 'cancel' | null = null;

  const tellDigits = (answered: boolean) => {
    if (unanswered || (digit !== null && !answered)) note({ kind: 'key', key: masked('digits') });
    if (digit !== null && answered) note({ kind: 'key', key: digit });
    unanswered = false;
    digit = null;
  };
  const taken = (key: string) => {
    moved = true;
    if (standing?.secret === true) {
      ending = key === 'enter' || key === 'cancel' ? key : null;
      return;
    }
    unanswered ||= digit !== null;
    digit = key >= '0' && key <= '9' ? masked(key) : null;
    if (digit === null) note({ kind: 'key', key: masked(key) });
    // A flow that asked for the digit draws in the same turn of the event loop; a later drawing comes from a clock and
    // answers no digit.
    else setImmediate(unansweredNow, ++turn);
  };
  const unansweredNow = (asked: number) => {
    if (asked !== turn || digit === null) return;
    unanswered = true;
    digit = null;
  };
  const shown = (screen: Screen) => {
    const before = standing;
    const read = readOn(screen);
    const next = standingOf(screen, read);
    const sameRead = before?.read === next.read;
    const sameBar = before?.bar === next.bar;
    if (sameRead && sameBar) return;
    if (sameBar && !moved && before?.id === next.id && wordsOf(before) === wordsOf(next)) return;
    // While a secret is being typed, changes of the screen would tell how many digits it has.
    if (before?.secret === true && before.id === next.id && dotsOn(screen.body) > 0) return;
    standing = next;
    if (!sameRead) {
      tellDigits(before?.open === true);
      moved = false;
      if (before?.secret === true) note({ kind: 'secret', screen: masked(before.id), state: 'ended', by: ending });
      ending = null;
    }
    note(toldOf(screen, read));
    if (next.secret && !sameRead) note({ kind: 'secret', screen: masked(screen.id), state: 'begun', by: null });
  };

  const answered = () => tellDigits(standing?.open === true);

  return {
    answered,
    reactions: {
      note(happening) {
        // The `refused` sound is no answer: a digit too many has no other reaction, and its value must not be recorded.
        if (happening.kind !== 'sound' || happening.sound !== 'refused') answered();
        note(happening);
      },
    },
    keypad: (keypad) => ({
      ...keypad,
      async next(signal) {
        const press = await keypad.next(signal);
        if (!press.held) taken(press.key);
        return press;
      },
    }),
    renderer: (renderer) => ({
      ...renderer,
      show(screen) {
        renderer.show(screen);
        shown(screen);
      },
    }),
  };
}

function readOn({ id, bar, body, foot, discreet = false }: Screen): Read {
  const items = bar.items.flatMap(({ key, text }) => (key === 'time' || text === undefined ? [] : [text]));
  const texts = textsOf({ id, tone: 'plain', bar: { place: '', items: [] }, body, foot: {} });
  return {
    bar: [bar.place, ...items],
    // The amounts on a discreet screen are the customer's private data: they stay out of the record.
    texts: discreet ? texts.filter((text) => !text.startsWith('¥')) : texts,
    foot: footCells(foot).flatMap((cell) => (cell === null ? [] : [cell.text])),
  };
}

function toldOf({ id }: Screen, { bar, texts, foot }: Read): Extract<Happening, { kind: 'screen' }> {
  return {
    ...{ kind: 'screen', screen: masked(id) },
    ...{ bar: bar.map(masked), texts: texts.map(masked), foot: foot.map(masked) },
  };
}

function standingOf(screen: Screen, { bar, texts, foot }: Read): Standing {
  const read = [screen.id, ...texts, ...foot].join('\n');
  const secret = takesSecret(screen);
  return { id: screen.id, read, bar: bar.join('\n'), secret, open: screen.digits === 'open' && !secret };
}

/** The texts without their numbers: a screen that differs in nothing else has only counted seconds. */
function wordsOf({ read }: Standing): string {
  return read.replaceAll(/\d+/g, '#');
}

function dotsOn(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => {
    if (node.node === 'dots') return sum + node.count;
    return 'children' in node ? sum + dotsOn(node.children) : sum;
  }, 0);
}
