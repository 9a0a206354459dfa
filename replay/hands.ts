import { readWallet, type WalletCard } from '../board/virtual/wallet.ts';
import type { Film, Frame, LineState } from './film.ts';
import { type Masks, masksOf } from './masks.ts';
import type { Stage } from './stage.ts';

/** The hands of everybody who stood around the recorded terminal: clerk, customer, and whoever pulled a plug. */
export interface Hands {
  /** What has been done by now to lines and devices, before this frame runs. */
  before(frame: Frame): Promise<void>;
  does(frame: Frame): Promise<void>;
}

const MOST_TRIES = 3;
const FELT_MS = 1500;
const SEEN_MS = 600;
const WRONG_PASSWORD = '99887766';
const WRONG_PIN = '135790';
const NEW_PASSWORD = '86421357';

/** Which switch of the board makes a device say so. */
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
  /** What was recorded was taken: a key or a swipe that a busy terminal has not felt is made again. */
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
    // The terminal takes an Enter without a digit for a PIN that was skipped once somebody can have seen the screen.
    if (digits === '' && isPin(ended.record.screen)) await new Promise((resolve) => setTimeout(resolve, SEEN_MS));
    await stage.press([...digits, 'enter']);
  };

  /** The wallet's own; none where the request carried none; a wrong one where the bank said so. */
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
    // The second of two people is asked on the same screen.
    const same = next.screen === ended.record.screen && personOn(next.texts) === operator;
    const refused = same || /operator|locked/.test(next.screen);
    return refused ? WRONG_PASSWORD : (stage.passwords.get(operator) ?? '');
  }

  /** Who is asked: a role and a number begin a line of the screen, and an amount may follow, which ends in digits too. */
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

/** Somebody's move, which the terminal waits for. */
export function isMove({ role }: Frame): boolean {
  return role === 'power' || role === 'hand';
}

/** `主管 00`, `Operator 01`. */
function isOf(said: string, number: string): boolean {
  return /^\p{L}+ (\d+)$/u.exec(said)?.[1] === number;
}

function isPin(screen: string): boolean {
  return /pin$/.test(screen);
}

/** A line is broken once the last exchange over it has ended; where it broke in that one, that is how it ends. */
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
  /** The place of the frame before which it was done. */
  readonly from: number;
}

/**
 * The terminal notes a device's trouble when it meets it: it was there before somebody's last move, or came in the middle
 * of a slip. That it is over shows at the first paper that moves again, by itself or at somebody's key.
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

/** What a terminal does at a key it does within this. */
const AT_ONCE_MS = 500;

function isPaper(frame: Frame): boolean {
  return frame.channel === 'paper' && !isFailure(frame);
}

/** Not the order to forget what is buffered, which follows on a failure. */
function isText({ record }: Frame): boolean {
  return record.kind === 'paper' && record.said[0]?.startsWith('DLE') === false;
}

function isFailure({ record }: Frame): boolean {
  return record.kind === 'printed' && record.end !== 'printed';
}
