import { readWallet, type WalletCard } from '../board/virtual/wallet.ts';
import type { Film, Frame, LineState } from './film.ts';
import { type Masks, masksOf } from './masks.ts';
import type { Stage } from './stage.ts';

/** Does what people did around the recorded terminal: clerk, customer, and whoever pulled a plug. */
export interface Hands {
  /** Brings lines and devices into the state that they had before this frame. */
  before(frame: Frame): Promise<void>;
  does(frame: Frame): Promise<void>;
}

const MOST_TRIES = 3;
const FELT_MS = 1500;
const SEEN_MS = 600;
const WRONG_PASSWORD = '99887766';
const WRONG_PIN = '135790';
const NEW_PASSWORD = '86421357';

/** The virtual board's fault switch that causes each recorded problem of a device. */
const faultOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  printer: {
    'paper-out': 'paper-out',
    'cover-open': 'cover-open',
    'device-silent': 'printer-off',
    'device-lost': 'printer-off',
  },
  reader: { 'device-silent': 'reader-off' },
};

export function hands(film: Film, stage: Stage): Hands {
  const { frames } = film;
  const wallet = readWallet();
  const masks: Masks = masksOf(
    frames.map(({ record }) => record),
    wallet,
  );
  const switches = new Map<string, boolean>();
  const lines = linesDue(film);
  const devices = devicesDue(frames);
  let state: LineState | undefined;
  let card: WalletCard | undefined = wallet[0];
  const taken = { key: 0, card: 0 };
  stage.follow(({ kind }) => {
    if (kind === 'key' || kind === 'card') taken[kind] += 1;
  });

  const turn = async (fault: string, on: boolean) => {
    if ((switches.get(fault) ?? false) === on) return;
    switches.set(fault, on);
    await stage.fault(fault, on);
  };
  const device = async ({ device: name, problem }: Device) => {
    const faults = faultOf[name] ?? {};
    const wanted = problem === null ? undefined : faults[problem];
    for (const fault of new Set(Object.values(faults))) await turn(fault, fault === wanted);
  };
  /** Repeats a key or a swipe until the terminal records one: the recorded terminal did, and a busy one may miss it. */
  const felt = async (kind: keyof typeof taken, move: () => Promise<void>) => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const before = taken[kind];
      await move();
      const until_ms = performance.now() + FELT_MS;
      while (taken[kind] === before && performance.now() < until_ms) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      if (taken[kind] > before) return;
    }
  };
  const secret = async (frame: Frame) => {
    const ended = frames.find(
      ({ at, record }) => at > frame.at && record.kind === 'secret' && record.state === 'ended',
    );
    if (ended?.record.kind !== 'secret' || ended.record.by === null) return;
    if (ended.record.by === 'cancel') return stage.press(['cancel']);
    const digits = isPin(ended.record.screen) ? pinFor(ended) : passwordFor(frame, ended);
    // Enter without a digit skips the PIN, but the terminal accepts that only after the screen could have been seen.
    if (digits === '' && isPin(ended.record.screen)) await new Promise((resolve) => setTimeout(resolve, SEEN_MS));
    await stage.press([...digits, 'enter']);
  };

  /** The test card's PIN; none where the recorded request had none; a wrong one where the bank answered 55. */
  function pinFor(ended: Frame): string {
    const after = frames.slice(ended.at).map(({ record }) => record);
    const next = after.findIndex(({ kind }, place) => kind === 'secret' && place > 0);
    const hosts = after
      .slice(0, next < 0 ? undefined : next)
      .flatMap((record) => (record.kind === 'host' ? [record] : []));
    const out = hosts.find(({ way, fields }) => way === 'out' && fields.entryMode !== undefined);
    // F22, third digit: 2, no PIN was entered.
    if (out?.fields.entryMode?.[2] === '2') return '';
    const answer = hosts.find(({ way, fields }) => way === 'in' && fields.trace === out?.fields.trace);
    return answer?.fields.code === '55' ? WRONG_PIN : (card?.pin ?? '');
  }

  function passwordFor(begun: Frame, ended: Frame): string {
    const shown = frames.slice(0, begun.at).findLast(({ record }) => record.kind === 'screen')?.record;
    const operator = shown?.kind === 'screen' ? personOn(shown.texts) : '';
    const next = frames.slice(ended.at).find(({ record }) => record.kind === 'screen')?.record;
    if (ended.record.kind !== 'secret' || next?.kind !== 'screen') return '';
    if (ended.record.screen.includes('new')) {
      stage.passwords.set(operator, NEW_PASSWORD);
      return NEW_PASSWORD;
    }
    // Where two people are asked, the second is asked on the same screen.
    const same = next.screen === ended.record.screen && personOn(next.texts) === operator;
    const refused = same || /operator|locked/.test(next.screen);
    return refused ? WRONG_PASSWORD : (stage.passwords.get(operator) ?? '');
  }

  /** The operator whom the screen asks: a text begins with role and number; an amount, with digits too, may follow. */
  function personOn(texts: readonly string[]): string {
    const first = texts.map((text) => text.split(' · ')[0] ?? '');
    return [...stage.passwords.keys()].find((number) => first.some((said) => isOf(said, number))) ?? '';
  }

  return {
    async before(frame) {
      while (lines[0] !== undefined && lines[0].from <= frame.at) state = lines.shift();
      await turn('line-primary-down', state?.primary === false);
      await turn('line-backup-down', state?.backup === false);
      while (devices[0] !== undefined && devices[0].from <= frame.at) await device(devices.shift() as Device);
    },
    async does(frame) {
      const { record } = frame;
      if (record.kind === 'key') await felt('key', () => stage.press([record.key]));
      else if (record.kind === 'secret') await secret(frame);
      else if (record.kind === 'card') {
        card = record.read === 'card' ? masks.card(record.number).card : wallet.find(({ worn }) => worn === true);
        const { id } = card ?? {};
        if (id !== undefined) await felt('card', () => stage.swipe(id));
      }
    },
  };
}

