import type { Film, Frame } from './film.ts';

/** Something that the replay did differently from the record. */
export interface Difference {
  /** The number of the record. */
  readonly n: number;
  /** `expected screen sale.approved · …, saw sale.declined · …` */
  readonly words: string;
}

/**
 * Compares what the replayed terminal does with the record, in one channel for each kind of thing. The order is
 * compared within a channel only: a screen and a message may leave at the same time, and either may be noted first.
 */
export interface Channels {
  /** Something that the replayed terminal did. */
  take(channel: string, key: string): void;
  /** Whether this frame has come, or does not come any more. */
  settled(frame: Frame): boolean;
  /** Tries surprises again after the film has moved on: what came early may match now (paper takes its time). */
  lookAgain(): void;
  /** Resolves when something new was taken. */
  moved(): Promise<void>;
  /** The frame did not come in time: reports a difference, with what came instead. */
  missed(frame: Frame): void;
  /** The terminal lost its power: forgets surprises, as the last moments before a power cut are not in the record. */
  cut(): void;
}

interface Channel {
  readonly name: string;
  readonly expected: Frame[];
  /** Index in `expected` of the next frame. */
  next: number;
  /** The key of the last match. */
  last: string;
  /** Keys that came and were not expected yet. */
  surprises: string[];
}

/** `horizon`: the place of the next frame that needs somebody's hand. Nothing after it can have come yet. */
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
    // A screen that was recorded again only because its status bar changed has the same key.
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

/** The kind of a channel is its first word: `journal 000001/000002` is of the kind `journal`. */
function kindOf(channel: string): string {
  return channel.split(' ')[0] ?? channel;
}
