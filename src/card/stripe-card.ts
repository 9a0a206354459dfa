import { Pan } from '../values/pan.ts';
import { Track } from './track.ts';
import { decodeTrack, type Garble, type TrackRead } from './tracks.ts';

/** The card data of a swipe. Nothing in it prints a whole number: not by a log, not by JSON, not by an inspector. */
export interface StripeCard extends Disposable {
  readonly pan: Pan;
  /** YYMM; `0000` on a card that never expires. */
  readonly expiry: string;
  /** Three digits of ISO/IEC 7813. */
  readonly serviceCode: string;
  /** The first letter and stars, from track 1; null where the card has none. */
  readonly name: string | null;
  readonly track2: Track;
  readonly track3: Track | null;
  /** The service code says that a chip is on the card, so the stripe may not be used while the chip can be. */
  readonly hasChip: boolean;
  /** The service code's third digit demands a PIN (ISO/IEC 7813, table 4): 0, 3 and 5. */
  readonly needsPin: boolean;
  /** The service code's second digit wants the issuer to be asked each time (ISO/IEC 7813, table 4): 2 and 4. */
  readonly onlineOnly: boolean;
  /** Overwrites the tracks once the sale no longer needs them; `using` does it at the end of its block. */
  wipe(): void;
}

export type Unreadable = Garble | 'luhn';

export type StripeRead = { read: 'card'; card: StripeCard } | { read: 'unreadable'; why: Unreadable };

/** The raw bits of each track, in the order in which they passed the head; empty where the track is. */
export interface RawSwipe {
  readonly track1: Uint8Array;
  readonly track2: Uint8Array;
  readonly track3: Uint8Array;
}

/** PAN, expiry, service code, discretionary data (ISO/IEC 7813, 6.2 and 7.2). */
const TRACK_2 = /^(\d{12,19})=(\d{4})(\d{3})[\d=]*$/;
const TRACK_1 = /^B(\d{12,19})\^([^^]{2,26})\^(\d{4})(\d{3})[^^]*$/;
/** ISO 4909: a format code of two digits and the PAN; what follows is the issuer's. */
const TRACK_3 = /^\d{2}\d{12,19}=[\d=]*$/;
const EXPIRY = /^(?:\d\d(?:0[1-9]|1[0-2])|0000)$/;

/** Track 2 must be good: it is what the host asks for. Tracks 1 and 3 add to it where they can be read. */
export function readStripe(swipe: RawSwipe): StripeRead {
  const second = decodeTrack(2, swipe.track2);
  if (second.read === 'garbled') return { read: 'unreadable', why: second.why };
  const fields = TRACK_2.exec(second.text);
  const [, digits, expiry, serviceCode] = fields ?? [];
  if (digits === undefined || expiry === undefined || serviceCode === undefined || !EXPIRY.test(expiry)) {
    return { read: 'unreadable', why: 'format' };
  }
  const pan = Pan.from(digits);
  if (pan === null) return { read: 'unreadable', why: 'luhn' };

  const first = TRACK_1.exec(textOf(decodeTrack(1, swipe.track1)));
  // Two tracks that name two cards are a misread or a forgery; either way it is no card to charge.
  if (first !== null && first[1] !== digits) return { read: 'unreadable', why: 'format' };
  const third = textOf(decodeTrack(3, swipe.track3));

  const track2 = new Track(2, second.text);
  const track3 = TRACK_3.test(third) ? new Track(3, third) : null;
  const wipe = () => {
    track2.wipe();
    track3?.wipe();
  };
  return {
    read: 'card',
    card: {
      pan,
      expiry,
      serviceCode,
      name: first?.[2] === undefined ? null : masked(first[2]),
      track2,
      track3,
      hasChip: serviceCode.startsWith('2') || serviceCode.startsWith('6'),
      needsPin: '035'.includes(serviceCode.slice(2)),
      onlineOnly: '24'.includes(serviceCode.slice(1, 2)),
      wipe,
      [Symbol.dispose]: wipe,
    },
  };
}

function textOf(track: TrackRead): string {
  return track.read === 'text' ? track.text : '';
}

function masked(name: string): string {
  return `${name.trim().slice(0, 1)}***`;
}