/** Whether the frame is a person's move, for which the terminal waits. */
export function isMove({ role }: Frame): boolean {
  return role === 'power' || role === 'hand';
}

/** Whether the text names this operator, such as `主管 00` or `Operator 01`. */
function isOf(said: string, number: string): boolean {
  return /^\p{L}+ (\d+)$/u.exec(said)?.[1] === number;
}

function isPin(screen: string): boolean {
  return /pin$/.test(screen);
}

/** When to break each line: after the last exchange before the break, or within it where the break ended that one. */
function linesDue({ frames, exchanges, lines }: Film): (LineState & { readonly from: number })[] {
  const hosts = frames.filter(({ record }) => record.kind === 'host');
  let passed = 0;
  let done = 0;
  return lines.map((state, place) => {
    while ((hosts[passed]?.record.n ?? state.n) < state.n) passed += 1;
    while ((exchanges[done]?.n ?? state.n) < state.n) done += 1;
    const last = hosts[passed - 1];
    const exchange = exchanges[done - 1];
    const breaks = exchange?.end === 'lost' && (lines[place - 1]?.n ?? 0) <= exchange.n;
    return { ...state, from: last === undefined ? 0 : last.at + (breaks ? 0 : 1) };
  });
}

interface Device {
  readonly device: string;
  readonly problem: string | null;
  /** The place of the frame before which the device changes. */
  readonly from: number;
}

/**
 * The terminal notes a device's problem only when it meets it. So the problem began before the last move of a person,
 * or in the middle of a slip; and it ended before the first paper that moved again, by itself or after a key.
 */
function devicesDue(frames: readonly Frame[]): Device[] {
  return frames.flatMap(({ at, record }): Device[] => {
    if (record.kind !== 'device') return [];
    const { device, problem } = record;
    const moveBefore = (place: number) => frames.findLast((frame) => frame.at < place && isMove(frame));
    const move = moveBefore(at)?.at ?? 0;
    if (device !== 'printer') return [{ device, problem, from: move }];
    const failed = frames.findLast((frame) => frame.at < at && isFailure(frame));
    if (problem !== null) {
      const slip = frames.findLast((frame) => frame.at < at && isText(frame));
      return [{ device, problem, from: slip !== undefined && slip.at > move ? slip.at + 1 : move }];
    }
    const moving = frames.find((frame) => frame.at > (failed?.at ?? at) && frame.at < at && isPaper(frame));
    if (moving === undefined) return [{ device, problem, from: move }];
    const cause = moveBefore(moving.at);
    const asked =
      cause !== undefined && moving.record.up - cause.record.up < AT_ONCE_MS && cause.at > (failed?.at ?? 0);
    return [{ device, problem, from: asked ? cause.at : moving.at }];
  });
}

/** The terminal reacts to a key within this time. */
const AT_ONCE_MS = 500;

function isPaper(frame: Frame): boolean {
  return frame.channel === 'paper' && !isFailure(frame);
}

/** Whether text was printed; excludes the command that clears the buffer after a failure (DLE). */
function isText({ record }: Frame): boolean {
  return record.kind === 'paper' && record.said[0]?.startsWith('DLE') === false;
}

function isFailure({ record }: Frame): boolean {
  return record.kind === 'printed' && record.end !== 'printed';
}
