import type { Text } from '../../config/texts.ts';
import type { RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { result, said } from './layout.ts';

/** The steps of the handshake with the key centre, in their order. */
export const handshakeSteps = ['connect', 'prove', 'key', 'check'] as const;

export type HandshakeStep = (typeof handshakeSteps)[number];

export interface HandshakeFacts {
  readonly step: HandshakeStep;
}

export function handshakeRunning(text: Text, bar: BarFacts, { step }: HandshakeFacts): Screen {
  const now = handshakeSteps.indexOf(step);
  const row = (each: HandshakeStep, place: number): RowNode => {
    const state = place < now ? 'done' : place === now ? 'running' : 'pending';
    return {
      node: 'row',
      key: each,
      name: text(`handshake.step.${each}`),
      state: text(`handshake.state.${state}`),
      colour: state === 'done' ? 'done' : state === 'running' ? 'ink' : 'muted',
    };
  };
  return {
    id: 'handshake.running',
    tone: 'plain',
    bar: barOf(text, bar, text('place.handshake')),
    body: [
      {
        node: 'column',
        align: 'centre',
        justify: 'centre',
        gap: 'large',
        grow: true,
        children: [
          { node: 'ring', part: null },
          { node: 'text', text: text('handshake.title'), size: 'title', strong: true, align: 'centre' },
        ],
      },
      { node: 'column', key: 'steps', gap: 'hair', children: handshakeSteps.map(row) },
    ],
    foot: {},
  };
}

/**
 * Why the handshake ended without keys: `identity` is about this terminal's own certificate, `no-line` and `silent` are
 * about the line, and the rest are the key centre's own words for a refusal.
 */
export type HandshakeWhy =
  | 'identity'
  | 'no-line'
  | 'silent'
  | 'wrong-ca'
  | 'expired'
  | 'replayed-token'
  | 'bad-signature'
  | 'kcv-mismatch'
  | 'unknown-terminal'
  | 'revoked'
  | 'version'
  | 'malformed';

export interface HandshakeEndFacts {
  readonly why: HandshakeWhy;
  /** This terminal's serial number, to be told on the telephone. */
  readonly serial: string;
  /** What is wrong with its certificate. */
  readonly detail?: string;
}

/** A failure after which the handshake may be tried again. */
export function handshakeFailed(text: Text, bar: BarFacts, { why, serial, detail = '' }: HandshakeEndFacts): Screen {
  // A bad certificate has words of its own: no network mends it.
  const own = why === 'identity' ? 'handshake.identity' : 'handshake.failed';
  return {
    id: 'handshake.failed',
    tone: 'attention',
    bar: barOf(text, bar, text('place.handshake')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text(`${own}.title`),
      numbers: '',
      words: [said(text(`handshake.why.${why}`, { detail })), said(text(`${own}.next`)), whomToCall(text, bar, serial)],
    }),
    foot: { enter: text('key.retry') },
  };
}

/** Locked: a check value that does not match, or a proof that failed. Nothing on this screen unlocks it. */
export function handshakeLocked(text: Text, bar: BarFacts, { why, serial }: HandshakeEndFacts): Screen {
  return {
    id: 'handshake.locked',
    tone: 'refused',
    bar: barOf(text, bar, text('place.handshake')),
    body: result({
      tone: 'refused',
      mark: 'lock',
      title: text('handshake.locked.title'),
      numbers: '',
      words: [said(text(`handshake.why.${why}`)), said(text('handshake.locked.next')), whomToCall(text, bar, serial)],
    }),
    foot: {},
  };
}

function whomToCall(text: Text, bar: BarFacts, serial: string) {
  return { node: 'text', text: text('handshake.call', { phone: bar.support.machine, serial }), strong: true } as const;
}
