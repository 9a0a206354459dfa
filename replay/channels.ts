import type { Film, Frame } from './film.ts';

/** What came otherwise than it was recorded. */
export interface Difference {
  /** The number of the record. */
  readonly n: number;
  /** `expected screen sale.approved · …, saw sale.declined · …` */
  readonly words: string;
}

/**
 * What the replayed terminal does, held against the record: a channel for each kind of thing, and within it the order.
 * Across channels the order is not compared: a screen and a message leave at one time, and either may be noted first.
 */
export interface Channels {
  /** Something that the replayed terminal did. */
  take(channel: string, key: string): void;
  /** Whether this frame has come, or does not come any more. */
  settled(frame: Frame): boolean;
  /** Somebody's hand has moved on: what came before it, and belongs after it, finds its place (paper takes its time). */
  lookAgain(): void;
  /** Resolves when something new was taken. */
  moved(): Promise<void>;
  /** The frame did not come in time: whatever came instead is what was seen. */
  missed(frame: Frame): void;
  /** The terminal lost its power: what it did in its last moment was not recorded, and is no difference. */
  cut(): void;
}

interface Channel {
  readonly name: string;
  readonly expected: Frame[];
  /** The place of the next that is expected. */
  next: number;
  /** What came last. */
  last: string;
  /** What came and was not expected. */
  surprises: string[];
}

/** `horizon`: the place of the next frame for which somebody's hand is needed: nothing after it can have come yet. */
export function channelsOf(
  { frames }: Film,
  horizon: () => number,
  differs: (difference: Difference) => void,
): Channels {
  const channels = new Map<string, Channel>();
  const channelOf = (name: string): Channel => {
    const channel = channels.get(name) ?? { name, expected: [], next: 0, last: '', surprises: [] };
    channels.set(name, channel);
    return channel;
  };
  for (const frame of frames) if (frame.channel !== null) channelOf(frame.channel).expected.push(frame);
  let arrived = Promise.withResolvers<void>();

  const tell = (frame: Frame | undefined, words: string) =>
    differs({ n: (frame ?? frames.at(-1))?.record.n ?? 0, words });
  const missing = (frame: Frame, saw: string | undefined) =>
    tell(frame, `expected ${kindOf(frame.channel ?? '')} ${frame.key}, saw ${saw ?? 'nothing'}`);
  const found = ({ expected, next }: Channel, key: string): number => {
    const end = horizon();
    for (let place = next; (expected[place]?.at ?? Number.POSITIVE_INFINITY) <= end; place++) {
      if (expected[place]?.key === key) return place;
    }
    return -1;
  };
  const passTo = (channel: Channel, place: number, key: string) => {
    channel.next = place + 1;
    channel.last = key;
    // A screen that is drawn again for its bar alone says the same.
    while (channel.name === 'screen' && channel.expected[channel.next]?.key === key) channel.next += 1;
  };

  const take = (channel: Channel, key: string) => {
    if (channel.name === 'screen' && key === channel.last) return;
    const place = found(channel, key);
    if (place < 0) {
      channel.surprises.push(key);
      return;
    }
    for (const frame of channel.expected.slice(channel.next, place)) missing(frame, channel.surprises.shift());
    for (const surprise of channel.surprises.splice(0)) {
      tell(channel.expected[place], `saw ${kindOf(channel.name)} ${surprise}, of which the record holds nothing`);
    }
    passTo(channel, place, key);
  };

  return {
    take(name, key) {
      take(channelOf(name), key);
      arrived.resolve();
      arrived = Promise.withResolvers();
    },
    lookAgain() {
      for (const channel of channels.values()) {
        for (const surprise of channel.surprises.splice(0)) take(channel, surprise);
      }
    },
    settled(frame) {
      const channel = channelOf(frame.channel ?? '');
      const next = channel.expected[channel.next];
      return next === undefined || next.at > frame.at;
    },
    moved: () => arrived.promise,
    missed(frame) {
      const channel = channelOf(frame.channel ?? '');
      missing(frame, channel.surprises.shift());
      passTo(channel, channel.next, frame.key);
    },
    cut() {
      for (const channel of channels.values()) Object.assign(channel, { surprises: [], last: '' });
    },
  };
}

/** `journal 000001/000002` is one channel of many of its kind. */
function kindOf(channel: string): string {
  return channel.split(' ')[0] ?? channel;
}
